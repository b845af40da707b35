"""Notices that the database may have changed: by whatever process, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from hanvisa.directory.auditing import CHANNEL
from hanvisa.directory.engine import Database, storage_errors
from hanvisa.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

_POLL = 0.2  # seconds between two looks at SQLite's data version
_AT_LEAST = 2.0  # seconds between two notices on PostgreSQL


async def notices(database: Database, wake: asyncio.Event) -> AsyncGenerator[None]:
    """Yields once at the start, and then whenever something may have changed, or some time has passed.

    ``wake`` ends its pauses: who wants no more notices sets it, and closes the generator when it has yielded.
    (Cancelled in the middle of a statement, SQLite's connection would be left open.)

    Raises StorageError when the database is gone; begin anew then.
    """
    with storage_errors(database.file):
        async with database.alone.connect() as connection:
            watch = (
                _watch_file(connection, database.file, wake) if database.file else _listen(connection, wake)
            )
            async with aclosing(watch):
                async for _ in watch:
                    yield


async def _watch_file(connection: AsyncConnection, file: Path, wake: asyncio.Event) -> AsyncGenerator[None]:
    """SQLite tells each connection a version that changes when any other has committed.

    The driver is asked itself: SQLAlchemy around it would be most of what a service with nobody calling computes.
    """
    driver: Any = (await connection.get_raw_connection()).driver_connection
    opened = _inode(file)
    version = None
    while True:
        if _inode(file) != opened:
            raise StorageError(f"The database {file} is gone or was replaced.")
        try:
            latest = await driver.execute_fetchall("PRAGMA data_version")
        except sqlite3.Error as error:
            raise StorageError(f"The database does not answer: {error}.") from error
        if latest != version or wake.is_set():
            version = latest
            yield
        await _pause(wake, _POLL)


def _inode(file: Path) -> int | None:
    try:
        return file.stat().st_ino
    except FileNotFoundError:
        return None


async def _listen(connection: AsyncConnection, wake: asyncio.Event) -> AsyncGenerator[None]:
    """PostgreSQL's LISTEN, on a connection of its own; where the server hangs, `Database.watch` tears it."""
    from hanvisa.directory.postgres import LOST  # noqa: PLC0415 - its driver is for those with a server

    driver: Any = (await connection.get_raw_connection()).driver_connection
    driver.add_termination_listener(lambda _: wake.set())
    try:
        await driver.add_listener(CHANNEL, lambda *_: wake.set())
    except LOST as error:
        raise StorageError(f"The connection to the database was lost: {error}.") from error
    while True:
        if driver.is_closed():
            raise StorageError("The connection to the database was lost.")
        wake.clear()
        yield
        await _pause(wake, _AT_LEAST)


async def _pause(wake: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await wake.wait()
