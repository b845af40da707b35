"""Who of a department is there on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest

from hanvisa.policy.coverage import Member, Team
from hanvisa.policy.facts import Absence, AbsenceReason, TimeKind, Window
from hanvisa.policy.model import Text
from hanvisa.policy.presence import Presence, presence

ANNA = UUID(int=1)
MEETING = AbsenceReason("1", Text("", ""), Text("", ""), TimeKind.TIME)
AT_HOME = AbsenceReason("2", Text("", ""), Text("", ""), TimeKind.TIME, reachable=True)
MONDAY, SATURDAY, CHRISTMAS = date(2026, 8, 3), date(2026, 8, 8), date(2026, 12, 25)


def at(hour: int, day: int = 3) -> datetime:
    """In Sweden."""
    return datetime(2026, 8, day, hour - 2, tzinfo=UTC)


def absent(start: int, end: int | None, reason: AbsenceReason = MEETING) -> Absence:
    return Absence(UUID(int=2), ANNA, reason, at(start), at(end) if end else None)


def of(*absences: Absence, day: date = MONDAY, hours: tuple[Window, ...] = (), **member: object) -> Presence:
    anna = Member(ANNA, "Anna Berg", **member)  # type: ignore[arg-type]
    return presence(anna, Team(UUID(int=3), "Skolan", (anna,), hours), day, absences)


@pytest.mark.parametrize(
    ("absences", "expected"),
    [
        ((), Presence.THERE),
        ((absent(8, 17),), Presence.AWAY),
        ((absent(7, None),), Presence.AWAY),
        ((absent(12, 17), absent(8, 12)), Presence.AWAY),
        ((absent(12, 13),), Presence.PARTLY),
        ((absent(17, 18),), Presence.THERE),
        ((absent(8, 17, AT_HOME),), Presence.REACHABLE),
        ((absent(8, 17, AT_HOME), absent(9, 10)), Presence.PARTLY),
    ],
)
def test_by_the_absences_of_the_working_day(absences: tuple[Absence, ...], expected: Presence) -> None:
    assert of(*absences) is expected
    assert expected.can_be_reached is (expected is not Presence.AWAY)


def test_who_does_not_work_then_is_neither_there_nor_away() -> None:
    mornings = (Window((1,), time(8), time(12)),)
    assert of(day=SATURDAY) is Presence.OFF
    assert of(day=CHRISTMAS) is Presence.OFF
    assert of(day=date(2026, 8, 4), schedule=mornings) is Presence.OFF
    assert of(starts_on=date(2026, 8, 4)) is Presence.OFF
    assert of(ends_on=MONDAY) is Presence.OFF
    assert of(absent(8, 12), schedule=mornings) is Presence.AWAY
    assert of(day=SATURDAY, hours=(Window((6,), time(8), time(12)),)) is Presence.THERE
