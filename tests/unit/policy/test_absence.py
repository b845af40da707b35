from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hanvisa.policy.absence import absence_at, compose_referral, decide_arrival, mobile_number_to_tell
from hanvisa.policy.facts import AbsenceReason, Mobile, TimeKind, Window
from hanvisa.policy.model import Effect, Text
from hanvisa.policy.swedish_time import WORKDAY_STARTS, local_time
from unit.policy.made_up import ANNA, DAY, MEETING, MOBILE, NOW, absence, id_

HOUR = timedelta(hours=1)
TO_NEXT_MORNING = local_time(date(2026, 3, 5), WORKDAY_STARTS) - NOW
HOLIDAY = AbsenceReason(
    "6", Text("semester", "holiday"), Text("har semester", "is on holiday"), TimeKind.DATE
)
SICK = AbsenceReason("9", Text("sjuk", "sick"), Text("är sjuk", "is sick"), TimeKind.NONE, private=True)
AT_HOME = AbsenceReason(
    "5",
    Text("hemma", "at home"),
    Text("arbetar hemifrån", "is working from home"),
    TimeKind.TIME,
    reachable=True,
)


def test_nobody_is_absent_without_an_absence() -> None:
    assert absence_at([], NOW) is None
    assert (
        absence_at([absence(HOUR, 2 * HOUR), absence(-2 * HOUR, -HOUR), absence(-HOUR, timedelta())], NOW)
        is None
    )


def test_the_first_reason_and_the_end_of_the_last_that_adjoins() -> None:
    now = absence_at([absence(HOUR, TO_NEXT_MORNING, HOLIDAY), absence(-HOUR, HOUR)], NOW)
    assert now is not None
    assert now.reason is MEETING
    assert now.until == NOW + TO_NEXT_MORNING
    assert now.until_is_date


def test_a_day_alone_is_one_on_which_the_person_is_there_from_the_morning() -> None:
    def is_day_alone(end: timedelta) -> bool | None:
        now = absence_at([absence(-HOUR, end, HOLIDAY)], NOW)
        return now and now.until_is_date

    assert is_day_alone(TO_NEXT_MORNING - 8 * HOUR)  # midnight
    assert is_day_alone(TO_NEXT_MORNING)
    assert not is_day_alone(TO_NEXT_MORNING + timedelta(minutes=1))
    assert not is_day_alone(HOUR)  # today, in the afternoon


def test_an_absence_within_another_changes_nothing() -> None:
    now = absence_at([absence(-HOUR, 3 * HOUR), absence(HOUR, 2 * HOUR, HOLIDAY)], NOW)
    assert now is not None
    assert now.until == NOW + 3 * HOUR
    assert not now.until_is_date


def test_an_adjoining_absence_without_end_takes_the_end_away() -> None:
    now = absence_at([absence(-HOUR, HOUR), absence(HOUR, None, SICK), absence(2 * HOUR, DAY)], NOW)
    assert now is not None
    assert now.until is None
    assert not now.until_is_date


def test_until_is_when_the_person_can_be_reached_again() -> None:
    now = absence_at([absence(-HOUR, 8 * HOUR, AT_HOME), absence(timedelta(), HOUR)], NOW)
    assert now is not None
    assert now.reason is MEETING
    assert now.until == NOW + HOUR


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 9) | st.none()), max_size=6))
def test_after_the_end_that_is_told_nobody_is_absent(spans: list[tuple[int, int | None]]) -> None:
    absences = [
        absence(start * HOUR, None if lasts is None else (start + lasts) * HOUR) for start, lasts in spans
    ]
    now = absence_at(absences, NOW)
    if now and now.until:
        assert now.until > NOW
        assert absence_at(absences, now.until) is None


def test_the_phone_rings_outside_the_times_when_one_is_best_reached() -> None:
    windows = (Window((1, 2, 3, 4, 5), time(8), time(9)),)
    decision = decide_arrival(ANNA, [], NOW, windows)
    assert (decision.effect, decision.rules) == (Effect.ALLOW, ("G2",))
    assert decide_arrival(ANNA, [], NOW - HOUR - timedelta(minutes=30), windows).rules == ()


def test_a_private_reason_is_left_out_of_the_referral() -> None:
    sick = compose_referral(ANNA, absence_at([absence(-HOUR, None, SICK)], NOW))
    assert sick.spoken_reason is None
    meeting = compose_referral(ANNA, absence_at([absence(-HOUR, HOUR)], NOW))
    assert meeting.spoken_reason == MEETING.spoken


def test_the_absences_own_best_times_go_before_the_persons() -> None:
    persons, absences = (
        (Window((1,), time(8), time(9)),),
        (Window((2,), time(8), time(9)),),
    )
    person = replace(ANNA, best_reached=persons)
    now = absence_at([replace(absence(-HOUR, HOUR), best_reached=absences)], NOW)
    assert compose_referral(person, now).best_reached == absences
    assert compose_referral(person, None, "no_answer").best_reached == persons


def test_who_did_not_answer_is_not_said_to_be_away() -> None:
    content = compose_referral(
        ANNA, absence_at([absence(-HOUR, HOUR, AT_HOME)], NOW), "no_answer", "+46980319201"
    )
    assert (content.why, content.spoken_reason, content.until) == ("no_answer", None, None)
    assert content.direct_number == "+46980319201"


def test_the_mobile_number_that_may_be_told() -> None:
    mobile = Mobile(id_(1), ANNA.id, MOBILE)
    protected = replace(mobile, number="+46701740606", protected=True)
    assert mobile_number_to_tell(ANNA, [protected, mobile], confidential=False) == MOBILE
    assert mobile_number_to_tell(ANNA, [protected], confidential=False) is None
    assert mobile_number_to_tell(ANNA, [mobile], confidential=True) is None
    assert mobile_number_to_tell(replace(ANNA, protected=True), [mobile], confidential=False) is None
    assert mobile_number_to_tell(replace(ANNA, confidential=True), [mobile], confidential=False) is None
