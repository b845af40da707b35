"""Taking a backup while the service runs.

The order makes it whole: first what calls have written and the database has not got yet (an entry that is in both is
passed over when it is shipped again), then the database as it is at one moment, then the sounds that its rows name.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from hanvisa import __version__
from hanvisa.backup import postgres
from hanvisa.backup.archive import (
    CHUNK,
    DATABASE,
    MANIFEST,
    OUTBOX,
    POSTGRESQL,
    SECRETS,
    SOUNDS,
    SQLITE,
    Manifest,
    files_below,
)
from hanvisa.config import Settings
from hanvisa.directory.engine import open_database
from hanvisa.directory.personal.unfinished import BACKUP, unfinished
from hanvisa.errors import Conflict, StorageError
from hanvisa.progress import Progress

PAGES = 1000  # of the database between two words on the progress


@dataclass(frozen=True, slots=True)
class Made:
    """``still_to_do``: how the database is to be saved, where it is none of ours to copy."""

    file: Path
    files: int
    size: int
    still_to_do: str = ""


def make_backup(
    settings: Settings, file: Path, at: datetime, say: Callable[[str], None], *, secrets: bool = True
) -> Made:
    """Write a backup to ``file``, whole or not at all. ``secrets``: the passwords of phones, Asterisk and mail too.

    Raises Conflict when the file is there already, StorageError when there is no database, the state folder is none of
    hanvisa's, or the disk does not take it.
    """
    database = open_database(settings.database_url)
    with _disk_errors(file):
        if file.exists():
            raise Conflict(f"{file} is there already. Give another name: no backup is written over.")
        database.must_exist()
        _must_be_ours(settings.state, say, is_sqlite=database.is_sqlite)
    with _disk_errors(file), unfinished(file.absolute().parent, BACKUP) as folder:
        made = folder / "backup"
        with os.fdopen(os.open(made, os.O_RDWR | os.O_CREAT, 0o600), "w+b") as opened:
            with ZipFile(opened, "w", ZIP_DEFLATED, compresslevel=1) as archive:
                writer = _Writer(archive, settings.state, say)
                writer.add_all(OUTBOX)
                step = writer.add_database(database.file, folder) if database.file else ""
                for sounds in SOUNDS:
                    writer.add_all(sounds)
                if secrets:
                    writer.add(settings.state / SECRETS, SECRETS)
                kind = SQLITE if database.is_sqlite else POSTGRESQL
                manifest = Manifest(kind, step, at.isoformat(timespec="seconds"), __version__)
                archive.writestr(_info(MANIFEST), manifest.to_json())
            opened.flush()
            os.fsync(opened.fileno())
        size = made.stat().st_size
        made.rename(file)
    still_to_do = "" if database.is_sqlite else postgres.how_to_back_up(database.url, file)
    return Made(file, writer.files, size, still_to_do)


def _must_be_ours(state: Path, say: Callable[[str], None], *, is_sqlite: bool) -> None:
    """A service makes its passwords before it takes a call. Before that there is a register at most."""
    if (state / SECRETS).exists():
        return
    if not (is_sqlite and state.exists()):
        raise StorageError(
            f"{state} is no state folder of hanvisa's: there is no {SECRETS} in it, so the backup would have none of "
            "its files. Set HANVISA_STATE to the folder where it is."
        )
    say(
        f"There is no {SECRETS} in {state} yet. If the service has another state folder, its files are not in this "
        "backup: set HANVISA_STATE to it and make another."
    )


class _Writer:
    def __init__(self, archive: ZipFile, state: Path, say: Callable[[str], None]) -> None:
        self.files = 0
        self._archive = archive
        self._state = state
        self._say = say

    def add_all(self, folder: str) -> None:
        files = list(files_below(self._state, folder))
        progress = Progress(f"files of {folder} are in the backup.", len(files), self._say)
        for path in files:
            self.add(path, path.relative_to(self._state).as_posix())
            progress.add(1)

    def add(self, path: Path, name: str) -> None:
        """One that has just been taken away (handled, shipped) is left out."""
        try:
            opened = path.open("rb")
        except FileNotFoundError:
            return
        with opened, self._archive.open(_info(name), "w", force_zip64=True) as member:
            shutil.copyfileobj(opened, member, CHUNK)
        self.files += 1

    def add_database(self, database: Path, folder: Path) -> str:
        """Its migration's step."""
        copy = folder / DATABASE
        with closing(sqlite3.connect(copy)) as target:
            _copy_database(database, target, self._say)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, which needs no other beside it
            (fault,) = target.execute("PRAGMA quick_check(1)").fetchone()
            if fault != "ok":
                raise StorageError(
                    f"The database {database} is damaged, and no backup is made of it: {fault}."
                )
            step = target.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        self.add(copy, DATABASE)
        copy.unlink()
        return str(step)


def _copy_database(database: Path, target: sqlite3.Connection, say: Callable[[str], None]) -> None:
    """As it is at one moment, however long it takes and whoever writes meanwhile: nobody waits for it."""
    with closing(sqlite3.connect(database.absolute().as_uri() + "?mode=rw", uri=True)) as source:
        source.isolation_level = None
        source.execute("BEGIN")
        (pages,) = source.execute("PRAGMA page_count").fetchone()
        source.execute(
            "SELECT count(*) FROM sqlite_master"
        ).fetchone()  # from here on it sees this moment only
        progress = Progress("pages of the database are copied.", pages, say)
        source.backup(
            target, pages=PAGES, progress=lambda _, left, of: progress.add(of - left - progress.done)
        )


def _info(name: str) -> ZipInfo:
    info = ZipInfo(name)
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


@contextmanager
def _disk_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise StorageError(f"The backup {file} can't be made: {error}.") from error
