"""What has changed is told by topic, a burst at once, and what begins or ends by itself when it does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from hanvisa import changes
from hanvisa.calls.live_ports import LiveCall, LiveParty
from hanvisa.changes import Changes, Topic, next_turn
from hanvisa.policy.facts import Absence, AbsenceReason, TimeKind
from hanvisa.policy.model import Text
from hanvisa.policy.register import Register
from hanvisa.testing import FakeClock

ANNA = UUID(int=1)
CALL = LiveCall(
    id="hv-k-1",
    caller=LiveParty("+46980319244", None),
    other=None,
    dialled="+46980319200",
    stage="AtSwitchboard",
    operator=None,
    organisation=None,
    held=False,
    confidential=False,
    threat=False,
    since=FakeClock().now(),
)
BUSY = {Topic.OPERATORS, Topic.PRESENCE}


class World:
    """What `Changes` looks at."""

    def __init__(self) -> None:
        self.up: list[LiveCall] = []
        self.engaged: frozenset[UUID] = frozenset()
        self.register = Register()
        self.clock = FakeClock()
        self.changes = Changes(
            lambda: tuple(self.up), lambda: self.engaged, lambda: self.register, self.clock.now
        )

    async def told(self) -> frozenset[Topic]:
        async with asyncio.timeout(5):
            return await self.changes.next()


async def test_a_burst_is_told_at_once() -> None:
    world = World()
    telling = asyncio.ensure_future(world.told())
    for topic in (Topic.CALLS, Topic.NOTICES, Topic.CALLS):
        world.changes.tell(topic)
        await asyncio.sleep(0)
    assert await telling == {Topic.CALLS, Topic.NOTICES}
    world.changes.tell(Topic.OPERATORS)
    assert await world.told() == {Topic.OPERATORS}


async def test_calls_that_stir_are_told_of_only_where_it_shows() -> None:
    world = World()
    world.changes.calls_stirred()
    world.changes.tell(Topic.NOTICES)
    assert await world.told() == {Topic.NOTICES}
    world.up = [CALL]
    world.changes.calls_stirred()
    assert await world.told() == {Topic.CALLS}
    world.up = [replace(CALL, held=True)]
    world.changes.calls_stirred()
    assert await world.told() == {Topic.CALLS}
    world.engaged = frozenset({ANNA})
    world.changes.calls_stirred()
    assert await world.told() == BUSY
    world.engaged = frozenset()
    world.changes.calls_stirred()
    assert await world.told() == BUSY


async def test_who_has_looked_in_between_is_told_though_all_is_as_it_was_before() -> None:
    world = World()
    world.up = [CALL]
    world.changes.looked()
    world.up = []
    world.changes.calls_stirred()
    assert await world.told() == {Topic.CALLS}


@pytest.mark.parametrize(
    ("table", "topics"),
    [
        ("operators", {Topic.OPERATORS}),
        ("absences", {Topic.PRESENCE, Topic.ABSENCES}),
        ("departments", {Topic.PRESENCE, Topic.ABSENCES}),
        ("forwardings", {Topic.PRESENCE}),
        ("exceptions", {Topic.PRESENCE}),
        ("persons", set(Topic)),
        ("notice_acknowledgements", {Topic.NOTICES}),
    ],
)
async def test_what_is_stored_is_told_by_its_topics(table: str, topics: set[Topic]) -> None:
    world = World()
    world.changes.stored(frozenset({table, "audit"}))
    assert await world.told() == topics


async def test_an_absence_that_begins_by_itself_is_told_when_it_does() -> None:
    world = World()
    soon = world.clock.now() + timedelta(seconds=0.1)
    world.register = world.register.replace(absences=[absence(world, 0.1)])
    world.changes.stored(frozenset({"absences"}))
    assert await world.told() == {Topic.PRESENCE, Topic.ABSENCES}
    telling = asyncio.ensure_future(world.told())
    world.clock.at = soon
    assert await telling == BUSY


async def test_what_begins_by_itself_is_told_also_after_the_clock_was_put_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is noticed within a minute, here a tenth of a second, though nothing else is told."""
    monkeypatch.setattr(changes, "LONGEST", timedelta(seconds=0.1))
    world = World()
    world.clock.at -= timedelta(hours=1)
    assert await world.told() == BUSY, "what had begun has not"
    telling = asyncio.ensure_future(world.told())
    world.clock.at += timedelta(seconds=0.1)
    assert await telling == BUSY


def test_turns_are_those_to_come_and_each_minute() -> None:
    world = World()
    now = world.clock.now()
    assert next_turn(world.register, now) == now + timedelta(minutes=1)
    begins, ends = absence(world, 20), replace(absence(world, -60), ends_at=now + timedelta(seconds=10))
    register = world.register.replace(absences=[begins, ends, absence(world, 3600)])
    assert next_turn(register, now) == now + timedelta(seconds=10)
    assert next_turn(register, now + timedelta(seconds=10)) == now + timedelta(seconds=20)
    assert next_turn(register, now + timedelta(seconds=20)) == now + timedelta(minutes=1)


def absence(world: World, seconds: float) -> Absence:
    """One that begins in so many seconds, and does not end."""
    meeting = AbsenceReason("1", Text("Möte", "Meeting"), Text("i möte", "in a meeting"), TimeKind.TIME)
    return Absence(UUID(int=2), ANNA, meeting, world.clock.now() + timedelta(seconds=seconds), None)
