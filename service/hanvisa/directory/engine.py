"""The database, SQLite or PostgreSQL alike: transactions that read, and transactions that change.

    async with database.reading() as session: ...
    async with database.changing(Actor("anna")) as session: ...

What is changed through a session's objects is audited, counted and told to those who listen, all by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from copy import copy
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json, to_json
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionInTimeError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm.exc import StaleDataError

from hanvisa.directory.auditing import Actor, AuditingSession, count_changes, touched_tables
from hanvisa.directory.sqlite import connect, is_busy, is_damage
from hanvisa.errors import ConfigurationError, Conflict, Contradiction, InDoubt, Locked, StorageError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select
    from sqlalchemy.pool import ConnectionPoolEntry

    from hanvisa.directory.postgres import Server, Waits

Listener = Callable[[frozenset[str]], Awaitable[None]]
"""Called with the names of the database tables that a transaction of ours changed, after its commit."""

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "busy_timeout=5000",  # ms that SQLite waits for another process' transaction
)
_POOL_TIMEOUT = 5  # seconds until one of the connections that there may be is free
_ENDS_WITHIN = 0.5  # seconds that a server has for a commit, or its undoing, when whoever waits is cancelled
_LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's code
_FRESH = 5.0  # seconds since it was used, in which a connection is taken to be alive
_WRITES = "hanvisa_writes"
_UNTIL = "hanvisa_until"
_ALONE = "hanvisa_alone"


class _Session(AsyncSession):
    """Ended for certain, also for who is cancelled meanwhile: SQLAlchemy would log the torn connection as a fault."""

    async def commit(self) -> None:
        await self._for_certain(asyncio.create_task(super().commit()))

    async def __aexit__(self, type_: object, value: object, traceback: object) -> None:
        closing = asyncio.create_task(self.close())
        if type_ is asyncio.CancelledError:
            await self._soon(closing)
        else:
            await self._for_certain(closing)

    async def _for_certain(self, ending: asyncio.Task[None]) -> None:
        """Wait for it to be done before a cancellation goes on."""
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            await self._soon(ending)
            raise

    async def _soon(self, ending: asyncio.Task[None]) -> None:
        """Wait for it; where a server hangs, its connection is torn. Nobody is there to be told what goes wrong."""
        within = None if self.get_bind().dialect.name == "sqlite" else _ENDS_WITHIN
        if not (await asyncio.wait({ending}, timeout=within))[0]:
            ending.cancel()
            await asyncio.wait({ending})
        if not ending.cancelled():
            ending.exception()


class Database:
    """Made by :func:`open_database`."""

    def __init__(self, url: URL, waits: Waits | None = None) -> None:
        self.url = url
        self._server = None if self.is_sqlite else _server(url, waits)
        self.engine = _make_engine(url, self._server)
        # Each statement is a transaction by itself: the database is told of none around it.
        self.alone = self.engine.execution_options(
            **{_ALONE: True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        )
        self._listeners: list[Listener] = []
        self._within: float | None = None
        # SQLite has one writer at a time, and its own queue is a sleep that grows: ours is served in order.
        self._one_writer = asyncio.Lock() if self.is_sqlite else None
        # For who changes the register (`turns`): they wait here without a connection, which others need meanwhile.
        self.register_turn = asyncio.Lock()

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """SQLite's file; None on a server."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @property
    def hangs(self) -> bool:
        """A server stays without a word, and whoever asks is refused at once (:meth:`watch`)."""
        return self._server is not None and self._server.hangs

    def is_there(self) -> bool:
        """SQLite's file; a server is taken to be. Raises StorageError when the folder may not be entered."""
        with storage_errors():
            return self.file is None or self.file.exists()

    def must_exist(self) -> None:
        """Raises StorageError when SQLite's file is not there, or its folder may not be entered."""
        if not self.is_there():
            raise StorageError(
                f"There is no database {self.file}. Make it with ./dev run or hanvisa import, "
                "or set HANVISA_STATE to the folder where it is."
            )

    def hurried(self, within: float) -> Database:
        """The same database for who can't wait: a change is stored within so many seconds, or not at all.

        Those who listen get as long once more; what they have not read by then they read a little later.
        """
        hurried = copy(self)
        hurried._within = within  # noqa: SLF001 - our own
        return hurried

    async def watch(self) -> None:
        """Run it where somebody waits: a server that hangs is found, and each who waits for it gets StorageError.

        SQLite's file does not hang, and waiting for its locks is bounded.
        """
        if self._server is not None:
            await self._server.watch()

    def listen(self, listener: Listener) -> None:
        """Call the listener after each change of ours, before :meth:`changing` returns."""
        self._listeners.append(listener)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only reads. Raises StorageError when the database does not answer."""
        with storage_errors(self.file):
            async with _Session(self.engine, expire_on_commit=False) as session:
                yield session

    async def rows(self, query: Select[Any], values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """What one query finds. It is a transaction by itself: the database is told of none around it.

        Raises StorageError when the database does not answer.
        """
        with storage_errors(self.file):
            async with self.alone.connect() as connection:
                found: Sequence[Sequence[Any]] = (await connection.execute(query, values)).all()
                return found

    @asynccontextmanager
    async def changing(self, by: Actor) -> AsyncIterator[AsyncSession]:
        """A transaction that changes: all of it or nothing, in ``by``'s name.

        Raises:
            Conflict: somebody changed the row in between, or the data's own rules forbid the change.
            InDoubt: the database fell silent while it committed.
            Locked: others kept locked what is to be changed.
            StorageError: the database does not answer, or it took too long.
        """
        try:
            async with asyncio.timeout(self._within) as bound, self.writing(bound.when()) as session:
                session.info["actor"] = by
                yield session
                await session.flush()
                touched = touched_tables(session.sync_session)
                await count_changes(session, touched)
        except TimeoutError as error:
            raise StorageError(f"It could not be stored within {self._within} s.") from error
        with suppress(TimeoutError):  # it is stored, whoever has read it
            async with asyncio.timeout(self._within):
                await self._tell(touched)

    @asynccontextmanager
    async def writing(self, until: float | None = None) -> AsyncIterator[AsyncSession]:
        """A transaction that writes what is no change of the directory: neither audited nor told to anybody.

        ``until`` when, in the loop's time, another process' lock is waited for at most. Raises as :meth:`changing`.
        """
        commits = False
        try:
            async with _in_turn(self._one_writer):
                with storage_errors(self.file):
                    async with _Session(
                        self.engine.execution_options(**{_WRITES: True, _UNTIL: until}),
                        expire_on_commit=False,
                        sync_session_class=AuditingSession,
                    ) as session:
                        yield session
                        commits = True
                        await session.commit()
        except StorageError as error:
            if commits:
                raise InDoubt(str(error)) from error
            raise

    async def close(self) -> None:
        await self.engine.dispose()

    async def _tell(self, tables: frozenset[str]) -> None:
        if tables:
            for listener in self._listeners:
                await listener(tables)


def open_database(url: str, waits: Waits | None = None) -> Database:
    """The database at a SQLAlchemy URL (`sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`). Connects when it is used.

    It has to be there: :func:`hanvisa.directory.migrations.upgrade` makes it. Raises ConfigurationError for another
    kind of database. ``waits`` are a server's, where they are not to be the usual ones.
    """
    return Database(parse_url(url), waits)


_URLS = "Set HANVISA_DATABASE_URL to sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST:PORT/NAME."


def parse_url(url: str | URL) -> URL:
    """Raises ConfigurationError when the URL is none that we can use."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Not why: a ValueError is of a port that is no number, and has it; it may be the end of a password.
        raise ConfigurationError(
            f"The database URL can't be read. {_URLS} An @ in the password is written as %40."
        ) from None
    if parsed.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise ConfigurationError(f"The database {parsed.drivername} is not supported. {_URLS}")
    return parsed


