"""G3: what is reckoned by intervals is what one finds by looking at every half hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanvisa.policy.coverage import (
    LOOK_AHEAD,
    CoverageFacts,
    Member,
    Team,
    concerned,
    decide_coverage,
    emptied_by,
    emptied_in_turn,
    empty_days,
)
from hanvisa.policy.facts import Absence, AbsenceReason, TimeKind, Window
from hanvisa.policy.model import Text
from hanvisa.policy.swedish_time import LOCAL, local_time
from hanvisa.policy.workdays import is_holiday

FIRST = date(2026, 3, 26)  # a Thursday; summer time begins on the Sunday, and Easter is a week later
DAYS = [FIRST + timedelta(days=number) for number in range(12)]
HALF_HOUR = timedelta(minutes=30)
AWAY = AbsenceReason("6", Text("semester", "holiday"), Text("är borta", "is away"), TimeKind.DATE)
AT_HOME = AbsenceReason(
    "5", Text("hemifrån", "at home"), Text("är hemma", "is at home"), TimeKind.TIME, reachable=True
)
USUAL = (Window((1, 2, 3, 4, 5), time(8), time(17)),)
MONDAYS = (Window((1,), time(8), time(17)),)
SARA, STEN, ANNA = (Member(UUID(int=11 + n), name) for n, name in enumerate(("Sara", "Sten", "Anna")))
STEN_ON_MONDAYS = Member(STEN.person_id, "Sten", schedule=MONDAYS)
BO_ON_MONDAYS = Member(UUID(int=14), "Bo", schedule=MONDAYS)
OFFICE = Team(UUID(int=2), "Kansliet", (ANNA,))
NEITHER_THE_OFFICE = "Kansliet, which stands in for it, has nobody who can be reached then either."

clocks = st.builds(time, st.integers(6, 20), st.sampled_from((0, 30)))
windows = st.builds(
    lambda days, start, end: Window(tuple(sorted(days)), start, end),
    st.sets(st.integers(1, 7), min_size=1, max_size=3),
    clocks,
    clocks,
).filter(lambda window: window.start < window.end)
schedules = st.lists(windows, max_size=2).map(tuple)
moments = st.builds(local_time, st.sampled_from(DAYS), clocks)


@st.composite
def absences(draw: st.DrawFn, number: int, persons: int = 3) -> Absence:
    starts_at = draw(moments)
    length = draw(st.one_of(st.none(), st.integers(1, 200)))
    return Absence(
        id=UUID(int=1000 + number),
        person_id=UUID(int=draw(st.integers(1, persons))),
        reason=draw(st.sampled_from((AWAY, AWAY, AT_HOME))),
        starts_at=starts_at,
        ends_at=starts_at + length * HALF_HOUR if length else None,
    )


@st.composite
def made_up(draw: st.DrawFn) -> CoverageFacts:
    """A department of up to three persons, who may have absences already."""
    members = tuple(
        Member(UUID(int=number), f"P{number}", schedule=draw(schedules))
        for number in range(1, draw(st.integers(1, 3)) + 1)
    )
    team = Team(UUID(int=99), "Kansliet", members, hours=draw(schedules))
    others = tuple(draw(absences(number)) for number in range(draw(st.integers(0, 4))))
    wanted = draw(absences(len(others), len(members)))
    return CoverageFacts(wanted, (team,), others, at=local_time(FIRST, time(5)))


@given(made_up())
def test_intervals_and_half_hours_agree(facts: CoverageFacts) -> None:
    (team,) = facts.teams
    before, after = facts.absences, (*facts.absences, facts.wanted)
    empty = [day for day in DAYS if is_empty(team, day, after) and not is_empty(team, day, before)]
    found = [day for one in emptied_by(facts) for day in one.days if day <= DAYS[-1]]
    assert found == empty


@given(made_up())
def test_in_turn_nothing_is_emptied_twice(facts: CoverageFacts) -> None:
    """Each but the last is there already when the next is judged; the same one again empties nothing more."""
    first, again = emptied_in_turn(facts, [facts.wanted, facts.wanted])
    assert first == emptied_by(facts)
    assert again == ()


@given(made_up())
def test_the_empty_days_of_a_month_agree_too(facts: CoverageFacts) -> None:
    (team,) = facts.teams
    absences = (*facts.absences, facts.wanted)
    found = [one.day for one in empty_days((team,), absences, DAYS)]
    assert found == [day for day in DAYS if is_empty(team, day, absences)]


def test_who_stands_in_on_an_empty_day_is_told_with_who_is_away() -> None:
    """Friday and the Monday after: on the Friday the office stands in, on the Monday nobody is there either."""
    school = Team(UUID(int=1), "Skolkontoret", (Member(UUID(int=11), "Sara"), Member(UUID(int=12), "Sten")))
    office = Team(UUID(int=2), "Kansliet", (Member(UUID(int=21), "Anna", ends_on=DAYS[3]),))
    absences = tuple(
        Absence(UUID(int=number), UUID(int=number), AWAY, local_time(DAYS[1], time(7)), None)
        for number in (11, 12)
    )
    friday, monday = empty_days((school, office), absences, DAYS[:5])
    assert (friday.day, friday.stood_in, friday.away) == (DAYS[1], office, ("Sara", "Sten"))
    assert (monday.day, monday.stood_in) == (DAYS[4], None)
    assert list(empty_days((Team(UUID(int=3), "Tom", ()),), absences, DAYS)) == [], "it has nobody to miss"


def test_the_report_names_nobody_as_away_who_does_not_work_that_day() -> None:
    school = Team(UUID(int=1), "Skolkontoret", (SARA, STEN_ON_MONDAYS))
    absences = (Absence(UUID(int=3), SARA.person_id, AWAY, local_time(FIRST, time(7)), None),)
    (thursday,) = empty_days((school,), absences, [FIRST])
    assert thursday.away == ("Sara",)


@pytest.mark.parametrize(
    ("others", "stand_in", "told"),
    [
        ((), None, "It has nobody else, and no stand-in."),
        ((), OFFICE, NEITHER_THE_OFFICE),
        ((STEN,), None, "Away already: Sten."),
        ((STEN_ON_MONDAYS,), None, "Not at work then: Sten."),
        ((STEN, BO_ON_MONDAYS), OFFICE, f"Away already: Sten. Not at work then: Bo. {NEITHER_THE_OFFICE}"),
    ],
)
def test_a_refusal_says_of_the_others_and_of_the_stand_in_what_is_so(
    others: tuple[Member, ...], stand_in: Team | None, told: str
) -> None:
    """On the Thursday Sten is away, and Anna, who is all that the office has."""
    school = Team(UUID(int=1), "Skolkontoret", (SARA, *others), stand_in_id=stand_in and stand_in.id)
    wanted, stens, annas = (
        Absence(
            UUID(int=number), one.person_id, AWAY, local_time(FIRST, time(7)), local_time(FIRST, time(18))
        )
        for number, one in enumerate((SARA, STEN, ANNA))
    )
    facts = CoverageFacts(wanted, (school, OFFICE), (stens, annas), at=local_time(FIRST, time(6)))
    refused = decide_coverage(facts, emptied_by(facts))
    before = "Skolkontoret would have nobody who can be reached: 2026-03-26 (G3). "
    assert refused.because.en.startswith(f"{before}{told} Choose other days")


@pytest.mark.parametrize("ends_at", [None, datetime(2199, 12, 31, tzinfo=UTC)])
def test_a_year_is_looked_at_however_long_the_absence(ends_at: datetime | None) -> None:
    """What it takes keeps others from writing."""
    wanted = Absence(UUID(int=1), UUID(int=2), AWAY, local_time(FIRST, time(8)), ends_at)
    team = Team(UUID(int=3), "Kassan", (Member(wanted.person_id, "Karl Kron"),))
    (emptied,) = emptied_by(CoverageFacts(wanted, (team,), (), at=wanted.starts_at))
    assert emptied.days[0] == FIRST
    assert timedelta(days=360) < emptied.days[-1] - FIRST <= LOOK_AHEAD


def is_empty(team: Team, day: date, absences: tuple[Absence, ...]) -> bool:
    """Looked at half hour by half hour, by the clock on the wall."""
    half_hours = [datetime(2026, 3, 26, tzinfo=UTC) + number * HALF_HOUR for number in range(-4, 13 * 48)]
    open_ = [
        at for at in half_hours if at.astimezone(LOCAL).date() == day and lies_in(team.hours or USUAL, at)
    ]
    if not open_ or is_holiday(day):
        return False
    return not any(
        lies_in(member.schedule or team.hours or USUAL, at)
        and not any(
            one.person_id == member.person_id
            and not one.reason.reachable
            and one.starts_at <= at
            and (one.ends_at is None or at < one.ends_at)
            for one in absences
        )
        for member in team.members
        for at in open_
    )


def lies_in(windows: tuple[Window, ...], at: datetime) -> bool:
    local = at.astimezone(LOCAL)
    return any(
        local.isoweekday() in window.days and window.start <= local.time() < window.end for window in windows
    )


def test_the_departments_that_an_absence_concerns() -> None:
    """Those whose stand-ins lead to the person's own, and the stand-ins of all of them; circles end."""
    library, office, school, cash, gone = (UUID(int=number) for number in range(5))
    stand_ins = {library: office, office: library, school: office, cash: gone}
    assert concerned(stand_ins, [office]) == {library, office, school}
    assert concerned(stand_ins, [school]) == {school, office, library}
    assert concerned(stand_ins, [cash]) == {cash}
    assert concerned(stand_ins, [gone]) == set()
