"""Putting a backup back: into an empty place, or over what there is when that is asked for, while the service runs.

All is unpacked and checked beside its place first. What is wrong with the backup is so known before anything changes.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from sqlalchemy import update

from hanvisa.backup import postgres
from hanvisa.backup.archive import (
    DATABASE,
    FORMAT,
    KEPT,
    MANIFEST,
    OUTBOX,
    POSTGRESQL,
    SECRETS,
    SOUNDS,
    SQLITE,
    Manifest,
    check_names,
    files_below,
    read_manifest,
)
from hanvisa.config import Settings
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.migrations import NEWEST, steps, upgrade
from hanvisa.directory.personal.unfinished import RESTORE, unfinished
from hanvisa.directory.sqlite import is_damage
from hanvisa.directory.tables import SessionRow
from hanvisa.errors import Conflict, InvalidInput, StorageError
from hanvisa.progress import Progress

_BESIDE = ("-wal", "-shm")  # what SQLite has beside its file
_ENCRYPTED = 1  # of a ZIP file's flags
_COUNTERS = "SELECT table_name, counter FROM change_counters"


@dataclass(frozen=True, slots=True)
class Restored:
    """``passwords_changed``: Asterisk still has others than secrets.json.

    ``set_aside``: where the database lies that was there, and damaged.
    """

    manifest: Manifest
    files: int
    passwords_changed: bool
    set_aside: Path | None = None
    still_to_do: str = ""


async def restore_backup(
    settings: Settings, file: Path, say: Callable[[str], None], *, over: bool = False
) -> Restored:
    """Put the backup's database and files into the place that the settings name.

    ``over``: where there is something already. The database takes the place of the one there in one transaction, which
    a running service sees; one that is damaged is set aside, which it does not. Files with other names stay.

    Raises Conflict when the place is not empty, InvalidInput when the backup won't do, StorageError.
    """
    database = open_database(settings.database_url)
    there = _what_is_there(settings.state, database)
    if there and not over:
        raise Conflict(
            f"{settings.state} is not empty: it has {', '.join(there)}. Set HANVISA_STATE to an empty folder, or say "
            "--over to put the backup in the place of what is there."
        )
    with _faults(file), ZipFile(file) as archive:
        _must_be_open(archive, file)
        manifest = read_manifest(archive)
        _must_suit(manifest, archive.namelist(), database, file)
        check_names(archive)
        settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with unfinished(settings.state, RESTORE) as staged:
            names = _unpack(archive, staged, say)
            if database.file:
                url = f"sqlite+aiosqlite:///{staged / DATABASE}"
                await upgrade(url)
                await _sign_everybody_out(url)
            passwords_changed = _passwords_differ(settings.state, staged)
            with _disk_errors(settings.state):
                set_aside = _put_in_place(staged, settings.state, database.file)
    still_to_do = "" if database.is_sqlite else postgres.how_to_restore(database.url, file)
    return Restored(manifest, len(names), passwords_changed, set_aside, still_to_do)


async def _sign_everybody_out(url: str) -> None:
    """Who has signed out since the backup, or was made to, would be signed in again."""
    database = open_database(url)
    try:
        async with database.writing() as session:
            lasting = update(SessionRow).where(SessionRow.ended_at.is_(None))
            await session.execute(lasting.values(ended_at=datetime.now(UTC)))
    finally:
        await database.close()


def _what_is_there(state: Path, database: Database) -> list[str]:
    there = [database.file.name] if database.file and database.file.exists() else []
    kept = (name for name in KEPT if name != DATABASE)
    return there + [name for name in kept if (state / name).is_file() or any(files_below(state, name))]


def _must_be_open(archive: ZipFile, file: Path) -> None:
    if any(member.flag_bits & _ENCRYPTED for member in archive.infolist()):
        raise InvalidInput(
            f"{file} is locked with a password, as no backup of hanvisa's is: unpack it, and zip it without one."
        )


def _must_suit(manifest: Manifest, names: Sequence[str], database: Database, file: Path) -> None:
    if manifest.format != FORMAT or (manifest.step and manifest.step not in steps()):
        raise InvalidInput(
            f"{file} was made by hanvisa {manifest.version}, which is newer than this program (database {NEWEST}). "
            "Install that version, or a later one."
        )
    if manifest.database == SQLITE and DATABASE not in names:
        raise InvalidInput(f"{file} is no whole backup of hanvisa's: there is no {DATABASE} in it.")
    ours = SQLITE if database.is_sqlite else POSTGRESQL
    if manifest.database != ours:
        raise InvalidInput(
            f"{file} is the backup of a system with its database on {manifest.database}, and HANVISA_DATABASE_URL "
            f"leads to {ours}. Set it to a database of that kind."
        )


def _unpack(archive: ZipFile, staged: Path, say: Callable[[str], None]) -> list[str]:
    """Every file is read to its end, and so checked. Readable by the owner alone, as their folders are."""
    names = [name for name in archive.namelist() if name != MANIFEST and not name.endswith("/")]
    progress = Progress("files are unpacked.", len(names), say)
    for name in names:
        unpacked = staged / name
        unpacked.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unpacked.touch(mode=0o600)
        with archive.open(name) as member, unpacked.open("wb") as opened:
            shutil.copyfileobj(member, opened)
        progress.add(1)
    return names


def _passwords_differ(state: Path, staged: Path) -> bool:
    new, old = staged / SECRETS, state / SECRETS
    return new.exists() and old.exists() and new.read_bytes() != old.read_bytes()


def _put_in_place(staged: Path, state: Path, database: Path | None) -> Path | None:
    """Sounds before the rows that name them; what the database is still to be told of calls after it.

    Gives where a database lies that was damaged.
    """
    for folder in SOUNDS:
        _move(staged, state, folder)
    set_aside = _put_database(staged / DATABASE, database) if database else None
    _move(staged, state, OUTBOX)
    if (staged / SECRETS).exists():
        (staged / SECRETS).replace(state / SECRETS)
    return set_aside


def _move(staged: Path, state: Path, folder: str) -> None:
    for path in files_below(staged, folder):
        place = state / path.relative_to(staged)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            path.replace(place)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            with _beside(path, place) as beside:
                beside.replace(place)


def _put_database(new: Path, place: Path) -> Path | None:
    known = _counters(place) if place.exists() else None
    if known is None:
        with _beside(new, place) as beside:
            set_aside = _set_aside(place)
            beside.replace(place)
        return set_aside
    with closing(sqlite3.connect(new)) as source, closing(sqlite3.connect(place)) as target:
        for table, counter in {**known, **dict(source.execute(_COUNTERS))}.items():
            source.execute(
                "INSERT INTO change_counters VALUES (?, ?) ON CONFLICT (table_name)"
                " DO UPDATE SET counter = excluded.counter",
                (table, max(counter, known.get(table, 0)) + 1),
            )  # so that whoever has read the old database reads all of the new one
        source.commit()
        source.backup(target)
    return None


def _counters(place: Path) -> dict[str, int] | None:
    """How often each table was changed; None where the database is damaged, or none of ours, as an empty file is.

    Read only: whoever may write would have SQLite do away with what lies beside a damaged one.
    """
    with closing(sqlite3.connect(f"{place.absolute().as_uri()}?mode=ro", uri=True)) as database:
        try:
            return dict(database.execute(_COUNTERS))
        except sqlite3.DatabaseError as error:
            if is_damage(error) or error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
                return None
            raise


@contextmanager
def _beside(new: Path, place: Path) -> Iterator[Path]:
    """The place may be on another file system than the state folder: from here it is there whole, or not at all."""
    beside = place.with_name(f".{place.name}.restored")
    try:
        beside.touch(mode=0o600)
        shutil.copyfile(new, beside)
        yield beside
    finally:
        beside.unlink(missing_ok=True)


def _set_aside(place: Path) -> Path | None:
    """Where what is there lies from now on.

    With it goes what SQLite has beside it, which would be taken for the new one's, also where it alone is left.
    """
    if not place.exists():
        for rest in _BESIDE:
            place.with_name(f"{place.name}{rest}").unlink(missing_ok=True)
        return None
    aside = place.with_name(f"{place.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    for rest in ("", *_BESIDE):
        with suppress(FileNotFoundError):
            place.with_name(f"{place.name}{rest}").rename(f"{aside}{rest}")
    return aside


@contextmanager
def _faults(file: Path) -> Iterator[None]:
    try:
        yield
    except (BadZipFile, EOFError, zlib.error, sqlite3.DatabaseError, NotImplementedError) as error:
        raise InvalidInput(
            f"{file} is no whole backup of hanvisa's: {error}. Nothing was changed."
        ) from error
    except OSError as error:
        raise StorageError(f"{file} can't be restored: {error}.") from error


@contextmanager
def _disk_errors(state: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise StorageError(
            f"The backup could not be put into {state} in full: {error}. Restore it again, with --over."
        ) from error
