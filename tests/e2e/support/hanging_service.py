"""The service with a synthesiser that never answers, and nothing spoken before but the ready-made pieces.

Run as a program in the service's place.
"""

import uvloop

from hanvisa.bootstrap import build
from hanvisa.config import read_settings
from hanvisa.speech.fakes import HangingSynthesiser
from hanvisa.speech.library import SpeechLibrary

if __name__ == "__main__":
    settings = read_settings()

    async def run() -> None:
        await build(settings, SpeechLibrary(settings.state / "hanging", HangingSynthesiser())).run()

    uvloop.run(run())
