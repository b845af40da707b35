"""SQLite's file, asked as seldom as can be.

Each connection has a thread of its own, and a question to it costs two changes of threads, which is more than most
answers do. SQLAlchemy asks four times for one statement (a cursor, to execute, the rows, to close the cursor) and as
often for the BEGIN before it; here all of that is one question, and what has not begun needs no end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite
from aiosqlite.core import _STOP_RUNNING_SENTINEL

from hanvisa.processor import let_go

_AT_FIRST = 500  # rows that come with the execution: most have no more, and who streams wants them in pieces
_AT_A_TIME = 64  # rows, in the driver's own loops
_Begin = Callable[[sqlite3.Connection], None]
_Execute = Callable[[sqlite3.Cursor], Any]
_DAMAGES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_damage(error: object) -> bool:
    """Whether the file itself is at fault: tried again, it will not answer any better."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGES  # the rest of it says where


def is_busy(error: object) -> bool:
    """Whether another process has the lock, for longer than was waited for."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def connect(file: str, pragmas: Iterable[str]) -> SqliteConnection:
    """For SQLAlchemy, which awaits it. The file must be there."""
    made = SqliteConnection(partial(_open, file, tuple(pragmas)), _AT_A_TIME)
    made._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does with those that it makes itself
    return made


class SqliteConnection(aiosqlite.Connection):
    """As SQLAlchemy's dialect uses the driver's connection."""

    _begin: _Begin | None = None  # what goes before the next statement
    _has_begun = False

    def begin_with(self, statement: str, within: float | None = None) -> None:
        """Begin a transaction at the next statement.

        ``within`` so many seconds another process must let go of its lock; None: within the connection's own wait.
        """
        self._begin = partial(_begin_within, statement, within)

    def cursor(self) -> _Cursor:  # type: ignore[override]  # the driver's is another
        return _Cursor(self)

    async def create_function(self, *given: Any, **options: Any) -> None:
        """At once, for SQLAlchemy's own: who has just connected is alone with the connection."""
        self._conn.create_function(*given, **options)

    async def commit(self) -> None:
        if self._must_end():
            await super().commit()
            self._has_begun = False

    async def rollback(self) -> None:
        if self._must_end():
            await super().rollback()
            self._has_begun = False

    async def execute_on(self, cursor: sqlite3.Cursor | None, execute: _Execute) -> Any:
        """In the connection's thread, on a new cursor where there is none, and in the transaction that is to begin."""
        begin, self._begin = self._begin, None
        # Before it is asked: who is cancelled meanwhile does not know whether it has begun.
        self._has_begun = self._has_begun or bool(begin)
        run = partial(_run, self._conn, begin, cursor, execute)
        return await self._execute(run)  # type: ignore[no-untyped-call]

    def stop(self) -> None:
        """Nobody waits for it: its thread may have ended already, and the loop may close before it does."""
        self._running = False
        self._tx.put_nowait((None, self._close_and_stop))

    def _must_end(self) -> bool:
        self._begin = None
        return self._has_begun

    def _close_and_stop(self) -> object:
        """In the connection's thread."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        return _STOP_RUNNING_SENTINEL


class _Cursor:
    """One statement and its rows, as SQLAlchemy uses the driver's cursor."""

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection
        self._open: sqlite3.Cursor | None = None  # while there are more rows than came at first
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        await self._connection.execute_on(None, partial(self._keep, "execute", statement, values))

    async def executemany(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        await self._connection.execute_on(None, partial(self._keep, "executemany", statement, values))

    async def fetchmany(self, size: int) -> list[Any]:
        if not self._rows and self._open:
            self._rows = await self._connection.execute_on(self._open, lambda cursor: cursor.fetchmany(size))
        found, self._rows = self._rows[:size], self._rows[size:]
        return found

    async def fetchall(self) -> list[Any]:
        found, self._rows = self._rows, []
        if self._open:
            found += await self._connection.execute_on(self._open, sqlite3.Cursor.fetchall)
        return found

    async def close(self) -> None:
        self._rows = []
        if self._open:
            cursor, self._open = self._open, None
            await self._connection.execute_on(cursor, sqlite3.Cursor.close)

    def _keep(self, how: str, statement: str, values: Any, cursor: sqlite3.Cursor) -> None:
        """In the connection's thread: what has been asked for, and what mostly is asked next."""
        getattr(cursor, how)(statement, values)
        self.description = cursor.description
        if self.description:
            self._rows = cursor.fetchmany(_AT_FIRST)
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        if len(self._rows) < _AT_FIRST:
            cursor.close()
        else:
            self._open = cursor


def _open(file: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    let_go()  # a long question would keep the loop waiting
    # mode=rw: a database that is gone is an error, not a new and empty one. The driver begins no transactions.
    # Made here, used by the connection's thread and by nobody else at the same time.
    opened = sqlite3.connect(f"file:{file}?mode=rw", uri=True, isolation_level=None, check_same_thread=False)
    for pragma in pragmas:
        opened.execute(f"PRAGMA {pragma}").close()
    return opened


def _run(
    connection: sqlite3.Connection, begin: _Begin | None, cursor: sqlite3.Cursor | None, execute: _Execute
) -> Any:
    if begin:
        begin(connection)
    return execute(cursor or connection.cursor())


def _begin_within(statement: str, within: float | None, connection: sqlite3.Connection) -> None:
    if within is None:
        connection.execute(statement).close()
        return
    [usual] = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {within * 1000:.0f}").close()
    try:
        connection.execute(statement).close()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {usual}").close()
