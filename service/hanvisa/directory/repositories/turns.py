"""Changes that are made one after the other, for each goes by what the others have left.

SQLite has one writer at a time as it is; on PostgreSQL two would not see what the other is about to store. An import
takes seconds: whoever waits for one in the same process has no connection yet, and is told when it becomes too long.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text

from hanvisa.errors import Locked

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor
    from hanvisa.directory.engine import Database

_LONGEST = 5.0  # seconds for a turn, as for another's lock
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext(:matter))")


async def one_at_a_time(session: AsyncSession, matter: str) -> None:
    """Until the transaction ends nobody else is at this ``matter``. To be asked for before anything is changed."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(_LOCK, {"matter": f"hanvisa {matter}"})


@asynccontextmanager
async def changing_register(database: Database, by: Actor) -> AsyncIterator[AsyncSession]:
    """A change of rows that refer to each other, or that must go with each other: what leads where, and who belongs.

    Raises Locked where others are at it for too long, and as :meth:`Database.changing`.
    """
    async with _turn(database.register_turn), database.changing(by) as session:
        await one_at_a_time(session, "register")
        yield session


@asynccontextmanager
async def _turn(lock: asyncio.Lock) -> AsyncIterator[None]:
    """Among those of this process. Raises Locked."""
    try:
        async with asyncio.timeout(_LONGEST):
            await lock.acquire()
    except TimeoutError:
        raise Locked from None
    try:
        yield
    finally:
        lock.release()
