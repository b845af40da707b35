from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hanvisa.policy.facts import Forwarding
from hanvisa.policy.forwarding import (
    ForwardingFacts,
    days_left,
    decide_forwarding,
    default_end,
    forwarding_at,
)
from hanvisa.policy.model import Effect
from hanvisa.policy.numbers import NumberKind, Reading
from unit.policy.made_up import ANNA, DAY, MOBILE, NOW, id_

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TO_MOBILE = ForwardingFacts(ANNA, Reading(NumberKind.MOBILE, MOBILE), NOW, NOW + timedelta(hours=2), NOW)


def forwarding(starts_at: datetime, ends_at: datetime, number: int = 1) -> Forwarding:
    return Forwarding(id_(number), ANNA.id, "0701740605", starts_at, ends_at)


def test_the_forwarding_that_is_on() -> None:
    earlier = forwarding(NOW - DAY, NOW + DAY)
    later = forwarding(NOW, NOW + timedelta(hours=1), 2)
    assert forwarding_at([earlier, later], NOW) == later
    assert forwarding_at([earlier, later], NOW + timedelta(hours=1)) == earlier
    assert forwarding_at([earlier], NOW + DAY) is None


def test_it_ends_at_five_in_the_evening_unless_said() -> None:
    assert default_end(NOW) == datetime(2026, 3, 4, 17, tzinfo=STOCKHOLM)
    assert default_end(datetime(2026, 7, 1, 14, 59, tzinfo=UTC)) == datetime(2026, 7, 1, 15, tzinfo=UTC)
    assert default_end(datetime(2026, 3, 4, 17, tzinfo=STOCKHOLM)) == datetime(2026, 3, 5, tzinfo=STOCKHOLM)


def test_five_days_are_the_longest() -> None:
    assert decide_forwarding(replace(TO_MOBILE, ends_at=NOW + 5 * DAY)).allowed
    assert decide_forwarding(replace(TO_MOBILE, ends_at=NOW + 5 * DAY + timedelta(seconds=1))).rules == (
        "M3",
    )


def test_days_are_counted_once_and_by_the_month() -> None:
    twice_the_same_day = (
        forwarding(NOW - timedelta(hours=2), NOW - timedelta(hours=1)),
        forwarding(NOW + timedelta(hours=3), NOW + timedelta(hours=4)),
    )
    assert days_left(replace(TO_MOBILE, to_mobiles=twice_the_same_day)) == 9
    last_month = (forwarding(datetime(2026, 2, 2, tzinfo=UTC), datetime(2026, 2, 20, tzinfo=UTC)),)
    assert days_left(replace(TO_MOBILE, to_mobiles=last_month)) == 9


def test_a_day_that_ends_at_midnight_does_not_count_the_next() -> None:
    until_midnight = replace(TO_MOBILE, ends_at=datetime(2026, 3, 5, tzinfo=STOCKHOLM))
    assert days_left(until_midnight) == 9


def test_over_a_months_end_the_fuller_month_counts() -> None:
    facts = replace(
        TO_MOBILE,
        starts_at=datetime(2026, 3, 31, 8, tzinfo=STOCKHOLM),
        ends_at=datetime(2026, 4, 1, 17, tzinfo=STOCKHOLM),
        to_mobiles=(
            forwarding(datetime(2026, 3, 2, tzinfo=STOCKHOLM), datetime(2026, 3, 12, tzinfo=STOCKHOLM)),
        ),
    )
    assert days_left(facts) == -1
    assert decide_forwarding(facts).effect is Effect.REFUSE


def test_a_confidential_line_never_reaches_a_mobile() -> None:
    for facts in (
        replace(TO_MOBILE, confidential=True),
        replace(TO_MOBILE, person=replace(ANNA, confidential=True)),
        replace(TO_MOBILE, target=Reading(NumberKind.MOBILE, MOBILE, confidential=True)),
    ):
        assert decide_forwarding(facts).rules == ("M4", "M3")


def test_what_can_not_be_decided_is_refused() -> None:
    naive = datetime(2026, 3, 4, 10)  # noqa: DTZ001 - the point of the test
    decision = decide_forwarding(replace(TO_MOBILE, now=naive))
    assert (decision.effect, decision.rules) == (Effect.REFUSE, ("M3",))
    assert "Error" in decision.because.en
