"""M3 where it is stored, on both databases: the month's allowance holds, whoever forwards at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hanvisa.directory.auditing import Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.phone_changes import ChangesByPhone
from hanvisa.directory.repositories.forwardings import ForwardingFields, Forwardings
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.errors import PolicyRefused
from hanvisa.policy.facts import Forwarding, ForwardingKind, Person
from hanvisa.policy.forwarding import ForwardingFacts, ForwardingLimits, Judge, decide_forwarding
from hanvisa.policy.numbers import NumberKind, Reading

NOW = datetime(2026, 8, 3, 6, tzinfo=UTC)  # a Monday, 08:00 in Sweden
DAY = timedelta(days=1)
BY = Actor("anna")
MOBILE = "+46701740605"


@pytest.fixture
async def anna(directory: SnapshotDirectory) -> Person:
    return next(row for row in directory.register.persons.rows if row.given_name == "Anna")


def judge(anna: Person, starts_at: datetime, days_a_month: int) -> Judge:
    def decide(others: tuple[Forwarding, ...]) -> Any:
        return decide_forwarding(
            ForwardingFacts(
                anna,
                Reading(NumberKind.MOBILE, MOBILE),
                starts_at,
                starts_at + DAY / 4,
                NOW,
                to_mobiles=others,
                limits=ForwardingLimits(5, days_a_month),
            )
        )

    return decide


def sets(database: Database, anna: Person, day: int, days_a_month: int = 1) -> Awaitable[Any]:
    at = NOW + day * DAY
    fields = ForwardingFields(anna.id, MOBILE, at, at + DAY / 4)
    return Forwardings(database).create(fields, BY, judge(anna, at, days_a_month))


async def test_two_at_the_same_moment_do_not_both_have_the_last_day(
    demo: Database, other: Database, anna: Person
) -> None:
    """Each from a process of its own, again and again, while one day is left."""
    for left in range(1, 4):
        came = await asyncio.gather(
            sets(demo, anna, 2 * left, left), sets(other, anna, 2 * left + 1, left), return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in came) == ["ForwardingRecord", "PolicyRefused"], came
    assert len(await Forwardings(demo).list(person_id=anna.id)) == 3


async def test_by_phone_and_by_api_at_the_same_moment(demo: Database, other: Database, anna: Person) -> None:
    by_phone = ChangesByPhone(other).forward(
        anna.id,
        ForwardingKind.BUSY,
        MOBILE,
        NOW,
        NOW + DAY / 4,
        judge=judge(anna, NOW, 1),
        by="hallefors-201",
    )
    came = await asyncio.gather(by_phone, sets(demo, anna, 1), return_exceptions=True)
    assert [isinstance(one, PolicyRefused) for one in came].count(True) == 1, came
    assert len(await Forwardings(demo).list(person_id=anna.id)) == 1


async def test_two_changes_at_the_same_moment_do_not_both_have_it(
    demo: Database, other: Database, anna: Person
) -> None:
    """Each of another forwarding: no version tells them of each other."""
    first, second = [
        await Forwardings(demo).create(ForwardingFields(anna.id, "202", at, at + DAY / 4), BY)
        for at in (NOW + DAY, NOW + 2 * DAY)
    ]

    def changes(database: Database, record: Any) -> Awaitable[Any]:
        one = record.forwarding
        fields = ForwardingFields(anna.id, MOBILE, one.starts_at, one.ends_at)
        allowed = judge_beside(one.starts_at)
        return Forwardings(database).change(one.id, fields, record.version, BY, allowed)

    def judge_beside(starts_at: datetime) -> Judge:
        decide = judge(anna, starts_at, 1)
        return lambda others: decide(tuple(one for one in others if one.target == MOBILE))

    came = await asyncio.gather(changes(demo, first), changes(other, second), return_exceptions=True)
    assert sorted(type(one).__name__ for one in came) == ["ForwardingRecord", "PolicyRefused"], came


async def test_what_is_replaced_does_not_count_from_then_on(demo: Database, anna: Person) -> None:
    phone = ChangesByPhone(demo)
    judges = judge(anna, NOW, 1)
    for _ in range(2):
        await phone.forward(
            anna.id, ForwardingKind.ALWAYS, MOBILE, NOW, NOW + DAY / 4, judge=judges, by="hallefors-201"
        )
    with pytest.raises(PolicyRefused):
        await sets(demo, anna, 1)


async def test_of_two_that_are_the_same_at_the_same_moment_one_is_set(
    demo: Database, other: Database, anna: Person
) -> None:
    """A client that asks again before the first is stored. Several times: one may be done before the other begins."""
    for day in range(10):
        fields = ForwardingFields(anna.id, "202", NOW + day * DAY, NOW + day * DAY + DAY / 4)
        came = await asyncio.gather(
            *(Forwardings(database).create(fields, BY) for database in (demo, other)), return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in came) == ["ForwardingRecord", "NotPossible"], came
