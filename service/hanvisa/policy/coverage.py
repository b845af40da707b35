"""G3, before an absence is saved: a department is never left without anybody reachable for a whole working day.

Reachable is who is there by their schedule, and not absent but for a reason that is reachable. A department that
another stands in for is empty only when that one is, too (docs/decisions.md, Absences).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from hanvisa.policy.facts import Absence, Window, aware
from hanvisa.policy.model import Alternative, AlternativeKind, Decision, Effect, Language, Text
from hanvisa.policy.strictest import or_strictest
from hanvisa.policy.swedish_time import LOCAL, WORKDAY_ENDS, WORKDAY_STARTS, span
from hanvisa.policy.workdays import is_holiday, next_working_day

USUAL = (Window((1, 2, 3, 4, 5), WORKDAY_STARTS, WORKDAY_ENDS),)
LOOK_AHEAD = timedelta(days=366)  # however long the absence
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NEAR = 3 * DAY  # around an absence: more than its days and the working hours of the one before
NAMED = 10  # of those who are away, and of those who don't work


@dataclass(frozen=True, slots=True)
class Member:
    """A person's time in a department: from ``starts_on`` up to but not on ``ends_on``.

    ``schedule`` is when they work; none: the department's hours.
    """

    person_id: UUID
    name: str
    starts_on: date = date.min
    ends_on: date | None = None
    schedule: tuple[Window, ...] = ()

    def belongs(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True, slots=True)
class Team:
    """A department with its members. ``hours`` are its working days; none: the usual."""

    id: UUID
    name: str
    members: tuple[Member, ...]
    hours: tuple[Window, ...] = ()
    stand_in_id: UUID | None = None

    def working_time(self, day: date) -> tuple[Span, ...]:
        """None on a public holiday or a full eve."""
        return () if is_holiday(day) else tuple(_spans(self.hours or USUAL, day))


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    """``wanted`` is to be saved, in place of the one of ``absences`` that has its id.

    ``teams`` are those :func:`concerned`, ``absences`` their members', ``calendars`` the ids of those that a calendar
    has set. ``forced``: who may has said so, with a reason.
    """

    wanted: Absence
    teams: tuple[Team, ...]
    absences: tuple[Absence, ...]
    at: datetime
    calendars: frozenset[UUID] = frozenset()
    from_calendar: bool = False
    forced: bool = False

    def __post_init__(self) -> None:
        aware(self.at)

    @property
    def cannot_wait(self) -> bool:
        """G1 goes before G3: who is ill, or has it in their calendar, is away whatever we say."""
        return self.from_calendar or self.wanted.reason.cannot_wait

    def was_decided(self, absence: Absence) -> bool:
        """Not the person's own that could not wait: nobody was asked, and when it ends ``wanted`` is what is left."""
        return absence.person_id != self.wanted.person_id or not (
            absence.reason.cannot_wait or (absence.id in self.calendars and absence.id != self.wanted.id)
        )


@dataclass(frozen=True, slots=True)
class Emptied:
    """A department that would be empty on these working days, which it is not without the absence.

    Its others are ``away`` or don't work then (``off``). ``stand_in``: the one that stands in for it, empty too.
    """

    team: Team
    days: tuple[date, ...]
    away: tuple[str, ...]
    off: tuple[str, ...]
    stand_in: Team | None


@dataclass(frozen=True, slots=True)
class EmptyDay:
    """A working day on which nobody of a department could be reached. ``stood_in``: the one that did so for it."""

    day: date
    stood_in: Team | None
    away: tuple[str, ...]


Span = tuple[datetime, datetime]
Absent = Mapping[UUID, Sequence[Absence]]  # those in which a person can't be reached, by person


@or_strictest(Effect.REFUSE, "G3")
def decide_coverage(facts: CoverageFacts, emptied: Sequence[Emptied]) -> Decision:
    """May the absence be saved, which leaves these departments empty (:func:`emptied_by`)?"""
    if not emptied:
        return Decision(Effect.ALLOW, (), _COVERED)
    sv, en = (" ".join(_told(one).in_(language) for one in emptied) for language in Language)
    if facts.cannot_wait:
        return Decision(Effect.ALLOW, ("G1", "G3"), Text(sv=f"{sv} {_ALARM.sv}", en=f"{en} {_ALARM.en}"))
    if facts.forced:
        return Decision(Effect.ALLOW, ("G3",), Text(sv=f"{sv} {_FORCED.sv}", en=f"{en} {_FORCED.en}"))
    return Decision(Effect.REFUSE, ("G3",), Text(sv=f"{sv} {_WAY_ON.sv}", en=f"{en} {_WAY_ON.en}"), _WAYS_ON)


