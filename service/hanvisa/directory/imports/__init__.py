"""`hanvisa import FOLDER`: the directory from CSV files, all of it or nothing (docs/import.md)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hanvisa.directory.auditing import Actor
from hanvisa.directory.existing import existing_database, has_tables, must_be_ours
from hanvisa.directory.imports.applying import apply
from hanvisa.directory.imports.people import MARK
from hanvisa.directory.imports.planning import plan_sheets
from hanvisa.directory.imports.problems import ImportRefused, Problems, told_in
from hanvisa.directory.imports.reading import read_files, read_folder
from hanvisa.directory.imports.report import ImportReport
from hanvisa.directory.migrations import upgrade
from hanvisa.directory.repositories.turns import changing_register

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hanvisa.directory.engine import Database

__all__ = ["ImportRefused", "ImportReport", "import_files", "import_folder", "told_in"]

_BY = Actor("import")


async def import_folder(
    database: Database, folder: Path, *, dry_run: bool = False, end_missing: bool = False
) -> ImportReport:
    """:func:`import_files`, with the CSV files of a folder, into a database of this version.

    It is made where there is none yet, unless the files are refused. A ``dry_run`` makes none.
    """
    raw = await asyncio.to_thread(read_folder, folder, Problems())
    if dry_run:
        await must_be_ours(database)
    elif not await has_tables(database):
        await _must_be_accepted(raw)
        await upgrade(database.url)
    return await import_files(database, raw, _BY, dry_run=dry_run, end_missing=end_missing)


async def _must_be_accepted(raw: Mapping[str, bytes]) -> None:
    """By an empty database, made for that alone. Raises ImportRefused."""
    with TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'empty.sqlite'}"
        await upgrade(url)
        async with existing_database(url) as empty:
            await import_files(empty, raw, _BY, dry_run=True)


async def import_files(
    database: Database,
    raw: Mapping[str, bytes],
    by: Actor,
    *,
    dry_run: bool = False,
    end_missing: bool = False,
    agree: Callable[[ImportReport], None] = lambda _: None,
) -> ImportReport:
    """Bring the directory to what the files say, by their names, and tell what changed (or would, with ``dry_run``).

    Rows are known by their external ids. Those that are in the database but not in a file are ended only with
    ``end_missing``; files that are not there leave their tables as they are. Persons whom an LDAP directory has are
    never ended here. ``agree`` is told what is about to change, and may raise.

    Raises:
        ImportRefused: with every row that is wrong, by file, line and column. Nothing was changed.
        StorageError: the database does not answer. Nothing was changed.
    """
    problems = Problems()
    now = datetime.now(UTC)
    files = await asyncio.to_thread(read_files, raw, problems)

    def ends(row: Mapping[str, Any]) -> bool:
        return end_missing and not row.get(MARK)

    if dry_run:
        async with database.reading() as session:
            plan = await plan_sheets(session, files, now, problems, ends=ends)
        return plan.report(dry_run=True)
    async with changing_register(database, by) as session:
        plan = await plan_sheets(session, files, now, problems, ends=ends)
        report = plan.report(dry_run=False)
        agree(report)
        await apply(session, plan, now, by)
    return report
