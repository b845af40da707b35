"""Cases of absences that are to be saved (G3)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from hanvisa.policy.case_base import ORDINARY, Row
from hanvisa.policy.case_expected import Case, Compared, Expected, Written
from hanvisa.policy.case_world import World, id_of
from hanvisa.policy.coverage import CoverageFacts, Member, Team, decide_coverage, emptied_by
from hanvisa.policy.facts import Absence, Window
from hanvisa.policy.model import Text

Windows = dict[str, tuple[Window, ...]]


class CoverageWritten(Written):
    """``ends_at`` left out is until cancelled.

    ``changes`` is the number of the row in ``absences``, from 0, ``calendars`` those of the rows that a calendar set.
    """

    person: str
    reason: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None = None
    at: AwareDatetime = ORDINARY
    from_calendar: bool = False
    forced: bool = False
    changes: int | None = None
    calendars: tuple[int, ...] = ()


class ExpectedCoverage(Expected):
    """``empty`` are the days by the department's name, ``away`` and ``off`` its others, away or not at work then."""

    empty: dict[str, tuple[date, ...]] = Field(default_factory=dict)
    away: tuple[str, ...] | None = None
    off: tuple[str, ...] | None = None


class CoverageCase(Case):
    """May the absence be saved? ``absences`` say whose they are (``person_id``).

    ``schedules`` are by person, ``hours`` by department; ``starts`` and ``leaves`` are the days of who does, by person.
    """

    decide: Literal["coverage"]
    facts: CoverageWritten
    absences: tuple[Row, ...] = ()
    schedules: Windows = Field(default_factory=dict)
    hours: Windows = Field(default_factory=dict)
    starts: dict[str, date] = Field(default_factory=dict)
    leaves: dict[str, date] = Field(default_factory=dict)
    expect: ExpectedCoverage

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        written = self.facts
        rows = [{"id": f"absence {number}", **row} for number, row in enumerate(self.absences)]
        number = len(rows) if written.changes is None else written.changes
        wanted = {
            "id": f"absence {number}",
            "person_id": written.person,
            **written.model_dump(include={"reason", "starts_at", "ends_at"}),
        }
        facts = CoverageFacts(
            wanted=world.facts(Absence, [wanted])[0],
            teams=self._teams(world),
            absences=world.facts(Absence, rows),
            at=written.at,
            calendars=frozenset(id_of(f"absence {number}") for number in written.calendars),
            from_calendar=written.from_calendar,
            forced=written.forced,
        )
        emptied = emptied_by(facts)
        decision = decide_coverage(facts, emptied)
        compared = self.expect.compare(decision)
        compared["empty"] = (self.expect.empty, {one.team.name: one.days for one in emptied})
        if self.expect.away is not None:
            compared["away"] = (self.expect.away, tuple(name for one in emptied for name in one.away))
        if self.expect.off is not None:
            compared["off"] = (self.expect.off, tuple(name for one in emptied for name in one.off))
        return decision.because, compared

    def _teams(self, world: World) -> tuple[Team, ...]:
        register = world.register
        hours = {world.id_(name): windows for name, windows in self.hours.items()}
        schedules = {world.id_(name): windows for name, windows in self.schedules.items()}
        starts = {world.id_(name): day for name, day in self.starts.items()}
        leaves = {world.id_(name): day for name, day in self.leaves.items()}
        return tuple(
            Team(
                department.id,
                department.name,
                tuple(
                    Member(
                        person.id,
                        person.name,
                        starts.get(person.id, date.min),
                        leaves.get(person.id),
                        schedules.get(person.id, ()),
                    )
                    for person in register.members(department.id)
                ),
                hours.get(department.id, ()),
                department.stand_in_id,
            )
            for department in register.departments.rows
        )
