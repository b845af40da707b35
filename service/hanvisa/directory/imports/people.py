"""Persons as another directory has them: who has left there is ended, and nobody else.

An entry that makes no sense is left out, and the person stays as they are: one wrong entry doesn't stop the others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from hanvisa.counting import counted
from hanvisa.directory.auditing import Actor, read_counters
from hanvisa.directory.imports.applying import apply
from hanvisa.directory.imports.planning import Plan, plan_sheets
from hanvisa.directory.imports.problems import Problems
from hanvisa.directory.imports.reading import File, Line
from hanvisa.directory.imports.report import ImportReport
from hanvisa.directory.imports.sheets.organisation import PERSONS
from hanvisa.directory.repositories.turns import changing_register
from hanvisa.directory.tables import DepartmentRow, PersonRow
from hanvisa.errors import Conflict
from hanvisa.policy.model import Text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.engine import Database

MARK = "from_ldap"
_NAMED = 10  # in a sentence
_NO_TEXT = Text(sv="det är ingen text i UTF-8.", en="it is no text in UTF-8.")


@dataclass(frozen=True, slots=True)
class Told:
    """One person there: ``where`` names the entry, ``texts`` are by the column of persons.csv.

    ``no_text``: columns for which it has something that is none.
    """

    where: str
    texts: Mapping[str, str]
    no_text: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PeopleReport:
    """``left_out`` has a sentence for each entry that makes no sense."""

    report: ImportReport
    left_out: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join((str(self.report), *(f"Left out: {one}" for one in self.left_out)))


class TooManyEnded(Conflict):
    """A run that would end so many asks first."""

    error_id = "too-many-ended"


class _Faults(Problems):
    """What is wrong by the number of the entry; nothing is refused for it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: defaultdict[int, list[str]] = defaultdict(list)

    def add(self, file: str, what: Text, *, line: int | None = None, column: str | None = None) -> None:  # noqa: ARG002 - it is persons.csv
        self.found[line or 0].append(f"{column}: {what.en}" if column else what.en)

    def raise_if_any(self) -> None:
        """Never."""


async def import_people(
    database: Database,
    people: Sequence[Told],
    by: Actor,
    *,
    departments: Mapping[str, str],
    most_ended: int,
    dry_run: bool = False,
    accept: bool = False,
) -> PeopleReport:
    """Bring those who come from there to what it says.

    It is planned while others write, and once more where something has changed meanwhile; mostly nothing is to do.

    ``departments`` leads from a department's name there to its id in departments.csv; else the name is its id or its
    name here. ``most_ended`` is how many percent may be ended at once, unless ``accept``.

    Raises:
        TooManyEnded: more would be. Nothing was changed.
        StorageError: the database does not answer. Nothing was changed.
    """
    now = datetime.now(UTC)
    async with database.reading() as session:
        known = await read_counters(session)
        plan, left_out = await _plan(session, people, departments, now)
    if plan and not dry_run:
        async with changing_register(database, by) as session:
            if await read_counters(session) != known:
                plan, left_out = await _plan(session, people, departments, now)
            if not accept:
                await _must_be_few(session, plan, most_ended)
            await apply(session, plan, now, by)
    return PeopleReport(plan.report(dry_run=dry_run), left_out)


async def _plan(
    session: AsyncSession, people: Sequence[Told], departments: Mapping[str, str], now: datetime
) -> tuple[Plan, tuple[str, ...]]:
    """The plan of the entries that make sense, and a sentence for each of the others."""
    known = await _department_ids(session) | dict(departments)
    columns = frozenset({MARK, *(column for one in people for column in one.texts)})
    lines = [Line(number, _texts(one, known)) for number, one in enumerate(people)]
    faults = _Faults()
    for number, one in enumerate(people):
        for column in one.no_text:
            faults.add(PERSONS.file, _NO_TEXT, line=number, column=column)
    for id_, number in _repeated(people):
        what = Text(sv=f"en annan post har också id ”{id_}”.", en=f"another entry has the id “{id_}” too.")
        faults.add(PERSONS.file, what, line=number)

    def ends(row: Mapping[str, Any]) -> bool:
        faulty = {people[number].texts.get("id") for number in faults.found}
        return bool(row[MARK]) and row["external_id"] not in faulty

    async def planned(problems: Problems) -> Plan:
        file = File(columns, tuple(line for line in lines if line.number not in faults.found))
        return await plan_sheets(session, {PERSONS.file: file}, now, problems, ends=ends)

    repeated = len(faults.found)
    plan = await planned(faults)
    if len(faults.found) > repeated:
        plan = await planned(_Faults())
    return plan, tuple(
        f"{people[number].where}: {' '.join(whats)}" for number, whats in sorted(faults.found.items())
    )


def _repeated(people: Sequence[Told]) -> Iterator[tuple[str, int]]:
    """All of them: nobody can tell which is the person."""
    often = Counter(one.texts.get("id", "") for one in people)
    for number, one in enumerate(people):
        id_ = one.texts.get("id", "")
        if id_ and often[id_] > 1:
            yield id_, number


def _texts(one: Told, departments: Mapping[str, str]) -> dict[str, str]:
    department = one.texts.get("department", "")
    return {**one.texts, "department": departments.get(department, department), MARK: "yes"}


async def _department_ids(session: AsyncSession) -> dict[str, str]:
    """The ids of departments whose name is like no other's."""
    table = DepartmentRow
    rows = (
        await session.execute(
            select(table.name, table.external_id).where(
                table.ended_at.is_(None), table.external_id.is_not(None)
            )
        )
    ).all()
    often = Counter(row.name for row in rows)
    return {row.name: row.external_id for row in rows if often[row.name] == 1}


async def _must_be_few(session: AsyncSession, plan: Plan, most: int) -> None:
    """Raises TooManyEnded."""
    ended = sorted(_name(row) for one in plan.tables for row in one.ended)
    there = await session.scalar(
        select(func.count())
        .select_from(PersonRow)
        .where(PersonRow.from_ldap.is_(True), PersonRow.ended_at.is_(None))
    )
    if len(ended) * 100 > most * (there or 0):
        names = ", ".join(ended[:_NAMED])
        raise TooManyEnded(
            f"{len(ended)} of {counted(there or 0, 'person', 'persons')}"
            f" {'is' if len(ended) == 1 else 'are'} no longer in the directory, more than {most} %: {names}"
            f"{' and others' if len(ended) > _NAMED else ''}. Nothing was changed. Is that right? See hanvisa ldap"
            " --dry-run, and let it happen with hanvisa ldap --accept."
        )


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['given_name']} {row['family_name']}"
