"""SQLite's connection: one question for a statement and its rows, all the rows there are, and nothing left open."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from pathlib import Path
from time import monotonic
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.sqlite import connect
from hanvisa.errors import StorageError
from integration.directory.conftest import SqliteTemplates

NUMBERS = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :last) SELECT i FROM n"
)
COUNT = text("INSERT INTO change_counters (table_name, counter) VALUES ('persons_', 1)")


@pytest.fixture
async def database(sqlite_templates: SqliteTemplates, tmp_path: Path) -> AsyncIterator[Database]:
    with_tables = open_database(sqlite_templates.with_tables(tmp_path))
    async with with_tables.reading() as session:
        await session.execute(NUMBERS, {"last": 1})
    yield with_tables
    await with_tables.close()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What the connections' threads are asked."""
    questions: list[Any] = []
    ask = aiosqlite.Connection._execute

    async def noted(self: aiosqlite.Connection, question: Any, *given: Any) -> Any:
        questions.append(question)
        return await ask(self, question, *given)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", noted)
    return questions


async def test_a_statement_is_one_question_and_a_transaction_one_more(
    database: Database, asked: list[Any]
) -> None:
    await database.rows(NUMBERS, {"last": 3})
    assert len(asked) == 1
    async with database.reading() as session:
        assert (await session.execute(NUMBERS, {"last": 3})).all() == [(1,), (2,), (3,)]
    assert len(asked) == 3
    async with database.writing():
        pass
    assert len(asked) == 3, "what has not begun needs no end"


@pytest.mark.parametrize("last", [1, 499, 500, 501, 2000])
async def test_all_rows_come_at_once_or_in_pieces(database: Database, last: int) -> None:
    expected = list(range(1, last + 1))
    async with database.reading() as session:
        assert list(await session.scalars(NUMBERS, {"last": last})) == expected
        assert [row.i async for row in await session.stream(NUMBERS, {"last": last})] == expected
        found = await session.stream(NUMBERS, {"last": last})
        assert (await found.first()) == (1,)  # who wants no more leaves nothing open
    async with database.writing() as session:
        await session.execute(COUNT)


async def test_who_writes_has_the_lock_at_their_first_statement(database: Database) -> None:
    assert database.file is not None
    with closing(sqlite3.connect(database.file, timeout=0, isolation_level=None)) as other:
        async with database.writing() as session:
            await session.execute(NUMBERS, {"last": 1})  # which writes nothing yet
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")


async def test_who_can_not_wait_waits_for_another_process_no_longer_than_they_may(database: Database) -> None:
    """Nor who comes while the first one waits."""
    assert database.file is not None
    hurried = database.hurried(0.5)

    async def change() -> float:
        began = monotonic()
        with pytest.raises(StorageError):
            async with hurried.changing(SYSTEM) as session:
                await session.execute(COUNT)
        return monotonic() - began

    with closing(sqlite3.connect(database.file, timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        taken = await asyncio.gather(*(change() for _ in range(3)))
    assert max(taken) < 2, taken  # five, where SQLite waits as it usually does
    async with database.reading() as session:
        assert await session.scalar(text("PRAGMA busy_timeout")) == 5000, "whoever can wait does again"


async def test_whoever_is_cancelled_leaves_no_transaction_open(database: Database) -> None:
    async def write() -> None:
        async with database.writing() as session:
            await session.execute(COUNT)
            await asyncio.Event().wait()

    for turns in range(12):
        writing = asyncio.create_task(write())
        for _ in range(turns):
            await asyncio.sleep(0)
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing
        async with database.writing() as session:
            await session.execute(COUNT)
            await session.rollback()
    assert database.file is not None
    with closing(sqlite3.connect(database.file, timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # nobody else has the lock


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_a_connection_that_is_stopped_while_it_is_closed_holds_nobody_up(
    database: Database, *, is_cancelled: bool
) -> None:
    """As where who reads is cancelled twice: the second time SQLAlchemy does not wait for what it began to close."""
    assert database.file is not None
    connection = await connect(str(database.file), ())
    closing_it = asyncio.create_task(connection.close())
    await asyncio.sleep(0)
    connection.stop()
    if is_cancelled:
        closing_it.cancel()
    ended, _ = await asyncio.wait({closing_it}, timeout=5)
    assert ended == {closing_it}


def test_whoever_can_not_connect_ends_with_nothing_of_it_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a command on a database that is not there, or damaged: its loop is closed at once."""
    failed: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failed.append)

    async def ask() -> None:
        with pytest.raises(sqlite3.OperationalError):
            await connect(str(tmp_path / "none.sqlite"), ())

    for _ in range(50):
        asyncio.run(ask())
    assert failed == []
