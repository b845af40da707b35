"""All speech of the register, also where the synthesiser comes to its senses only later."""

from __future__ import annotations

import asyncio
from pathlib import Path

from structlog.testing import capture_logs

from hanvisa.lab.waiting import until
from hanvisa.policy.register import Register
from hanvisa.speaking import keep_spoken
from hanvisa.speech.fakes import FailingSynthesiser, FakeSynthesiser
from hanvisa.speech.library import SpeechLibrary


async def test_what_could_not_be_spoken_is_when_the_synthesiser_is_back(tmp_path: Path) -> None:
    """Nothing else changes in the register meanwhile."""
    voice = SpeechLibrary(tmp_path, FailingSynthesiser())
    speech = keep_spoken(voice, Register, again=0.01)
    with capture_logs() as logs:
        running = asyncio.create_task(speech.run())
        await until(lambda: logs, what="it has failed")
    assert all(one["log_level"] == "warning" or one["failed"] for one in logs)
    voice.synthesiser = back = FakeSynthesiser()
    await until(lambda: back.spoken, what="it is asked again")
    running.cancel()
