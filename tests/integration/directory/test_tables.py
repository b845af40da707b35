"""The tables and the steps that make them."""

from __future__ import annotations

import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import StatementError

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.migrations import upgrade
from hanvisa.directory.tables import Base, MessageRow, SettingHistoryRow
from hanvisa.errors import ConfigurationError, StorageError
from hanvisa.lab.waiting import until

NOW = datetime(2026, 8, 3, 8, tzinfo=UTC)


async def test_the_migrations_make_what_the_tables_say(database: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_an_upgrade_makes_everything(templates: Any, tmp_path: Path) -> None:
    url = templates.empty(tmp_path)
    await upgrade(url)
    database = open_database(url)
    async with database.reading() as session:
        assert not (await session.scalars(select(SettingHistoryRow))).all()
    await database.close()


async def test_a_database_that_others_could_read_is_its_owners_alone_after_the_start(tmp_path: Path) -> None:
    file = tmp_path / "hanvisa.sqlite"
    file.touch()
    file.chmod(0o644)
    await upgrade(f"sqlite+aiosqlite:///{file}")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(StorageError, match="See who owns it"):
        await upgrade(f"sqlite+aiosqlite:///{file}/below-a-file")


async def test_numbers_of_callers_that_were_written_down_become_whole_ones(url: str) -> None:
    """Step 0026. Who asks to be removed gives their number so."""
    written = {"0980-31 92 44": "+46980319244", "+46980319244": "+46980319244", "202": "202", "": ""}
    written |= dict.fromkeys(("0980/31 92 44", "(0980) 31 92 44", "tel: 0980-319244"), "+46980319244")
    written |= {two: two for two in ("08-123 456/70", "08-123 456–70")}
    left = NOW - timedelta(days=30)
    database = open_database(url)
    async with database.changing(SYSTEM) as session:
        session.add_all(MessageRow(caller=one, created_at=left, due_at=left) for one in written)
        await session.execute(text("UPDATE alembic_version SET version_num = '0025'"))
    await upgrade(url)
    async with database.reading() as session:
        kept = await session.scalars(select(MessageRow.caller))
    await database.close()
    assert sorted(kept) == sorted(written.values())


async def test_an_upgrade_with_nothing_to_do_is_quick(url: str) -> None:
    before = process_time()
    await upgrade(url)
    assert process_time() - before < 1


async def test_a_database_that_a_newer_program_has_made_is_left_as_it_is(
    url: str, database: Database
) -> None:
    """The new version was bad, and the one before is started again."""
    async with database.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    with pytest.raises(StorageError, match=r"made by a newer hanvisa .* restore the backup from before it"):
        await upgrade(url)


async def test_moments_come_back_in_utc(database: Database) -> None:
    stockholm = timezone(timedelta(hours=2))
    async with database.changing(SYSTEM) as session:
        session.add(
            SettingHistoryRow(key="a", value=1, at=datetime(2026, 8, 3, 10, tzinfo=stockholm), by="anna")
        )
    async with database.reading() as session:
        assert await session.scalar(select(SettingHistoryRow.at)) == datetime(2026, 8, 3, 8, tzinfo=UTC)


async def test_a_naive_moment_is_refused(database: Database) -> None:
    naive = datetime(2026, 8, 3, 10)  # noqa: DTZ001 - what is refused
    with pytest.raises(StatementError, match="no time zone"):
        async with database.changing(SYSTEM) as session:
            session.add(SettingHistoryRow(key="a", value=1, at=naive, by="anna"))


async def test_a_database_that_is_not_there_is_not_made_by_reading(tmp_path: Path) -> None:
    file = tmp_path / "gone.sqlite"
    database = open_database(f"sqlite+aiosqlite:///{file}")
    with pytest.raises(StorageError):
        async with database.reading() as session:
            await session.execute(select(1))
    await database.close()
    assert not file.exists()
    # The driver's thread of a connection that failed tells the loop when it ends, so the loop has to be there still.
    await until(lambda: not any("_connection_worker" in thread.name for thread in threading.enumerate()))


@pytest.mark.parametrize(
    "url",
    [
        "mysql://localhost/x",
        "nonsense",
        "postgresql+asyncpg://hanvisa@192.0.2.9:hemligt/hanvisa",
        "postgresql+asyncpg://hanvisa:x@y:hemligt@192.0.2.9/hanvisa",  # what is after the @ is read as host and port
    ],
)
def test_what_is_no_databases_url_is_refused_and_no_password_told(url: str) -> None:
    with pytest.raises(ConfigurationError, match="HANVISA_DATABASE_URL") as refused:
        open_database(url)
    assert "hemligt" not in str(refused.value)
