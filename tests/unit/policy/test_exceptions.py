from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from hanvisa.policy.exceptions import covers, exception_for, in_force, in_windows
from hanvisa.policy.facts import PolicyException, ScopeKind, Window
from unit.policy.made_up import (
    ANNA,
    DAY,
    DEPARTMENT,
    HALLEFORS,
    MOBILE,
    NORA,
    NOW,
    OPERATOR,
    exception,
    exceptions,
    id_,
    moments,
)

STOCKHOLM = ZoneInfo("Europe/Stockholm")
OTHER = id_(99)


def test_in_force_from_its_start_until_before_its_end() -> None:
    one = exception()
    assert in_force(one, one.starts_at)
    assert not in_force(one, one.starts_at - timedelta(microseconds=1))
    assert not in_force(one, one.ends_at)


def test_revoked_from_that_moment_on() -> None:
    one = exception(revoked_at=NOW)
    assert in_force(one, NOW - timedelta(seconds=1))
    assert not in_force(one, NOW)


def test_in_force_while_uses_are_left() -> None:
    assert in_force(exception(max_uses=2, uses=1), NOW)
    assert not in_force(exception(max_uses=2, uses=2), NOW)
    assert not in_force(exception(max_uses=0), NOW)


@given(exceptions, moments)
def test_more_uses_never_bring_an_exception_into_force(one: PolicyException, at: datetime) -> None:
    if not in_force(one, at):
        assert not in_force(replace(one, uses=one.uses + 1), at)


@pytest.mark.parametrize(
    ("window", "local", "open_"),
    [
        (Window((3,), time(8), time(17)), "2026-03-04 08:00", True),
        (Window((3,), time(8), time(17)), "2026-03-04 17:00", False),
        (Window((4,), time(8), time(17)), "2026-03-04 10:00", False),
        (Window((3,), time(22), time(6)), "2026-03-04 23:00", True),
        (Window((3,), time(22), time(6)), "2026-03-05 05:59", True),
        (Window((3,), time(22), time(6)), "2026-03-05 06:00", False),
        (Window((3,), time(22), time(6)), "2026-03-04 05:00", False),
        (Window((7,), time(22), time(6)), "2026-03-02 05:00", True),  # the night from Sunday to Monday
        (Window((3,), time(17), time(0)), "2026-03-04 23:59", True),
        (Window((3,), time(17), time(0)), "2026-03-05 00:00", False),
        (Window((3,), time(0), time(0)), "2026-03-04 00:00", True),  # the whole day round
        (Window((3,), time(0), time(0)), "2026-03-05 00:00", False),
        (Window((), time(0), time(0)), "2026-03-04 10:00", False),
        # Clocks forward on Sunday 29 March 2026, back on Sunday 25 October: the wall's clock counts.
        (Window((7,), time(3), time(4)), "2026-03-29 03:30", True),
        (Window((7,), time(1), time(4)), "2026-03-29 03:59", True),
        (Window((7,), time(2), time(3)), "2026-10-25 02:30", True),
    ],
)
def test_windows_follow_the_clock_on_the_wall(window: Window, local: str, open_: bool) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=STOCKHOLM).astimezone(UTC)
    assert in_windows([window], at) is open_


def test_the_hour_that_autumn_has_twice_is_open_twice() -> None:
    window = Window((7,), time(2), time(3))
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=STOCKHOLM)
    assert in_windows([window], twice.astimezone(UTC))
    assert in_windows([window], twice.replace(fold=1).astimezone(UTC))


SCOPES = [
    (exception(), True),
    (exception(scope=ScopeKind.ORGANISATION, scope_id=HALLEFORS.id), True),
    (exception(scope=ScopeKind.ORGANISATION, scope_id=NORA.id), False),
    (exception(scope=ScopeKind.DEPARTMENT, scope_id=DEPARTMENT.id), True),
    (exception(scope=ScopeKind.DEPARTMENT, scope_id=OTHER), False),
    (exception(scope=ScopeKind.PERSON, scope_id=ANNA.id), True),
    (exception(scope=ScopeKind.PERSON, scope_id=OTHER), False),
    (exception(scope=ScopeKind.NUMBER, number=MOBILE), True),
    (exception(scope=ScopeKind.NUMBER, number="+46701740699"), False),
    (exception(scope=ScopeKind.NUMBER, number=None), False),
    (exception(operators=frozenset({OPERATOR})), True),
    (exception(operators=frozenset({OTHER})), False),
    (exception(operators=frozenset()), False),
]


@pytest.mark.parametrize(("one", "covered"), SCOPES)
def test_scopes_and_operators(one: PolicyException, covered: bool) -> None:
    assert covers(one, operator_id=OPERATOR, person=ANNA, number=MOBILE) is covered


@pytest.mark.parametrize("scope", [kind for kind in ScopeKind if kind is not ScopeKind.EVERYONE])
def test_nobody_known_is_covered_by_everyone_alone(scope: ScopeKind) -> None:
    assert not covers(exception(scope=scope), operator_id=None, person=None, number=None)
    assert covers(exception(), operator_id=None, person=None, number=None)


def test_uses_are_not_wasted_and_what_ends_first_goes_first() -> None:
    counted = exception(id=id_(1), max_uses=1)
    long_ = exception(id=id_(2), ends_at=NOW + 3 * DAY)
    short = exception(id=id_(3), ends_at=NOW + DAY)
    chosen = exception_for([counted, long_, short], NOW, operator_id=None, person=None, number=None)
    assert chosen == short
    assert exception_for([counted], NOW, operator_id=None, person=None, number=None) == counted
    assert exception_for([], NOW, operator_id=None, person=None, number=None) is None
