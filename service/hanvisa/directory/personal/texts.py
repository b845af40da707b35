"""Text messages to callers, which lie in the state folder alone: those to somebody, and those that are over."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from hanvisa.directory.personal.erasing import Files
from hanvisa.directory.personal.whose import Whose
from hanvisa.texts.spool import Waiting, over, queued_in

_FOLDER = "texts"


async def texts_to(state: Path, whose: Whose) -> dict[str, Waiting]:
    """By their files in the state folder: those to a number that was theirs then."""
    return await asyncio.to_thread(_texts_to, state, whose)


async def forgotten_texts(state: Path, now: datetime) -> Files:
    return await asyncio.to_thread(lambda: {_named(file) for file in over(state / _FOLDER, now)})


def _texts_to(state: Path, whose: Whose) -> dict[str, Waiting]:
    return {
        _named(file): waiting
        for file, waiting in queued_in(state / _FOLDER)
        if any(one.number == waiting.text.to and one.theirs_at(waiting.at) for one in whose.numbers)
    }


def _named(file: Path) -> str:
    return f"{_FOLDER}/{file.name}"
