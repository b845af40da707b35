"""Whose turn it is among several machines, the database tells; without it, whoever has the calls keeps them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from hanvisa.directory.engine import open_database
from hanvisa.lab.faulty_line import FaultyLine
from hanvisa.lab.machines import network
from hanvisa.lab.postgres import PostgresServer, postgres_server
from hanvisa.lab.waiting import until
from hanvisa.leading_across_machines import DatabaseLead
from integration.directory.test_hanging import along

LET_GO = 8.0  # seconds; five, and those of a busy machine
HOLDS = """
import asyncio, sys
from hanvisa.leading_across_machines import DatabaseLead

async def hold():
    async with DatabaseLead(sys.argv[1]) as lead:
        print(await lead.take(), flush=True)
        await lead.until_lost()

asyncio.run(hold())
"""


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """One of its own: it is stopped."""
    with postgres_server() as server:
        yield server


async def test_they_take_turns(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    async with DatabaseLead(url) as second:
        async with DatabaseLead(url) as first:
            assert await first.take()
            assert await first.take(), "it is ours still"
            assert not await second.take()
            waiting = asyncio.create_task(second.take_in_turn())
        async with asyncio.timeout(5):
            await waiting
        async with DatabaseLead(url) as third:
            assert not await third.take()


async def test_a_database_that_was_away_takes_the_lead_from_nobody(server: PostgresServer) -> None:
    url = server.new_database()
    async with DatabaseLead(url) as second:
        async with DatabaseLead(url) as first:
            assert await first.take()
            assert not await second.take()
            waiting = asyncio.create_task(second.take_in_turn())
            await asyncio.to_thread(server.stop)
            assert not await first.take(), "it is not known"
            await asyncio.to_thread(server.start)
            await until(first.take, within=10, what="the first has it again")
            assert not waiting.done()
        async with asyncio.timeout(10):
            await waiting


async def test_where_another_was_faster_the_lead_is_lost(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    async with DatabaseLead(url) as first, DatabaseLead(url) as second:
        assert await first.take()
        await _end_its_session(url)
        await until(second.take, within=10, what="the second takes it")
        async with asyncio.timeout(5):
            await first.until_lost()


async def test_a_line_that_was_silent_for_a_while_takes_the_lead_from_nobody(
    postgres: PostgresServer,
) -> None:
    """The server has not heard yet that the session which has the lock is gone: here it never does."""
    async with FaultyLine(to_socket=postgres.socket) as line:
        url = postgres.new_database()
        async with DatabaseLead(along(line, url)) as lead, DatabaseLead(url) as other:
            for _ in range(2):
                assert await lead.take()
                line.drop_packets()
                assert not await lead.take(), "it is not known"
                line.mend()
                async with asyncio.timeout(5):
                    assert await lead.take()
                assert not await other.take()


async def test_another_services_session_is_not_taken_for_an_earlier_one(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    async with DatabaseLead(url) as first, DatabaseLead(url) as second:
        assert await first.take()
        assert not await second.take()
        assert await first.take(), "its session is there still"


async def test_a_machine_that_falls_silent_has_the_lead_no_more() -> None:
    """As it is answered: what nobody confirms is sent again, and no keep-alive goes out."""
    with network("n1") as machines, postgres_server(machines.phones) as server:
        url = server.new_database()
        holder = await asyncio.create_subprocess_exec(
            *machines.on("n1"), sys.executable, "-c", HOLDS, url, stdout=asyncio.subprocess.PIPE
        )
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"True\n"
        machines.falls_silent("n1")
        async with DatabaseLead(url) as second:
            await until(second.take, within=LET_GO, what="the second takes it")
        holder.kill()
        await holder.wait()


async def _end_its_session(url: str) -> None:
    """As the server does when a machine is gone without a word."""
    database = open_database(url)
    async with database.reading() as session:
        await session.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        )
    await database.close()
