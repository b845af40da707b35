"""What a backup, or a restore, writes beside its place is gone when that ends, however it does."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from hanvisa.config import Settings
from hanvisa.directory.engine import Database
from hanvisa.directory.existing import existing_database
from hanvisa.directory.personal.unfinished import BACKUP, LEFT_AFTER, RESTORE, left_behind
from hanvisa.directory.tables import AuditRow
from hanvisa.lab.waiting import until
from hanvisa.personal import purge_now
from integration.directory.on_disk import furnish, make, restore

pytestmark = pytest.mark.parametrize("templates", ["sqlite"], indirect=True)


@pytest.fixture
async def here(demo: Database, demo_url: str, tmp_path: Path) -> Settings:
    return await furnish(demo, demo_url, tmp_path)


@pytest.fixture
def there(tmp_path: Path) -> Settings:
    """An empty place."""
    folder = tmp_path / "there"
    return Settings(state=folder, database_url=f"sqlite+aiosqlite:///{folder / 'hanvisa.sqlite'}")


async def test_a_backup_that_is_told_to_stop_leaves_nothing(here: Settings, tmp_path: Path) -> None:
    stands_still_at(here.state / "secrets.json")
    await told_to_stop(here, "backup", str(tmp_path / "backup"), beside=tmp_path, prefix=BACKUP)
    assert not (tmp_path / "backup").exists()


async def test_a_restore_that_is_told_to_stop_leaves_nothing(
    here: Settings, there: Settings, tmp_path: Path
) -> None:
    make(here, tmp_path / "backup")
    there.state.mkdir()
    stands_still_at(there.state / "secrets.json")
    await told_to_stop(there, "restore", str(tmp_path / "backup"), beside=there.state, prefix=RESTORE)
    assert not (there.state / "hanvisa.sqlite").exists()


async def test_what_one_that_was_killed_has_left_goes_with_the_next_backup(
    here: Settings, tmp_path: Path
) -> None:
    left, at_work = left_by_others(tmp_path, BACKUP)
    make(here, tmp_path / "backup")
    assert (left.exists(), at_work.exists()) == (False, True)


async def test_what_one_that_was_killed_has_left_goes_with_the_next_restore(
    here: Settings, there: Settings, tmp_path: Path
) -> None:
    make(here, tmp_path / "backup")
    left, at_work = left_by_others(there.state, RESTORE)
    await restore(there, tmp_path / "backup")
    assert (left.exists(), at_work.exists()) == (False, True)


@pytest.mark.parametrize("prefix", [BACKUP, RESTORE])
async def test_what_one_that_was_killed_has_left_goes_with_the_purge(here: Settings, prefix: str) -> None:
    left, at_work = left_by_others(here.state, prefix)
    due = await purge_now(here, datetime.now(UTC), dry_run=True)
    assert left.exists()
    purged = await purge_now(here, datetime.now(UTC), dry_run=False)
    assert [one.number for each in (due, purged) for one in each if one.name == "backups"] == [1, 1]
    assert (left.exists(), at_work.exists()) == (False, True)


@pytest.mark.parametrize("method", ["glob", "rglob"])
async def test_what_another_takes_away_meanwhile_fails_no_backup(
    method: str, here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another backup or a purge removes it, once it has been found or while it is looked into."""
    left, _ = left_by_others(tmp_path, BACKUP)
    usual = Path.glob

    def found_and_gone(folder: Path, pattern: str) -> Iterator[Path]:
        found = list(usual(folder, pattern))
        shutil.rmtree(left, ignore_errors=True)
        return iter(found)

    def gone_and_looked_into(folder: Path, _: str) -> Iterator[Path]:
        shutil.rmtree(left, ignore_errors=True)
        return folder.iterdir()

    monkeypatch.setattr(Path, method, found_and_gone if method == "glob" else gone_and_looked_into)
    make(here, tmp_path / "backup")


@pytest.mark.parametrize("target", ["nowhere", "elsewhere", "file"])
async def test_what_is_no_folder_fails_no_backup_and_is_left(
    target: str, here: Settings, tmp_path: Path
) -> None:
    """Whoever may write beside the backups (/tmp, a share) could stop them all."""
    long_ago = datetime.now(UTC).timestamp() - LEFT_AFTER.total_seconds() - 1
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "theirs").touch()
    for path in (elsewhere / "theirs", elsewhere):
        os.utime(path, (long_ago, long_ago))
    other = tmp_path / f"{BACKUP}x"
    if target == "file":
        other.touch()
        os.utime(other, (long_ago, long_ago))
    else:
        other.symlink_to(tmp_path / target)
    assert left_behind(tmp_path, datetime.now(UTC)) == []
    make(here, tmp_path / "backup")
    assert found(tmp_path, f"{BACKUP}*") == [other]


async def test_what_the_purge_can_not_remove_it_does_not_say_it_has_removed(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As what root's restore has left, which the service's account may not touch."""
    roots, _ = left_by_others(here.state, RESTORE)
    left_by_others(here.state, BACKUP)
    usual = shutil.rmtree

    def as_the_service(folder: Path, *, ignore_errors: bool = False) -> None:
        if folder != roots:
            usual(folder, ignore_errors=ignore_errors)

    monkeypatch.setattr(shutil, "rmtree", as_the_service)
    with capture_logs() as told:
        purged = await purge_now(here, datetime.now(UTC), dry_run=False)
    assert [one.number for one in purged if one.name == "backups"] == [1]
    assert [one["folder"] for one in told if one["event"] == "purge.not_removed"] == [str(roots)]
    async with existing_database(here.database_url) as database, database.reading() as session:
        noted = select(AuditRow.after).where(AuditRow.action == "purged", AuditRow.table_name == "backups")
        assert list(await session.scalars(noted)) == [{"number": 1}]


def stands_still_at(file: Path) -> None:
    """Whoever reads it waits for somebody to write."""
    file.unlink(missing_ok=True)
    os.mkfifo(file)


async def told_to_stop(settings: Settings, *words: str, beside: Path, prefix: str) -> None:
    """The command is, once it has a folder of its own with something in it."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hanvisa", *words),
        env={
            **os.environ,
            "HANVISA_STATE": str(settings.state),
            "HANVISA_DATABASE_URL": settings.database_url,
        },
    )
    await until(lambda: found(beside, f"{prefix}*/*"), within=20, what="a folder beside")
    running.send_signal(signal.SIGTERM)
    assert await running.wait() == 128 + signal.SIGTERM
    assert found(beside, f"{prefix}*") == []


def found(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))


def left_by_others(parent: Path, prefix: str) -> tuple[Path, Path]:
    """One folder in which nothing has been written for long, and one that is written to."""
    left, at_work = parent / f"{prefix}left", parent / f"{prefix}at-work"
    long_ago = datetime.now(UTC).timestamp() - LEFT_AFTER.total_seconds() - 1
    for folder in (left, at_work):
        (folder / "messages").mkdir(parents=True)
        (folder / "messages" / "m.wav").write_bytes(b"a message")
        for path in (
            folder / "messages",
            folder,
            *([folder / "messages" / "m.wav"] if folder is left else []),
        ):
            os.utime(path, (long_ago, long_ago))
    return left, at_work
