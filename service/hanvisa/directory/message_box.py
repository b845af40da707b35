"""What callers have recorded, and the messages made of it: sounds in the state folder, rows in the database."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from hanvisa.directory.auditing import Actor
from hanvisa.directory.repositories.messages import Messages
from hanvisa.errors import HanvisaError, StorageError
from hanvisa.spool import SUFFIX, Spool

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from hanvisa.calls.ports import NewMessage
    from hanvisa.directory.engine import Database
    from hanvisa.policy.facts import Message, MessageState

log = structlog.get_logger()

FOLDER = "messages"


class MessagesInState(Spool):
    """Implements `calls.ports.MessageBox`: Asterisk records in its spool, what is kept is put into ``state``/messages.

    ``within`` is how long, in seconds, a caller may be held for a message (docs/decisions.md).
    """

    def __init__(self, state: Path, database: Database, within: float = 2.0) -> None:
        super().__init__(state)
        self.folder = state / FOLDER
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._messages = Messages(database.hurried(within))
        self._within = within

    async def leave(self, message: NewMessage) -> None:
        """Raises HanvisaError when it could not be stored in time; it may be left again, and is stored once.

        A server that hung as it was told to keep the row may do so yet: the sound stays beside it. If there is never a
        row, the sound goes with the night's purge.
        """
        file = self.folder / f"{message.id}{SUFFIX}" if message.recording else None
        is_new = False
        try:
            if file and message.recording:
                is_new = await self._put(self._recorded(message.recording), file)
            await self._messages.create(
                message, f"{FOLDER}/{file.name}" if file else None, Actor(f"call {message.call_id}")
            )
        except StorageError:
            raise
        except HanvisaError:
            if file and is_new:
                await self._remove(file)
            raise
        if message.recording:
            await self._remove(self._recorded(message.recording))

    def sound(self, message: Message) -> str | None:
        return str((self.folder.parent / message.recording).with_suffix("")) if message.recording else None

    async def mark(self, message: UUID, state: MessageState, at: datetime, *, by: str) -> None:
        """Raises HanvisaError when it could not be stored in time."""
        await self._messages.mark(message, state, at, Actor(f"phone {by}"))

    async def _remove(self, file: Path) -> None:
        """What can't be removed in time goes with the night's purge."""
        try:
            async with asyncio.timeout(self._within):
                await asyncio.to_thread(file.unlink, missing_ok=True)
        except OSError as error:
            log.warning("messages.not_removed", file=str(file), why=repr(error))

    async def _put(self, recorded: Path, file: Path) -> bool:
        try:
            async with asyncio.timeout(self._within):
                return await asyncio.to_thread(_put, recorded, file)
        except TimeoutError as error:
            raise StorageError(f"{file} could not be written within {self._within} s.") from error
        except OSError as error:
            raise StorageError(f"{file} can't be written: {error}.") from error


def _put(recorded: Path, file: Path) -> bool:
    """On the disk when it returns; whether it was not there yet.

    The recording stays, so that the message can be left again if this is not all.
    """
    if file.exists():
        return False
    try:
        os.link(recorded, file)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(recorded, file)  # Asterisk records on a disk of its own
    for path in (file, file.parent):
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
    return True


def _copy(recorded: Path, file: Path) -> None:
    """Whole, or not at all."""
    new = file.with_suffix(".new")
    try:
        shutil.copyfile(recorded, new)
        new.rename(file)
    except OSError:
        new.unlink(missing_ok=True)
        raise
