"""Make the ready-made pieces: those that are missing are spoken, those no longer of the catalogue removed."""

import asyncio

from hanvisa.speech.phrases import catalogue
from hanvisa.speech.readymade import FOLDER
from hanvisa.speech.store import SUFFIX, name_of
from hanvisa.speech.synthesis import EspeakSynthesiser


async def make() -> None:
    engine = EspeakSynthesiser()
    wanted = set()
    for piece in catalogue():
        file = FOLDER / f"{name_of(engine.name, piece.language, piece.text)}{SUFFIX}"
        wanted.add(file)
        if not file.exists():
            file.write_bytes(await engine.speak(piece.text, piece.language))
    for file in FOLDER.glob(f"*{SUFFIX}"):
        if file not in wanted:
            file.unlink()


asyncio.run(make())
