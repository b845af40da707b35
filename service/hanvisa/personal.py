"""`hanvisa purge`, `export-person` and `remove-person`: the commands' work, on a database of their own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from hanvisa.ami.secrets import forget_calendar_password
from hanvisa.config import Settings
from hanvisa.directory.auditing import Actor
from hanvisa.directory.existing import existing_database
from hanvisa.directory.personal import finding, removing
from hanvisa.directory.personal.held import HELD
from hanvisa.directory.personal.texts import texts_to
from hanvisa.errors import Conflict, StorageError
from hanvisa.nightly import purge_of
from hanvisa.progress import Progress

if TYPE_CHECKING:
    from hanvisa.directory.personal.purging import Purged

ADMINISTRATOR = Actor("administrator at the machine")


@dataclass(frozen=True, slots=True)
class Exported:
    rows: int
    files: int


async def purge_now(settings: Settings, now: datetime, *, dry_run: bool) -> list[Purged]:
    """Raises StorageError."""
    async with existing_database(settings.database_url) as database:
        purge = purge_of(settings, database, now)
        return await (purge.due() if dry_run else purge.carry_out())


async def remove_now(settings: Settings, id_: str, now: datetime) -> removing.Removed:
    """Raises NotFound, Conflict, StorageError."""
    async with existing_database(settings.database_url) as database:
        forget = partial(forget_calendar_password, settings.state / "secrets.json")
        return await removing.remove(database, settings.state, id_, now, ADMINISTRATOR, forget=forget)


async def export(
    settings: Settings, id_: str, file: Path, at: datetime, say: Callable[[str], None]
) -> Exported:
    """A file NAME.jsonl for each table and for text messages, a row a line, and the sounds that they name.

    It is to be handed to the person.

    Raises NotFound, StorageError, and Conflict when the file is there already.
    """
    async with existing_database(settings.database_url) as database, database.reading() as session:
        whose = await finding.find_whose(session, id_)
        progress = Progress("rows are found.", 0, say)
        rows, sounds = 0, set[str]()
        with _new_zip(file) as archive:
            about = {"id": id_, "person": str(whose.person or ""), "at": at.isoformat()}
            archive.writestr("about.json", json.dumps(about, ensure_ascii=False))
            for held in HELD:
                name = held.table.__tablename__
                with archive.open(f"{name}.jsonl", "w") as lines:
                    async for found in finding.rows_of(session, held, whose):
                        if not finding.may_be_told(name, found, at):
                            continue
                        row = finding.as_theirs(name, found, whose)
                        lines.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
                        sounds.update(finding.files_named(name, row))
                        rows += 1
                        progress.add(1)
            with archive.open("texts.jsonl", "w") as lines:
                for text in await texts_to(settings.state, whose):
                    row = {"at": text.at.isoformat(), "to": text.text.to, "words": text.text.words}
                    lines.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
                    rows += 1
            there = [sound for sound in sorted(sounds) if (settings.state / sound).is_file()]
            for sound in there:
                archive.write(settings.state / sound, sound)
    return Exported(rows, len(there))


@contextmanager
def _new_zip(file: Path) -> Iterator[ZipFile]:
    """Readable by its owner alone; gone again when it does not get whole."""
    try:
        opened = os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
    except FileExistsError as error:
        raise Conflict(f"{file} is there already. Give another name: nothing is written over.") from error
    except OSError as error:
        raise StorageError(f"{file} can't be made: {error}.") from error
    try:
        with opened, ZipFile(opened, "w", ZIP_DEFLATED) as archive:
            yield archive
    except BaseException:
        file.unlink()
        raise
