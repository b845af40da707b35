"""A damaged database, and a damaged backup: what was made for the one goes over it, and the other is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from hanvisa.cli import app
from hanvisa.config import Settings
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.migrations import upgrade
from hanvisa.directory.tables import PersonRow
from hanvisa.errors import StorageError
from integration.directory.on_disk import furnish, make, restore

PAGE = 4096  # bytes
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "something else": lambda whole: b"\xaa" * len(whole),
    "half": lambda whole: whole[: len(whole) // 2],
    "all but its head": lambda whole: whole[:PAGE] + b"\xff" * (len(whole) - PAGE),
    "some pages": lambda whole: whole[: -6 * PAGE] + b"\xff" * 6 * PAGE,
}


@pytest.fixture
def templates(sqlite_templates: object) -> object:
    """On SQLite alone."""
    return sqlite_templates


@pytest.fixture
async def here(demo: Database, demo_url: str, tmp_path: Path) -> Settings:
    """Nobody has its database open."""
    settings = await furnish(demo, demo_url, tmp_path)
    await demo.close()
    return settings


def file_of(settings: Settings) -> Path:
    file = open_database(settings.database_url).file
    assert file is not None
    return file


def spoil(file: Path, how: Callable[[bytes], bytes]) -> bytes:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoilt = how(file.read_bytes())
    file.write_bytes(spoilt)
    return spoilt


async def people(settings: Settings) -> list[str]:
    database = open_database(settings.database_url)
    try:
        async with database.reading() as session:
            return sorted(await session.scalars(select(PersonRow.family_name)))
    finally:
        await database.close()


@pytest.mark.parametrize("how", DAMAGES)
async def test_a_backup_is_put_over_a_database_that_is_damaged(
    how: str, here: Settings, tmp_path: Path
) -> None:
    whole = await people(here)
    make(here, tmp_path / "backup")
    spoilt = spoil(file_of(here), DAMAGES[how])
    restored = await restore(here, tmp_path / "backup", over=True)
    assert await people(here) == whole
    assert (restored.set_aside is None) == (how == "some pages")  # whose place the backup's could take
    if restored.set_aside is not None:
        assert restored.set_aside.read_bytes() == spoilt
        assert restored.set_aside.parent == file_of(here).parent


async def test_what_sqlite_has_beside_a_damaged_one_goes_with_it(here: Settings, tmp_path: Path) -> None:
    make(here, tmp_path / "backup")
    file = file_of(here)
    spoil(file, DAMAGES["something else"])
    file.with_name(f"{file.name}-wal").write_bytes(b"of the damaged one")
    restored = await restore(here, tmp_path / "backup", over=True)
    assert restored.set_aside is not None
    beside = restored.set_aside.with_name(f"{restored.set_aside.name}-wal")
    assert beside.read_bytes() == b"of the damaged one"
    assert not file.with_name(f"{file.name}-wal").exists()


async def test_one_that_another_program_has_locked_is_none_that_is_damaged(
    here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(here, tmp_path / "backup")
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0))
    with closing(sqlite3.connect(file_of(here), isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageError, match=r"locked.*Restore it again"):
            await restore(here, tmp_path / "backup", over=True)
    assert not [file for file in file_of(here).parent.iterdir() if "damaged" in file.name]


async def test_who_starts_on_a_damaged_database_is_told_which_it_is_and_what_helps(here: Settings) -> None:
    spoil(file_of(here), DAMAGES["something else"])
    helps = rf"{file_of(here)} is damaged.*hanvisa restore"
    with pytest.raises(StorageError, match=helps):
        await upgrade(here.database_url)
    with pytest.raises(StorageError, match=helps):
        await people(here)


def test_who_restores_is_told_where_the_damaged_one_lies(
    here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(here, tmp_path / "backup")
    spoil(file_of(here), DAMAGES["something else"])
    monkeypatch.setenv("HANVISA_STATE", str(here.state))
    monkeypatch.setenv("HANVISA_DATABASE_URL", here.database_url)
    told = CliRunner().invoke(app, ["restore", str(tmp_path / "backup"), "--over"])
    assert told.exit_code == 0, told.output
    assert "hanvisa.sqlite.damaged-" in told.output
    assert "Start the service anew" in told.output
