"""G1: whom unreferred absences that come again and again are put to, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hanvisa.policy.unreferred import Told, UnreferredFacts, UnreferredLimits, counted_since, to_be_told

SINCE = datetime(2026, 7, 23, 22, tzinfo=UTC)
WITHIN, BEFORE = SINCE, SINCE - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("now", "days", "since"),
    [
        (datetime(2026, 8, 7, 1, 15, tzinfo=UTC), 10, SINCE),  # a Friday
        (datetime(2026, 8, 9, 1, 15, tzinfo=UTC), 1, datetime(2026, 8, 6, 22, tzinfo=UTC)),  # a Sunday
        (datetime(2026, 12, 28, 2, 15, tzinfo=UTC), 2, datetime(2026, 12, 21, 23, tzinfo=UTC)),  # Christmas
        (
            datetime(2026, 4, 7, 1, 15, tzinfo=UTC),
            6,
            datetime(2026, 3, 25, 23, tzinfo=UTC),
        ),  # summer time began
    ],
)
def test_the_days_are_working_days_and_whole_ones_in_sweden(
    now: datetime, days: int, since: datetime
) -> None:
    assert counted_since(now, days) == since


@pytest.mark.parametrize(
    ("calls", "told", "to"),
    [
        (2, {}, ()),
        (3, {}, (Told.PERSON,)),
        (6, {}, (Told.PERSON, Told.MANAGER)),
        (5, {Told.PERSON: WITHIN}, ()),
        (6, {Told.PERSON: WITHIN}, (Told.MANAGER,)),
        (9, {Told.PERSON: WITHIN, Told.MANAGER: WITHIN}, ()),
        (3, {Told.PERSON: BEFORE, Told.MANAGER: BEFORE}, (Told.PERSON,)),
        (0, {Told.PERSON: BEFORE}, ()),
    ],
)
def test_each_is_told_once_of_so_many_within_these_days(
    calls: int, told: dict[Told, datetime], to: tuple[Told, ...]
) -> None:
    assert to_be_told(UnreferredFacts(calls, SINCE, told)) == to


def test_how_many_are_settings() -> None:
    limits = UnreferredLimits(person=2, manager=2)
    assert to_be_told(UnreferredFacts(1, SINCE, limits=limits)) == ()
    assert to_be_told(UnreferredFacts(2, SINCE, limits=limits)) == (Told.PERSON, Told.MANAGER)
