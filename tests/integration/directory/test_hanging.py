"""A PostgreSQL that hangs: it refuses nothing and answers nothing. Nobody waits, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
import pytest_asyncio
from sqlalchemy import event, make_url, select, text

from hanvisa.calllog.outbox import Outbox
from hanvisa.directory.auditing import Actor
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.message_box import MessagesInState
from hanvisa.directory.postgres import Waits
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.directory.tables import MessageRow
from hanvisa.errors import StorageError
from hanvisa.lab.faulty_line import FaultyLine
from hanvisa.lab.postgres import PostgresServer
from hanvisa.lab.waiting import until
from hanvisa.testing import FakeClock
from integration.directory.conftest import PostgresTemplates
from integration.directory.test_message_box import message, records
from integration.directory.test_snapshot import exceptions, given_exception

WAITS = Waits(connect=2.0, answer=0.4, ask_every=0.1, lock=0.3)
NOTICED = 7.0  # seconds: what the usual waits come to, which leaves a busy machine its time
AT_ONCE = 1.5  # less than who begins a connection waits
BOUND = 3.0  # seconds, for who can't wait
LEFT = BOUND + 3.0  # a commit and its session get half a second each to end; the rest is a busy machine's
FOUND = 15.0
AT_LEAST = 2.0  # seconds between two looks at what has changed, where nobody tells
ANNA = Actor("anna")


@pytest_asyncio.fixture
async def url(postgres_templates: PostgresTemplates, tmp_path: Path) -> str:
    return postgres_templates.with_demo(tmp_path)


@pytest_asyncio.fixture
async def database(url: str, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Database]:
    database = open_database(url, WAITS)
    yield database
    await database.close()
    here = asyncio.current_task()
    await until(lambda: asyncio.all_tasks() == {here}, what="nothing is left that waits for it")
    assert not caplog.records, "SQLAlchemy and asyncio take nothing for a fault"


@pytest_asyncio.fixture
async def directory(database: Database) -> AsyncIterator[SnapshotDirectory]:
    directory = SnapshotDirectory(database, reserve_within=BOUND, store_within=BOUND)
    await directory.start()
    await asks(database)
    yield directory
    await directory.stop()


@pytest.fixture
def server(postgres_templates: PostgresTemplates) -> PostgresServer:
    return postgres_templates.server


async def asks(database: Database) -> None:
    async with database.reading() as session:
        await session.execute(text("SELECT 1"))


async def changes(database: Database) -> None:
    async with database.changing(ANNA) as session:
        await session.execute(text("UPDATE persons SET title = 'x' WHERE given_name = 'Anna'"))


async def is_in_the_middle(database: Database) -> None:
    async with database.reading() as session:
        await session.execute(text("SELECT pg_sleep(60)"))


async def is_there(database: Database) -> bool:
    try:
        await asks(database)
    except StorageError:
        return False
    return True


@contextmanager
def hanging_from(moment: str, database: Database, server: PostgresServer) -> Iterator[None]:
    """It hangs from the next such moment on."""
    with ExitStack() as hanging:

        def hang(*_: object) -> None:
            hanging.enter_context(server.hanging())

        event.listen(database.engine.sync_engine, moment, hang, once=True)
        yield


@contextmanager
def within(seconds: float) -> Iterator[None]:
    began = monotonic()
    yield
    assert monotonic() - began < seconds


async def refused(asking: Awaitable[object], within_: float) -> None:
    with within(within_), pytest.raises(StorageError):
        await asking


@pytest.mark.parametrize("does", [asks, changes, is_in_the_middle])
async def test_who_waits_is_told_and_who_comes_later_at_once(
    directory: SnapshotDirectory,
    database: Database,
    server: PostgresServer,
    does: Callable[[Database], Awaitable[None]],
) -> None:
    persons = directory.register.persons
    before = [asyncio.ensure_future(does(database)) for _ in range(4)]
    await asyncio.sleep(0)
    with server.hanging():
        waiting = before + [asyncio.ensure_future(does(database)) for _ in range(20)]  # some for a connection
        with within(NOTICED):
            told = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(each) for each in told[4:]} == {StorageError}, told
        assert database.hangs, "whoever asks for the service's health is told at once"
        await until(lambda: not directory.healthy, within=NOTICED, what="the directory knows")
        await refused(does(database), AT_ONCE)
        assert directory.register.persons is persons, "calls go on from what is in memory"
    await until(lambda: directory.healthy, within=FOUND, what="it is found again")
    assert not database.hangs
    await asks(database)
    await changes(database)


@asynccontextmanager
async def watched(url: str, waits: Waits) -> AsyncIterator[tuple[Database, Database]]:
    """A database of which the server is asked already, and that has no connection yet; and another."""
    database, other = open_database(url, waits), open_database(url)
    watching = asyncio.ensure_future(database.watch())
    try:
        await until(lambda: is_asked(other), what="the server is asked")
        yield database, other
        await until(lambda: is_there(database), within=FOUND, what="it is found again")
    finally:
        watching.cancel()
        await database.close()
        await other.close()


async def test_after_the_first_who_waits_for_a_connection_nobody_does(
    url: str, server: PostgresServer
) -> None:
    """What is asked of the server every so often is still waiting for its answer then."""
    async with watched(url, replace(WAITS, answer=60.0)) as (database, _):
        with server.hanging():
            await read_what_has_come()
            await refused(asks(database), NOTICED)
            await refused(asks(database), AT_ONCE)


async def read_what_has_come() -> None:
    """An answer of the moment before, read later, would say that the server still answers."""
    for _ in range(20):  # turns of the loop, of which the driver and the watch take some
        await asyncio.sleep(0)


async def test_a_connection_that_is_slow_while_the_server_answers_is_nobody_elses(url: str) -> None:
    async with watched(url, WAITS) as (database, other):
        await lets_in_after(other, WAITS.connect + 1)
        try:
            await refused(asks(database), NOTICED)
            assert not database.hangs
        finally:
            await lets_in_after(other, 0)


async def lets_in_after(database: Database, seconds: float) -> None:
    """The server is slow with each new connection, and with nothing else (PostgreSQL's developer options)."""
    async with database.alone.connect() as connection:
        await connection.execute(text(f"ALTER SYSTEM SET pre_auth_delay = '{seconds:.0f}s'"))
        await connection.execute(text("SELECT pg_reload_conf()"))
        now = text("SELECT setting::int FROM pg_settings WHERE name = 'pre_auth_delay'")

        async def is_so() -> bool:
            return await connection.scalar(now) == round(seconds)

        await until(is_so, what="the server has read it")


async def test_a_server_that_hung_and_is_gone_now_is_tried_by_all(url: str, server: PostgresServer) -> None:
    """Whoever needs it is served as soon as it is back, and not when it has been asked the next time."""
    async with watched(url, WAITS) as (database, _):
        assert server.process is not None
        with server.hanging():
            await until(lambda: database.hangs, within=NOTICED, what="it hangs")
            server.process.send_signal(signal.SIGQUIT)  # it ends with the first thing that it does
        server.stop()
        try:
            await until(lambda: not database.hangs, within=NOTICED, what="it is known to be gone")
            await refused(asks(database), AT_ONCE)
        finally:
            server.start()
        await asks(database)


async def test_a_line_that_dropped_every_packet_and_is_cut_now_is_tried_by_all(
    url: str, server: PostgresServer
) -> None:
    async with FaultyLine(to_socket=server.socket) as line, watched(along(line, url), WAITS) as (database, _):
        line.drop_packets()
        await until(lambda: database.hangs, within=NOTICED, what="it hangs")
        line.cut()
        await until(lambda: not database.hangs, within=NOTICED, what="it is known to refuse")
        await refused(asks(database), AT_ONCE)
        line.mend()
        await asks(database)


def along(line: FaultyLine, url: str) -> str:
    there = make_url(url).set(host="127.0.0.1", port=line.port, query={})
    return there.render_as_string(hide_password=False)


async def is_asked(database: Database) -> bool:
    """By somebody else, what `Database.watch` asks."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'SELECT 1'"
    async with database.reading() as session:
        return bool(await session.scalar(text(others)))


async def test_who_can_not_wait_does_not(database: Database, server: PostgresServer) -> None:
    """Nobody asks it whether it answers."""
    hurried = database.hurried(BOUND)
    await changes(hurried)
    with server.hanging():
        await refused(changes(hurried), LEFT)
    await until(lambda: is_there(database), within=FOUND, what="it is found again")
    await changes(hurried)


@pytest.mark.parametrize("moment", ["before_cursor_execute", "commit"])
async def test_a_change_that_hangs_keeps_nobody_who_can_not_wait(
    database: Database, server: PostgresServer, moment: str
) -> None:
    """Nobody has noticed yet: it is bounded by itself."""
    hurried = database.hurried(BOUND)
    await changes(hurried)
    with hanging_from(moment, database, server):
        await refused(changes(hurried), LEFT)
        ending = database.close()
        with within(LEFT):
            await ending
    await until(lambda: is_there(database), within=FOUND, what="a connection")
    await changes(hurried)


async def test_uses_of_exceptions_are_not_let_through_uncounted(
    directory: SnapshotDirectory, database: Database, server: PostgresServer
) -> None:
    free, counted = await given_exception(database), await given_exception(database, uses=1)
    with server.hanging():
        with within(BOUND + AT_ONCE):
            assert not await directory.reserve_uses([free.exception.id], "call-1")
            assert await directory.reserve_uses([counted.exception.id], "call-1")
        await until(lambda: not directory.healthy, within=NOTICED, what="the directory knows")
        with within(AT_ONCE):
            assert not await directory.reserve_uses([free.exception.id], "call-2")
            assert await directory.reserve_uses([counted.exception.id], "call-2")
    await until(lambda: directory.healthy, within=FOUND, what="it is found again")
    assert not directory.late
    assert not await directory.reserve_uses([counted.exception.id], "call-3")
    assert exceptions(directory)[counted.exception.id].uses == 1


async def test_calls_are_logged_once_also_when_the_server_hung_while_it_stored_them(
    directory: SnapshotDirectory, database: Database, server: PostgresServer, tmp_path: Path
) -> None:
    outbox = Outbox(tmp_path / "outbox", CallRecords(database), FakeClock())
    outbox.record("hv-1", "opened", {"caller": "+46980319244", "called": "201"})
    with hanging_from("commit", database, server):
        with within(NOTICED):
            assert not await outbox.ship()
        outbox.record("hv-1", "closed", {})
        assert not await outbox.ship()
    await until(lambda: directory.healthy, within=FOUND, what="it is found again")
    await until(outbox.ship, within=FOUND, what="what was kept is stored")
    assert [entry.kind for entry in await CallRecords(database).entries("hv-1")] == ["opened", "closed"]
    assert not list(outbox.folder.iterdir())


async def test_a_message_that_was_being_stored_is_whole_or_can_be_left_again(
    directory: SnapshotDirectory, database: Database, server: PostgresServer, tmp_path: Path
) -> None:
    box = MessagesInState(tmp_path, database, within=BOUND)
    anna = next(row.id for row in directory.register.persons.rows if row.given_name == "Anna")
    left = message(anna)
    records(tmp_path)
    with hanging_from("commit", database, server):
        await refused(box.leave(left), LEFT)
        await refused(box.leave(left), LEFT)
    await until(lambda: is_there(database), within=FOUND, what="it is found again")
    await box.leave(left)
    async with database.reading() as session:
        [row] = await session.scalars(select(MessageRow))
    assert (tmp_path / row.recording).exists()


async def test_what_was_changed_as_it_hung_is_seen_and_so_is_what_others_change_later(
    directory: SnapshotDirectory, database: Database, server: PostgresServer, url: str
) -> None:
    other = open_database(url)
    with hanging_from("commit", other, server):
        giving = asyncio.ensure_future(given_exception(other))
        await until(lambda: not directory.healthy, within=NOTICED + 1, what="the directory knows")
    first = (await giving).exception.id
    await until(lambda: first in exceptions(directory), within=FOUND, what="what was changed as it hung")
    began = monotonic()
    second = (await given_exception(other)).exception.id
    await until(lambda: second in exceptions(directory), within=FOUND, what="what is changed now")
    assert monotonic() - began < AT_LEAST, "it was listened to, not only asked for"
    await other.close()


async def test_a_row_that_another_keeps_locked_is_not_waited_for(database: Database, url: str) -> None:
    other = open_database(url)
    async with other.writing() as session:
        await session.execute(text("LOCK TABLE persons"))
        await refused(changes(database), WAITS.lock + AT_ONCE)
    await changes(database)
    await other.close()


async def test_a_line_that_drops_every_packet_is_as_a_server_that_hangs(
    server: PostgresServer, url: str
) -> None:
    """The dead connections are never heard of again: whoever listens finds a new one."""
    async with FaultyLine(to_socket=server.socket) as line:
        direct, database = open_database(url), open_database(along(line, url), WAITS)
        directory = SnapshotDirectory(database)
        await directory.start()
        await asks(database)
        line.drop_packets()
        await refused(asks(database), NOTICED)
        await until(lambda: not directory.healthy, within=NOTICED, what="the directory knows")
        meanwhile = (await given_exception(direct)).exception.id
        line.mend()
        await until(lambda: meanwhile in exceptions(directory), within=FOUND, what="what changed meanwhile")
        assert directory.healthy
        await changes(database)
        await directory.stop()
        await database.close()
        await direct.close()