def emptied_by(facts: CoverageFacts) -> tuple[Emptied, ...]:
    """The departments that the absence would leave empty, and when. Days that are past count no more."""
    near = tuple(one for one in facts.absences if _is_near(one, facts.wanted))
    facts = replace(facts, absences=near)
    compared = [
        (_unreachable(before), _unreachable(_saved(before, facts.wanted))) for before in _before(facts)
    ]
    teams = {team.id: team for team in facts.teams}
    found = []
    for team in facts.teams:
        chain = [
            teams[id_] for id_ in chain_of(team.id, {id_: one.stand_in_id for id_, one in teams.items()})
        ]
        days = tuple(
            day
            for day in _days(facts)
            if any(
                not _is_covered(chain, day, after) and _is_covered(chain, day, before)
                for before, after in compared
            )
        )
        if days:
            away, off = _others(team, days, facts.wanted.person_id)
            found.append(Emptied(team, days, away, off, chain[1] if len(chain) > 1 else None))
    return tuple(found)


def emptied_in_turn(facts: CoverageFacts, wanted: Iterable[Absence]) -> Iterator[tuple[Emptied, ...]]:
    """The same of each of several absences of the person, when those before it are saved."""
    for one in wanted:
        facts = replace(facts, wanted=one)
        yield emptied_by(facts)
        facts = replace(facts, absences=_saved(facts.absences, one))


def _before(facts: CoverageFacts) -> Iterator[tuple[Absence, ...]]:
    """The absences as they are; where ``wanted`` can wait those alone, too, that were decided."""
    yield facts.absences
    decided = tuple(filter(facts.was_decided, facts.absences))
    if not facts.cannot_wait and decided != facts.absences:
        yield decided


def _saved(absences: Iterable[Absence], wanted: Absence) -> tuple[Absence, ...]:
    return (*(one for one in absences if one.id != wanted.id), wanted)


def empty_days(
    chain: Sequence[Team], absences: Iterable[Absence], days: Iterable[date]
) -> Iterator[EmptyDay]:
    """Those of the first of the ``chain``, which the others stand in for; who has no people is never empty."""
    absent = _unreachable(absences)
    team, *others = chain
    for day in days:
        time = team.working_time(day)
        if not any(member.belongs(day) for member in team.members) or _is_covered([team], day, absent):
            continue
        stood_in = next((one for one in others if _has_somebody(one, day, time, absent)), None)
        away, _ = _others(team, (day,), None)
        yield EmptyDay(day, stood_in, away)


def concerned(stand_ins: Mapping[UUID, UUID | None], homes: Collection[UUID]) -> set[UUID]:
    """The departments that need the people of ``homes``, and their stand-ins. ``stand_ins`` by department."""
    chains = [set(chain_of(id_, stand_ins)) for id_ in stand_ins]
    return {id_ for chain in chains if chain & set(homes) for id_ in chain}


def chain_of(id_: UUID | None, stand_ins: Mapping[UUID, UUID | None]) -> Iterator[UUID]:
    """The department, its stand-in, that one's, and so on; none twice."""
    passed: set[UUID] = set()
    while id_ is not None and id_ in stand_ins and id_ not in passed:
        passed.add(id_)
        yield id_
        id_ = stand_ins[id_]


def _days(facts: CoverageFacts) -> Iterator[date]:
    """From the evening before, which may last past midnight."""
    wanted = facts.wanted
    first = max(_day(wanted.starts_at) - DAY, _day(facts.at))
    last = first + LOOK_AHEAD
    if wanted.ends_at:
        last = min(last, _day(wanted.ends_at - MINUTE))
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _is_near(one: Absence, wanted: Absence) -> bool:
    """Whether it may matter on one of the days; a calendar has hundreds that do not."""
    return (one.ends_at is None or one.ends_at > wanted.starts_at - NEAR) and (
        wanted.ends_at is None or one.starts_at < wanted.ends_at + NEAR
    )


def _is_covered(chain: Sequence[Team], day: date, absent: Absent) -> bool:
    """Whether it is no working day of the first one, or somebody of the chain can be reached on it."""
    time = chain[0].working_time(day)
    return not time or any(_has_somebody(team, day, time, absent) for team in chain)


def _has_somebody(team: Team, day: date, time: Iterable[Span], absent: Absent) -> bool:
    return any(
        _is_reachable(member, team, day, time, absent) for member in team.members if member.belongs(day)
    )


def _is_reachable(member: Member, team: Team, day: date, time: Iterable[Span], absent: Absent) -> bool:
    absences = absent.get(member.person_id, ())
    return any(has_a_minute(start, end, absences) for start, end in worked(member, team, day, time))


def worked(member: Member, team: Team, day: date, time: Iterable[Span]) -> Iterator[Span]:
    """What of that working time of a department, on that day, is the member's, too, by their schedule in the team."""
    hours = member.schedule or team.hours or USUAL
    works = [one for near in (day - DAY, day, day + DAY) for one in _spans(hours, near)]
    for start, end in time:
        for begins, ends in works:
            if min(end, ends) - max(start, begins) >= MINUTE:
                yield max(start, begins), min(end, ends)


