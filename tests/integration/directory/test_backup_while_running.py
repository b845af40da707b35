"""Backups of SQLite are taken, and put back, under a service that runs; PostgreSQL's own programs do so for it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from hanvisa.calllog.outbox import Outbox
from hanvisa.config import Settings
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.directory.tables import CallEventRow, PersonRow
from hanvisa.errors import StorageError
from hanvisa.lab.waiting import until
from hanvisa.testing import FakeClock
from integration.directory.on_disk import NOW, furnish, make, restore


@pytest.fixture
def templates(sqlite_templates: object) -> object:
    """On SQLite alone."""
    return sqlite_templates


@pytest.fixture
async def here(demo: Database, demo_url: str, tmp_path: Path) -> Settings:
    return await furnish(demo, demo_url, tmp_path)


@pytest.fixture
def there(tmp_path: Path) -> Settings:
    return Settings(state=tmp_path / "there")


@pytest.fixture
async def running(here: Settings, demo: Database) -> AsyncIterator[SnapshotDirectory]:
    """The service's view of the place, kept up to date."""
    directory = SnapshotDirectory(demo)
    await directory.start()
    yield directory
    await directory.stop()


async def test_calls_go_on_being_stored_while_a_backup_is_made(
    here: Settings, there: Settings, demo: Database, tmp_path: Path
) -> None:
    """Each call is in the backup whole, in the database or in what is still to be told to it; none is half there."""
    outbox = Outbox(here.state / "outbox", CallRecords(demo), FakeClock(NOW), linger=0.001)
    shipping = asyncio.create_task(outbox.run())
    calls = 0

    async def ring() -> None:
        nonlocal calls
        while True:
            outbox.record(f"hv-c-{calls}", "closed", {"number": calls})
            calls += 1
            await asyncio.sleep(0)

    ringing = asyncio.create_task(ring())
    await until(lambda: calls > 200)
    before = calls
    await asyncio.to_thread(make, here, tmp_path / "backup")
    assert calls > before  # they did go on
    ringing.cancel()
    shipping.cancel()
    await asyncio.wait([ringing, shipping])
    await restore(there, tmp_path / "backup")
    restored = open_database(there.database_url)
    assert await Outbox(there.state / "outbox", CallRecords(restored), FakeClock(NOW)).ship()
    async with restored.reading() as session:
        stored = set(await session.scalars(select(CallEventRow.call_id)))
    await restored.close()
    assert {f"hv-c-{number}" for number in range(before)} <= stored


async def test_a_running_service_has_what_is_restored_over_it(
    here: Settings, demo: Database, running: SnapshotDirectory, tmp_path: Path
) -> None:
    """Also where both have been changed as often: another's counters say nothing of ours."""

    async def is_renamed(name: str) -> None:
        async with demo.changing(SYSTEM) as session:
            person = await session.scalar(select(PersonRow).order_by(PersonRow.id))
            assert person is not None
            person.family_name = name

    def names() -> set[str]:
        return {person.family_name for person in running.register.persons.rows}

    first, second = tmp_path / "first", tmp_path / "second"
    make(here, first)
    await is_renamed("Nyström-Åkesson")
    make(here, second)
    await restore(here, first, over=True)
    await until(lambda: "Nyström-Åkesson" not in names())
    await is_renamed("Öberg-Ek")
    assert "Öberg-Ek" in names()
    await restore(here, second, over=True)
    await until(lambda: {"Nyström-Åkesson", "Öberg-Ek"} & names() == {"Nyström-Åkesson"})


def test_the_order_of_a_backup_loses_nothing(here: Settings, tmp_path: Path) -> None:
    """What the outbox ships meanwhile is in the database then, and the sounds of the rows are there still."""
    make(here, tmp_path / "backup")
    with ZipFile(tmp_path / "backup") as archive:
        folders = [name.split("/")[0] for name in archive.namelist()]
    order = ["outbox", "hanvisa.sqlite", "messages", "recordings"]
    assert sorted(order, key=folders.index) == order


def test_a_damaged_database_makes_no_backup(here: Settings, tmp_path: Path) -> None:
    url = here.database_url.removeprefix("sqlite+aiosqlite:///")
    with closing(sqlite3.connect(url)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damaged = bytearray(Path(url).read_bytes())
    damaged[8 * 4096 : 18 * 4096] = b"\xff" * 10 * 4096
    Path(url).write_bytes(damaged)
    with pytest.raises(StorageError, match=r"damaged|malformed"):
        make(here, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
