"""The service as `./dev bench` measures it: all of it the real one, but that a referral is one file of two seconds.

So that callers hear the same as from the bare dialplan, and no synthesiser works beside them.
"""

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import uvloop

from hanvisa.bootstrap import build
from hanvisa.calls.ports import Spoken
from hanvisa.calls.prompts import Prompt, Referral
from hanvisa.config import read_settings
from hanvisa.policy.model import Language
from hanvisa.policy.register import Register
from hanvisa.processor import stay_on_one
from hanvisa.speech.library import SpeechLibrary
from hanvisa.speech.synthesis import EspeakSynthesiser

# As `hanvisa serve` does, without the garbage collector from the first import on until it has started.
COMMAND = (
    sys.executable,
    "-c",
    "import gc; gc.disable(); from hanvisa.lab.bench_service import main; main()",
)


class BenchVoice(SpeechLibrary):
    """Says a referral with the one announcement, and everything else with next to nothing."""

    def __init__(self, state: Path) -> None:
        super().__init__(state, EspeakSynthesiser())
        self._referral = Spoken((str(announcement(state)),), "the announcement")
        self._other = Spoken((str(blink(state)),), "nothing")

    def say(self, prompt: Prompt, language: Language, at: datetime) -> Spoken:  # noqa: ARG002 - one for all
        return self._referral if isinstance(prompt, Referral) else self._other

    async def prepare(self, prompts: Sequence[Prompt]) -> None:
        """All is there."""

    async def prepare_catalogue(self) -> int:
        return 0

    async def prepare_register(
        self,
        register: Register,  # noqa: ARG002 - nothing of it is spoken
        progress: Callable[[int, int], None] | None = None,  # noqa: ARG002
    ) -> int:
        return 0

    async def announce_file(self, prompt: Prompt, language: Language, at: datetime) -> str:
        return self.say(prompt, language, at).files[0]


def announcement(state: Path) -> Path:
    """The announcement's path without suffix."""
    return state / "sounds" / "bench-announcement"


def blink(state: Path) -> Path:
    return state / "sounds" / "bench-blink"


def main() -> None:
    settings = read_settings()

    async def run() -> None:
        await build(settings, BenchVoice(settings.state)).run()

    stay_on_one()
    uvloop.run(run())
