"""Connections to PostgreSQL: one that the server has ended is replaced, and nobody who asks notices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select, text

from hanvisa.directory import engine
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.tables import PersonRow
from hanvisa.lab.waiting import until
from integration.directory.conftest import PostgresTemplates

OF_NAME = select(PersonRow.given_name).where(PersonRow.family_name == bindparam("name"))
END_THE_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
async def database(postgres_templates: PostgresTemplates, tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(postgres_templates.with_demo(tmp_path))
    yield database
    await database.close()


async def test_one_that_is_seen_to_be_closed_is_replaced(database: Database) -> None:
    found = await database.rows(OF_NAME, {"name": "Sundqvist"})
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
    await end_all_but_its_own(database)
    assert driver is not None
    await until(driver.is_closed, within=5)
    assert await database.rows(OF_NAME, {"name": "Sundqvist"}) == found


async def test_one_that_has_rested_is_asked_first(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_FRESH", 0.0)
    found = await database.rows(OF_NAME, {"name": "Sundqvist"})
    await end_all_but_its_own(database)  # which has not been seen yet
    assert await database.rows(OF_NAME, {"name": "Sundqvist"}) == found


async def end_all_but_its_own(database: Database) -> None:
    other = open_database(database.url.render_as_string(hide_password=False))
    async with other.reading() as session:
        await session.execute(END_THE_OTHERS)
    await other.close()