def has_a_minute(start: datetime, end: datetime, absences: Iterable[Absence]) -> bool:
    """Whether a minute of the time is free of the absences, which are in the order of their starts."""
    for absence in absences:
        if min(absence.starts_at, end) - start >= MINUTE:
            return True
        start = max(start, absence.ends_at or end)
    return end - start >= MINUTE


def _unreachable(absences: Iterable[Absence]) -> Absent:
    found: defaultdict[UUID, list[Absence]] = defaultdict(list)
    for absence in sorted(absences, key=lambda one: one.starts_at):
        if not absence.reason.reachable:
            found[absence.person_id].append(absence)
    return found


def _others(
    team: Team, days: Sequence[date], person_id: UUID | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Besides that person, who is away and who doesn't work, on days on which nobody of it can be reached."""
    away: list[str] = []
    off: list[str] = []
    for member in team.members:
        theirs = [day for day in days if member.belongs(day)]
        if theirs and member.person_id != person_id:
            works = any(any(worked(member, team, day, team.working_time(day))) for day in theirs)
            (away if works else off).append(member.name)
    return tuple(away), tuple(off)


def _spans(windows: Iterable[Window], day: date) -> Iterator[Span]:
    return (span(window, day) for window in windows if day.isoweekday() in window.days)


def _day(moment: datetime) -> date:
    return moment.astimezone(LOCAL).date()


def _told(emptied: Emptied) -> Text:
    """Which department, when, and why neither its others nor its stand-in can be reached."""
    name, days = emptied.team.name, ", ".join(_runs(emptied.days))
    said = [
        Text(
            sv=f"{name} skulle stå utan någon som kan nås: {days} (G3).",
            en=f"{name} would have nobody who can be reached: {days} (G3).",
        )
    ]
    if emptied.away:
        names = _names(emptied.away)
        said.append(Text(sv=f"Redan borta då: {names}.", en=f"Away already: {names}."))
    if emptied.off:
        names = _names(emptied.off)
        said.append(Text(sv=f"Arbetar inte då: {names}.", en=f"Not at work then: {names}."))
    if emptied.stand_in:
        other = emptied.stand_in.name
        said.append(
            Text(
                sv=f"{other}, som ersätter, har inte heller någon som kan nås då.",
                en=f"{other}, which stands in for it, has nobody who can be reached then either.",
            )
        )
    elif not emptied.away and not emptied.off:
        said.append(
            Text(sv="Den har ingen annan, och ingen som ersätter.", en="It has nobody else, and no stand-in.")
        )
    sv, en = (" ".join(one.in_(language) for one in said) for language in Language)
    return Text(sv=sv, en=en)


def _names(of: Sequence[str]) -> str:
    return ", ".join(of[:NAMED]) + (" …" if len(of) > NAMED else "")


def _runs(days: Sequence[date]) -> Iterator[str]:
    """Working days on end as one: "2026-08-03 – 2026-08-07"."""
    first = last = days[0]
    for day in [*days[1:], date.max]:
        if day > max(last + DAY, next_working_day(last)):
            yield f"{first}" if first == last else f"{first} – {last}"
            first = day
        last = day


_COVERED = Text(
    sv="Ingen avdelning blir utan någon som kan nås.", en="No department is left without anybody reachable."
)
_ALARM = Text(
    sv="Frånvaron kan inte vänta och sparas ändå, och telefonansvarig larmas.",
    en="The absence cannot wait, so it is saved all the same, and the telephone manager is alarmed.",
)
_FORCED = Text(sv="Det är beslutat ändå.", en="It has been decided all the same.")
_WAYS_ON = (
    Alternative(
        AlternativeKind.CHOOSE_OTHER_DAYS,
        Text(
            sv="Välj andra dagar, eller låt någon av de andra vara kvar.",
            en="Choose other days, or let one of the others stay.",
        ),
    ),
    Alternative(
        AlternativeKind.NAME_STAND_IN,
        Text(
            sv="Låt en annan avdelning ersätta: den räknas när den är bemannad.",
            en="Let another department stand in: it counts when somebody is there.",
        ),
    ),
    Alternative(
        AlternativeKind.FORCE,
        Text(
            sv="Telefonansvarig eller verksamhetschefen kan besluta det ändå, med ett skäl.",
            en="The telephone manager or the head can decide it all the same, with a reason.",
        ),
    ),
)
_WAY_ON = Text(
    sv="Välj andra dagar, ordna en ersättare, eller be telefonansvarig eller verksamhetschefen besluta det ändå.",
    en="Choose other days, arrange a stand-in, or ask the telephone manager or the head to decide it all the same.",
)
