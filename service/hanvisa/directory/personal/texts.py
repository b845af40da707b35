"""Text messages to callers, which lie in the state folder alone: those to somebody, and those that are over."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from hanvisa.directory.personal.erasing import Files
from hanvisa.directory.personal.whose import Whose
from hanvisa.texts.spool import Waiting, delete, over, queued_in

_FOLDER = "texts"


async def texts_to(state: Path, whose: Whose) -> list[Waiting]:
    """Those to a number that was theirs then."""
    return await asyncio.to_thread(_texts_to, state, whose)


async def delete_texts_to(state: Path, whose: Whose) -> int:
    """How many. Those that wait are not sent; the outbox, which may be at them meanwhile, goes on without them."""
    texts = await texts_to(state, whose)
    for text in texts:
        await asyncio.to_thread(delete, state / _FOLDER, text.id)
    return len(texts)


async def forgotten_texts(state: Path, now: datetime) -> Files:
    return await asyncio.to_thread(lambda: {f"{_FOLDER}/{file.name}" for file in over(state / _FOLDER, now)})


def _texts_to(state: Path, whose: Whose) -> list[Waiting]:
    return [
        waiting
        for waiting in queued_in(state / _FOLDER)
        if any(one.number == waiting.text.to and one.theirs_at(waiting.at) for one in whose.numbers)
    ]
