"""Whose turn it is among instances on several machines, told by a lock in the database (docs/adr/0112)."""

from __future__ import annotations

import asyncio
from time import monotonic
from types import TracebackType
from typing import Any, Self

import asyncpg
import structlog
from sqlalchemy.engine import make_url

from hanvisa.directory.postgres import LOST, arguments
from hanvisa.ids import new_id

log = structlog.get_logger()

ASK_EVERY = 0.5  # seconds
ANSWERS_WITHIN = 2.0  # seconds
HEAD_START = 3.0  # seconds that whoever had the calls has, to take the lock again after the database was away
NUMBER = 0x68766C65616473  # the lock's, another than the migrations': "hvleads"
_LOOK_EVERY = 0.01  # seconds; a session ends within some milliseconds
_END_EARLIER = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE application_name = $1 AND pid <> pg_backend_pid()"
)  # how many there still are; a session lets go of its locks before it is no more among them


class DatabaseLead:
    """A session's lock in the database of this URL.

    A database that is away takes no lead from anybody: whoever has the calls goes on, and takes the lock again when it
    is back. Only where another was faster is the lead lost; an earlier session of ours, which the server does not
    know to be gone, is no other.
    """

    def __init__(self, url: str) -> None:
        self._name = f"hanvisa-lead-{new_id()}"  # that of our sessions, and of nobody else's
        self._arguments = arguments(make_url(url))
        self._arguments["server_settings"] |= {"application_name": self._name}
        self._connection: Any = None  # asyncpg has no types
        self._connected_at = 0.0
        self._is_held = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._let_go()

    async def take(self) -> bool:
        """As `Lead` has it. False too while the database does not answer."""
        return await self._has_it() or False

    async def take_in_turn(self) -> None:
        while not await self._has_it(HEAD_START):  # noqa: ASYNC110 - it is another process that lets it go
            await asyncio.sleep(ASK_EVERY)

    async def until_lost(self) -> None:
        while await self._has_it() is not False:  # noqa: ASYNC110 - the database is asked
            await asyncio.sleep(ASK_EVERY)

    async def _has_it(self, others_first: float = 0.0) -> bool | None:
        """Whether the lock is ours now; None while the database does not answer.

        ``others_first``: so many seconds of a new connection it is left to others.
        """
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                if self._connection is None:
                    await self._connect()
                if self._is_held:
                    await self._connection.execute("SELECT 1")
                elif monotonic() >= self._connected_at + others_first:
                    self._is_held = await self._connection.fetchval("SELECT pg_try_advisory_lock($1)", NUMBER)
                return self._is_held
        except LOST as error:
            log.warning("leading.database_away", why=str(error) or type(error).__name__)
            await self._let_go()
            return None

    async def _connect(self) -> None:
        """To our only session: the last one may have the lock, where the server has not heard that it is gone."""
        self._connection, self._connected_at = await asyncpg.connect(**self._arguments), monotonic()
        while await self._connection.fetchval(_END_EARLIER, self._name):  # noqa: ASYNC110 - the server ends them
            await asyncio.sleep(_LOOK_EVERY)

    async def _let_go(self) -> None:
        """At once: a session that is lost answers nothing, and its lock goes with it."""
        if self._connection is not None:
            self._connection.terminate()
        self._connection, self._is_held = None, False
