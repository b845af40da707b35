"""Whose turn it is among several machines, the database tells; without it, whoever has the calls keeps them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from hanvisa.directory.engine import open_database
from hanvisa.lab.postgres import PostgresServer, postgres_server
from hanvisa.lab.waiting import until
from hanvisa.leading_across_machines import DatabaseLead


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


async def _end_its_session(url: str) -> None:
    """As the server does when a machine is gone without a word."""
    database = open_database(url)
    async with database.reading() as session:
        await session.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        )
    await database.close()