@contextmanager
def storage_errors(file: Path | None = None) -> Iterator[None]:
    """What SQLAlchemy and the drivers raise, as errors of ours. The one place that knows both.

    ``file`` is SQLite's: where it is damaged, whoever reads the log is told which it is and what helps.
    """
    try:
        yield
    except StaleDataError as error:
        raise Conflict(
            "Somebody else changed it at the same time. Read it again and repeat the change."
        ) from error
    except IntegrityError as error:
        raise Contradiction(f"The change contradicts what is stored: {error.orig}.") from error
    except DBAPIError as error:
        if is_damage(error.orig):
            raise StorageError(
                f"The database {file} is damaged: {error.orig}. Put a backup in its place: "
                "hanvisa restore FILE --over (docs/backup.md)."
            ) from error
        if is_busy(error.orig) or getattr(error.orig, "sqlstate", "") == _LOCK_NOT_AVAILABLE:
            raise Locked from error
        raise StorageError(f"The database does not answer: {error.orig}.") from error
    except (NoConnectionInTimeError, DisconnectionError) as error:
        raise StorageError(f"The database does not answer: {error}.") from error
    except (OSError, TimeoutError) as error:
        raise StorageError(f"The database can't be reached: {str(error) or 'it took too long'}.") from error


@asynccontextmanager
async def _in_turn(lock: asyncio.Lock | None) -> AsyncIterator[None]:
    if lock is None:
        yield
        return
    async with lock:
        yield


def _as_json(value: Any) -> str:
    return to_json(value).decode()


_USUAL: dict[str, Any] = {
    "hide_parameters": True,  # errors go to the log, which names nobody
    "json_serializer": _as_json,  # four times as fast as Python's, and å is found as å on SQLite too
    "json_deserializer": from_json,
}


def _server(url: URL, waits: Waits | None) -> Server:
    from hanvisa.directory.postgres import Server, Waits  # noqa: PLC0415 - its driver is for those with a server

    return Server(url, waits or Waits())


def _make_engine(url: URL, server: Server | None) -> AsyncEngine:
    if server is not None:
        engine = create_async_engine(url, async_creator=server.connect, pool_timeout=_POOL_TIMEOUT, **_USUAL)
        event.listen(engine.sync_engine, "checkin", _note_use)
        event.listen(engine.sync_engine, "checkout", _must_be_alive)
        return engine
    file = url.database or ""
    engine = create_async_engine(
        url, async_creator=lambda: connect(file, _PRAGMAS), pool_timeout=_POOL_TIMEOUT, **_USUAL
    )
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _note_use(_: Any, record: ConnectionPoolEntry) -> None:
    record.info["used_at"] = monotonic()


def _must_be_alive(connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
    """One that is not is replaced by another. Asked only after a rest: it is three times to the server and back."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
    if monotonic() - record.info.get("used_at", monotonic()) > _FRESH:
        try:
            connection.ping()
        except Exception as error:
            raise DisconnectionError from error


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that writes takes the lock at its start: taken later, SQLite would refuse it instead of waiting."""
    options = connection.get_execution_options()
    if not options.get(_ALONE):
        driver: Any = connection.connection.driver_connection
        until = options.get(_UNTIL)
        # Nobody waits longer than they may: SQLite's own wait, in a thread, can't be broken off.
        within = None if until is None else max(0.0, until - asyncio.get_running_loop().time())
        driver.begin_with("BEGIN IMMEDIATE" if options.get(_WRITES) else "BEGIN", within)
