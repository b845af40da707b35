"""Reports on departments (G3): the days on which nobody was there, and those that hang on a single person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hanvisa.policy.coverage import empty_days
from hanvisa.policy.model import Text
from hanvisa.reports import columns, measures
from hanvisa.reports.facts import DepartmentMonth
from hanvisa.reports.model import Column, Report, Row

_NOBODY = Text("ingen", "nobody")


def _empty(facts: Iterable[DepartmentMonth]) -> Iterator[Row]:
    for one in facts:
        team = one.chain[0]
        for empty in empty_days(one.chain, one.absences, one.days):
            time = team.working_time(empty.day)
            calls = [call.call_id for call in one.calls if any(start <= call.at < end for start, end in time)]
            stood_in = empty.stood_in.id if empty.stood_in else _NOBODY
            cells = (str(empty.day), team.id, ", ".join(empty.away), stood_in, len(calls), " ".join(calls))
            yield Row(one.place, cells, team.id, len(calls), counts=empty.stood_in is None)


def _of_one(facts: Iterable[DepartmentMonth]) -> Iterator[Row]:
    for one in facts:
        team, *stand_ins = one.chain
        members = [member for member in team.members if one.days and member.belongs(one.days[-1])]
        if len(members) == 1 and not stand_ins:
            yield Row(one.place, (team.id, members[0].person_id))


EMPTY_DEPARTMENTS = Report(
    name="empty-departments",
    title=Text("Tomma avdelningar", "Empty departments"),
    meaning=Text(
        "Arbetsdagar då ingen på avdelningen gick att nå på hela dagen, och samtalen till den under tiden. "
        "Dagar då en annan avdelning ersatte räknas för sig.",
        "Working days on which nobody of the department could be reached all day, and the calls to it meanwhile. "
        "Days on which another department stood in are counted apart.",
    ),
    rules=("G3",),
    facts=DepartmentMonth,
    rows=_empty,
    columns=(
        Column("day", Text("Dag", "Day")),
        columns.DEPARTMENT,
        Column("away", Text("Borta", "Away")),
        Column("stood_in", Text("Ersatte", "Stood in")),
        Column("number", Text("Antal samtal", "Number of calls")),
        columns.CALLS,
    ),
    measures=(
        measures.counted("empty_days", "Tomma dagar", "Empty days"),
        measures.not_counted("stood_in_days", "Ersatta dagar", "Days stood in for"),
        measures.total("calls", "Samtal", "Calls"),
    ),
    by=Text("Avdelning", "Department"),
)
DEPARTMENTS_OF_ONE = Report(
    name="departments-of-one",
    title=Text("Avdelningar med en enda person", "Departments of one person"),
    meaning=Text(
        "Avdelningar med en enda person, som ingen annan avdelning ersätter: är den personen borta är de tomma.",
        "Departments of one person for which no other stands in: they are empty when that person is away.",
    ),
    rules=("G3",),
    facts=DepartmentMonth,
    rows=_of_one,
    columns=(columns.DEPARTMENT, columns.PERSON),
    measures=(measures.number("departments", "Avdelningar", "Departments"),),
)
