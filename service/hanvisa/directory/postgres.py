"""A PostgreSQL server: how it is connected to, and whether it answers. One that hangs keeps nobody waiting.

A server that is stopped, or whose packets are dropped, refuses nothing and breaks no connection: whoever has asked it
something would wait for ever. How long a statement takes tells nothing, for some are long. So it is asked on a
connection of its own what costs nothing; a question that stays without an answer is everybody's (docs/adr/0117).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import asyncpg
import structlog

from hanvisa.errors import StorageError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

log = structlog.get_logger()

LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What the driver raises when it can't connect, or a connection is gone."""

_REFUSED = (ConnectionError, FileNotFoundError, asyncpg.PostgresError)
"""Those of LOST with which the server, its machine, or what stands before it says no. That takes no time."""

# The server finds a machine that is gone without a word within five seconds, and lets go what it had locked. While an
# answer is not confirmed it asks nothing, and would send that again for a quarter of an hour: so that has a limit.
_KEPT_ALIVE = {
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "5000",  # milliseconds
}
_FAREWELL = 0.5  # seconds; SQLAlchemy would give two to a connection that it throws away
_NOT_THE_DRIVERS = (
    "prepared_statement_cache_size",
    "prepared_statement_name_func",
)  # SQLAlchemy's own, in a URL


@dataclass(frozen=True, slots=True)
class Waits:
    """In seconds: for a connection, for the answer to what is asked every so often, and for another's lock."""

    connect: float = 3.0
    answer: float = 3.0
    ask_every: float = 1.0
    lock: float = 5.0


def arguments(url: URL) -> dict[str, Any]:
    """What asyncpg's ``connect`` is called with."""
    _, given = url.get_dialect()().create_connect_args(url)
    for name in _NOT_THE_DRIVERS:
        given.pop(name, None)
    return {**given, "server_settings": dict(_KEPT_ALIVE)}


class Server:
    """Its connections, and whether it answers: until :meth:`watch` runs it is taken to."""

    def __init__(self, url: URL, waits: Waits) -> None:
        self._arguments = arguments(url)
        self._arguments["server_settings"] |= {"lock_timeout": f"{waits.lock * 1000:.0f}"}
        self._waits = waits
        self._connections: WeakSet[_Connection] = WeakSet()
        self._answered_at: float | None = None  # the last time that `watch` was
        self.hangs = False

    async def connect(self) -> Any:
        """For SQLAlchemy's pool. Raises what the driver does, and StorageError at once while the server hangs."""
        if self.hangs:
            raise StorageError("The database does not answer.")
        began = monotonic()
        try:
            return await self._connect()
        except TimeoutError:
            # Who comes next is told at once, unless it is only this connection that was slow. What becomes of the
            # connections that there are is known when the question that is being asked has had its time.
            if self._answered_at is not None and self._answered_at < began:
                self._hangs()
            raise

    async def watch(self) -> None:
        """Ask it for ever. While it hangs, nobody waits for it, nor those who did already."""
        while True:
            try:
                connection = await self._connect()
                try:
                    await self._ask(connection)
                finally:
                    connection.terminate()
            except TimeoutError:
                self._is_silent()
            except _REFUSED:
                self._is_away()
            except LOST:
                pass  # such as no way to its machine, which may take seconds to find out: what is known stays
            await asyncio.sleep(self._waits.ask_every)

    async def _ask(self, connection: _Connection) -> None:
        """Until a question stays without an answer (TimeoutError), or the connection is lost."""
        while True:
            await self._must_answer(connection)
            if self.hangs:
                log.info("directory.database_answers")
            self._answered_at, self.hangs = monotonic(), False
            await asyncio.sleep(self._waits.ask_every)

    async def _must_answer(self, connection: _Connection) -> None:
        asking = asyncio.ensure_future(connection.execute("SELECT 1"))
        try:
            # No time-out that cancels: after a pause of our own process the answer has come, and only we are late.
            await asyncio.wait({asking}, timeout=self._waits.answer)
            if not asking.done():
                raise TimeoutError
            asking.result()
        finally:
            if not asking.done():
                connection.terminate()
                await asyncio.wait({asking})
                asking.exception()  # it has been torn

    def _is_silent(self) -> None:
        self._hangs()
        for connection in list(self._connections):
            connection.terminate()

    def _is_away(self) -> None:
        """Who needs it is told so by trying it, and served as soon as it is back."""
        if self.hangs:
            log.info("directory.database_refuses", meaning="it hangs no more: whoever needs it tries it")
        self.hangs = False

    def _hangs(self) -> None:
        if not self.hangs:
            log.error(
                "directory.database_hangs", meaning="whoever waits for it is told that it does not answer"
            )
        self.hangs = True

    async def _connect(self) -> _Connection:
        connection: _Connection = await asyncpg.connect(
            **self._arguments, timeout=self._waits.connect, connection_class=_Connection
        )
        self._connections.add(connection)
        return connection


class _Connection(asyncpg.Connection):  # type: ignore[misc] # asyncpg has no types
    """It can be left at any moment without waiting for the server."""

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's
        farewell = _FAREWELL if timeout is None else min(timeout, _FAREWELL)
        with suppress(TimeoutError):  # it is torn then
            await super().close(timeout=farewell)

    def _cancel_current_command(self, *_: Any) -> None:
        """Asked to stop, a server that hangs would be waited for. SQLAlchemy throws such a connection away anyhow."""
        self._loop.call_soon(self.terminate)
