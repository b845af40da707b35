"""What an import would change: the files held against the database. Changes nothing itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hanvisa.directory.auditing import SECRET
from hanvisa.directory.imports import checks
from hanvisa.directory.imports.existing import Existing, read_existing
from hanvisa.directory.imports.group_numbers import check_group_numbers
from hanvisa.directory.imports.problems import EMPTY, Unread
from hanvisa.directory.imports.report import Counts, Differing, ImportReport, RowDiffers, What
from hanvisa.directory.imports.sheets import SHEETS, Column, Sheet
from hanvisa.directory.imports.spreadsheets import with_zeros
from hanvisa.directory.imports.values import Field, Scope, e164, to_e164
from hanvisa.directory.tables.base import LONGEST_KEY
from hanvisa.ids import new_id
from hanvisa.policy.model import Text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.imports.problems import Problems
    from hanvisa.directory.imports.reading import File, Line


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as a file has it. ``values`` are by the table's column, ``lists`` by the file's."""

    id: UUID
    key: str
    line: int
    values: dict[str, Any]
    lists: dict[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """What differs, in the row itself and in what it lists."""

    entry: Entry
    before: dict[str, Any]
    after: dict[str, Any]
    lists_before: dict[str, Any]
    lists_after: dict[str, Any]


@dataclass
class TablePlan:
    """``columns`` are those of the file, ``ended`` the rows of the database that are no longer there."""

    sheet: Sheet
    columns: frozenset[str]
    entries: list[Entry] = field(default_factory=list)
    created: list[Entry] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    ended: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def counts(self) -> Counts:
        unchanged = len(self.entries) - len(self.created) - len(self.changed)
        return Counts(len(self.created), len(self.changed), len(self.ended), unchanged)


@dataclass(frozen=True, slots=True)
class Plan:
    tables: list[TablePlan]
    existing: Existing

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return any(one.created or one.changed or one.ended for one in self.tables)

    def report(self, *, dry_run: bool) -> ImportReport:
        keys = {row["id"]: key for rows in self.existing.rows.values() for key, row in rows.items()}
        keys |= {entry.id: entry.key for one in self.tables for entry in one.created}
        rows = tuple(row for one in self.tables for row in _rows(one, keys))
        return ImportReport(dry_run, {one.sheet.name: one.counts for one in self.tables}, rows)


Ends = Callable[[Mapping[str, Any]], bool]
"""Whether a row of the database is ended when it is no longer in its file."""


async def plan_sheets(
    session: AsyncSession,
    files: Mapping[str, File],
    now: datetime,
    problems: Problems,
    *,
    ends: Ends = lambda _: False,
) -> Plan:
    """In a thread, for it takes seconds with a large register. Raises ImportRefused with all that is wrong."""
    existing = await read_existing(session, now)
    return await asyncio.to_thread(_plan_all, files, existing, now, problems, ends)


def _plan_all(
    files: Mapping[str, File], existing: Existing, now: datetime, problems: Problems, ends: Ends
) -> Plan:
    keys = {sheet.name: _keys(sheet, files[sheet.file], problems) for sheet in SHEETS if sheet.file in files}
    ids = {sheet.name: _ids(sheet, existing, keys.get(sheet.name), ends) for sheet in SHEETS}
    scope = Scope(now, ids)
    plans = [
        _plan_table(
            sheet,
            files[sheet.file],
            keys[sheet.name],
            scope=scope,
            existing=existing,
            problems=problems,
            ends=ends,
        )
        for sheet in SHEETS
        if sheet.file in files
    ]
    entries = {one.sheet.name: one.entries for one in plans}
    checks.check_numbers(entries, problems)
    checks.check_telephone_managers(entries, problems)
    check_group_numbers(existing.numbers, plans, problems)
    problems.raise_if_any()
    return Plan(plans, existing)


def _keys(sheet: Sheet, file: File, problems: Problems) -> list[str]:
    """Each line's external id."""
    keys: list[str] = []
    first: dict[str, int] = {}
    for line in file.lines:
        key = sheet.key({column.name: _normal(column, line) for column in sheet.columns})
        if len(key) > LONGEST_KEY:
            what = Text(
                sv=f"dess nyckel är längre än {LONGEST_KEY} tecken.",
                en=f"its key is longer than {LONGEST_KEY} letters.",
            )
            problems.add(sheet.file, what, line=line.number)
        if not sheet.several_lines and first.setdefault(key, line.number) != line.number:
            what = Text(
                sv=f"”{key}” finns redan på rad {first[key]}.", en=f"“{key}” is on line {first[key]} already."
            )
            problems.add(sheet.file, what, line=line.number)
        keys.append(key)
    return keys


def _normal(column: Column, line: Line) -> str:
    """The text, or the number in its one spelling. One that is wrong is told when it is read."""
    text = line.texts.get(column.name, "")
    if column.read is not e164 or not text:
        return text
    try:
        return to_e164(text)
    except ValueError:
        return text


def _ids(sheet: Sheet, existing: Existing, keys: list[str] | None, ends: Ends) -> dict[str, UUID]:
    """By external id, of all rows that there will be."""
    known = existing.rows[sheet.name]
    ids = {key: id_ for key, id_ in existing.in_use(sheet).items() if keys is None or not ends(known[key])}
    for key in keys or ():
        ids[key] = known[key]["id"] if key in known else ids.get(key) or new_id()
    return ids


def _plan_table(
    sheet: Sheet,
    file: File,
    keys: list[str],
    *,
    scope: Scope,
    existing: Existing,
    problems: Problems,
    ends: Ends,
) -> TablePlan:
    plan = TablePlan(sheet, file.columns)
    seen: set[str] = set()
    known, told = existing.rows[sheet.name], set(keys)
    for line, key in zip(file.lines, keys, strict=True):
        meant = with_zeros(key, known) if key not in known else None
        if meant is not None and meant not in told:
            what = Text(
                sv=f"”{key}” är ny, och ”{meant}” är känd: ett kalkylblad tar inledande nollor. Skriv {meant}.",
                en=f"“{key}” is new, and “{meant}” is known: a spreadsheet takes leading zeros. Write {meant}.",
            )
            problems.add(sheet.file, what, line=line.number)
        entry = _entry(sheet, line, key, scope, problems)
        if key in seen:
            continue
        seen.add(key)
        plan.entries.append(entry)
        row = existing.rows[sheet.name].get(key)
        if row is None:
            plan.created.append(entry)
            continue
        change = _change(sheet, file, entry, row, existing)
        if change is not None:
            plan.changed.append(change)
    plan.ended = [row for key, row in existing.imported(sheet).items() if key not in seen and ends(row)]
    return plan


def _entry(sheet: Sheet, line: Line, key: str, scope: Scope, problems: Problems) -> Entry:
    values: dict[str, Any] = {}
    lists: dict[str, tuple[Any, ...]] = {}
    for column in sheet.columns:
        value = _value(sheet, column, line, scope, problems)
        if column.field is not None:
            values[column.field] = value
        else:
            lists[column.name] = value
    reason = sheet.check(line.texts) if sheet.check else None
    if reason is not None:
        problems.add(sheet.file, reason, line=line.number)
    return Entry(scope.ids[sheet.name][key], key, line.number, values, lists)


def _value(sheet: Sheet, column: Column, line: Line, scope: Scope, problems: Problems) -> Any:
    text = line.texts.get(column.name, "")
    if not text:
        if column.required:
            problems.add(sheet.file, EMPTY, line=line.number, column=column.name)
        return column.default
    try:
        return column.read(Field(text, line.texts, scope))
    except Unread as error:
        problems.add(sheet.file, error.what, line=line.number, column=column.name)
        return column.default


def _change(
    sheet: Sheet, file: File, entry: Entry, row: Mapping[str, Any], existing: Existing
) -> Change | None:
    """What differs in the columns that the file has; what it has not stays as it is."""
    told = [column for column in sheet.columns if column.name in file.columns and not column.at_first]
    wanted = {column.field: entry.values[column.field] for column in told if column.field is not None}
    wanted["external_id"] = entry.key
    if sheet.ended_by == "ended_at":
        wanted["ended_at"] = None
    differs = [name for name, value in wanted.items() if row[name] != value]
    lists = {
        column.name: existing.lists[sheet.name, column.name].get(entry.id, ())
        for column in told
        if column.field is None
    }
    other = [name for name, before in lists.items() if entry.lists[name] != before]
    if not differs and not other:
        return None
    return Change(
        entry,
        before={name: row[name] for name in differs},
        after={name: wanted[name] for name in differs},
        lists_before={name: lists[name] for name in other},
        lists_after={name: entry.lists[name] for name in other},
    )


def _rows(plan: TablePlan, keys: Mapping[UUID, str]) -> Iterator[RowDiffers]:
    table = plan.sheet.name
    for entry in plan.created:
        yield RowDiffers(table, entry.key, _called(entry.values), What.CREATED)
    for change in plan.changed:
        before = {**change.before, **change.lists_before}
        after = {**change.after, **change.lists_after}
        values = (
            Differing(column, "", "")
            if column in SECRET
            else Differing(column, _shown(before[column], keys), _shown(after[column], keys))
            for column in after
        )
        yield RowDiffers(table, change.entry.key, _called(change.entry.values), What.CHANGED, tuple(values))
    for row in plan.ended:
        yield RowDiffers(table, row["external_id"], _called(row), What.ENDED)


def _called(row: Mapping[str, Any]) -> str:
    """What people call the row, as far as it says so itself."""
    for columns in (
        ("given_name", "family_name"),
        ("name",),
        ("name_sv",),
        ("number",),
        ("account",),
        ("code",),
    ):
        if all(row.get(column) for column in columns):
            return " ".join(str(row[column]) for column in columns)
    return ""


def _shown(value: Any, keys: Mapping[UUID, str]) -> str:
    """Another row by its key, as the files have it."""
    if isinstance(value, tuple):
        return ", ".join(_shown(one, keys) for one in value)
    return keys.get(value, str(value)) if isinstance(value, UUID) else str(value)
