"""Sounds in the state folder that go with their rows, and those that no row names."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from hanvisa.directory.personal.erasing import Files
from hanvisa.directory.tables import GreetingCheckRow, MessageRow, RecordingRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

SPOOL = "asterisk/spool/recording"
_OF_THREATS = "hv-threat-"  # as `calls.threats` names them: evidence that could not be kept elsewhere


async def delete_files(state: Path, files: Iterable[str]) -> None:
    for file in files:
        await asyncio.to_thread((state / file).unlink, missing_ok=True)


async def forgotten_files(
    session: AsyncSession, state: Path, before: datetime, spooled_before: datetime
) -> Files:
    """Sounds from before then that no row names, and what was left in Asterisk's spool; never those of threats."""
    messages = await session.scalars(select(MessageRow.recording))
    own = await session.scalars(select(RecordingRow.sound))
    greetings = await session.scalars(select(GreetingCheckRow.file))
    named = {file for file in messages if file}
    named |= {f"recordings/own/{sound}.wav" for sound in own}
    named |= {f"recordings/greetings/{file}" for file in greetings if file}
    return await asyncio.to_thread(_forgotten, state, named, before, spooled_before)


def _forgotten(state: Path, named: Files, before: datetime, spooled_before: datetime) -> Files:
    kept = {
        file
        for folder in ("messages", "recordings/own", "recordings/greetings")
        for file in _older(state, folder, before)
    }
    spooled = {
        file for file in _older(state, SPOOL, spooled_before) if not Path(file).name.startswith(_OF_THREATS)
    }
    return (kept - named) | spooled


def _older(state: Path, folder: str, before: datetime) -> Files:
    return {
        f"{folder}/{path.name}"
        for path in (state / folder).glob("*")
        if path.is_file() and path.stat().st_mtime < before.timestamp()
    }
