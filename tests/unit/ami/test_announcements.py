"""From a person's absences to what the fallback says and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hanvisa.ami.announcements import SPOKEN, Announcement
from hanvisa.calls.prompts import Referral
from hanvisa.policy.facts import Absence, AbsenceReason, TimeKind
from hanvisa.policy.model import Text
from integration.fallback.fallback_world import ANNA, make_register

NOON = datetime(2026, 8, 5, 12, tzinfo=UTC)
LUNCH = AbsenceReason("lunch", Text("Lunch", "Lunch"), Text("är på lunch", "is at lunch"), TimeKind.TIME)
HOLIDAY = AbsenceReason(
    "holiday", Text("Semester", "Holiday"), Text("har semester", "is on holiday"), TimeKind.DATE
)
SICK = AbsenceReason("sick", Text("Sjuk", "Sick"), Text("är sjuk", "is ill"), TimeKind.DATE, private=True)
HOME = AbsenceReason(
    "home", Text("Hemma", "Home"), Text("jobbar hemma", "at home"), TimeKind.TIME, reachable=True
)


def absent(reason: AbsenceReason, start: float, end: float | None) -> Absence:
    """``start`` and ``end`` are hours from noon."""
    until = None if end is None else NOON + timedelta(hours=end)
    return Absence(ANNA.id, ANNA.id, reason, NOON + timedelta(hours=start), until)


def told(*absences: Absence, at: datetime = NOON) -> list[Announcement]:
    spoken = next(each for each in SPOKEN if each.name == "absence")
    return list(spoken.announcements(make_register().replace(absences=absences), at))


def hours(announcement: Announcement) -> tuple[float | None, float | None]:
    return tuple(
        None if moment is None else (moment - NOON) / timedelta(hours=1)
        for moment in (announcement.start, announcement.end)
    )  # type: ignore[return-value] - two in, two out


def test_several_absences_are_numbered_in_time() -> None:
    found = told(absent(HOLIDAY, 20, 40), absent(LUNCH, -1, 1))
    assert [hours(each) for each in found] == [(-1, 1), (20, 40)]
    assert [each.key for each in found] == [f"{ANNA.id.hex}/1", f"{ANNA.id.hex}/2"]


def test_what_has_ended_is_left_out_and_the_numbers_have_no_gap() -> None:
    found = told(absent(LUNCH, -3, -2), absent(HOLIDAY, 1, None))
    assert [hours(each) for each in found] == [(1, None)]
    assert found[0].key == f"{ANNA.id.hex}/1"


def test_adjoining_absences_tell_the_end_of_the_last() -> None:
    first, second = told(absent(LUNCH, 0, 1), absent(HOLIDAY, 1, 20))
    assert isinstance(first.prompt, Referral)
    assert first.prompt.spoken_reason == LUNCH.spoken
    assert first.prompt.until == NOON + timedelta(hours=20)
    assert isinstance(second.prompt, Referral)
    assert second.prompt.spoken_reason == HOLIDAY.spoken
    assert (hours(first), hours(second)) == ((0, 1), (1, 20))


def test_an_absence_within_another_changes_nothing() -> None:
    (only,) = told(absent(HOLIDAY, 0, 20), absent(LUNCH, 2, 3))
    assert hours(only) == (0, 20)


def test_a_private_reason_is_not_told() -> None:
    (only,) = told(absent(SICK, 0, 20))
    assert isinstance(only.prompt, Referral)
    assert only.prompt.spoken_reason is None


def test_who_can_be_reached_all_the_same_is_rung() -> None:
    assert told(absent(HOME, 0, 8)) == []
    (lunch,) = told(absent(HOME, 0, 8), absent(LUNCH, 1, 2))
    assert hours(lunch) == (1, 2)
