"""How long calls wait is measured by Asterisk's clock, and the dialplan is told when it must be, and no oftener."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from hanvisa.calls.admission import Admission
from hanvisa.calls.delays import FORGOTTEN, Delays
from hanvisa.calls.doorkeeper import EVERY, FEW, LASTS, Doorkeeper
from hanvisa.calls.signals import Channel, Entered, Offered
from hanvisa.errors import Unavailable
from hanvisa.lab.waiting import until
from hanvisa.testing import FakeClock
from unit.calls.scene import MAIN, NOW, Scene


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_of_the_calls_that_began_the_shortest_wait_counts() -> None:
    delays = Delays()
    for channel, began in (("a", 0.4), ("b", 0.1), ("c", 0.9)):
        delays.offered(channel, NOW)
        delays.over(channel, at(began))
    assert delays.measured(at(1)) == 0.1
    assert delays.measured(at(1)) is None


def test_where_none_has_begun_the_longest_wait_counts_until_it_can_only_have_hung_up() -> None:
    delays = Delays()
    delays.offered("a", NOW)
    delays.offered("b", at(0.5))
    assert delays.measured(at(1)) == 1.0
    assert delays.measured(NOW + FORGOTTEN) == FORGOTTEN.total_seconds() - 0.5
    assert delays.measured(at(0.5) + FORGOTTEN) is None


class Dialplan:
    """``fails`` with so many of the next tellings."""

    def __init__(self) -> None:
        self.told: list[tuple[float, datetime]] = []
        self.fails = 0
        self.is_connected = True

    async def tell(self, admission: Admission, until: datetime) -> None:
        if self.fails:
            self.fails -= 1
            raise Unavailable("made to fail")
        self.told.append((admission.opening, until))


@asynccontextmanager
async def a_doorkeeper(
    delays: Delays, dialplan: Dialplan, sip: float | None = None
) -> AsyncIterator[Doorkeeper]:
    doorkeeper = Doorkeeper(delays, lambda: sip, FakeClock(NOW), dialplan.tell, lambda: dialplan.is_connected)
    running = asyncio.create_task(doorkeeper.run())
    yield doorkeeper
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_an_earlier_service_said_is_taken_back_and_then_nothing_said_while_all_are_offered() -> (
    None
):
    dialplan = Dialplan()
    dialplan.fails = 1
    async with a_doorkeeper(Delays(), dialplan):
        await until(lambda: dialplan.told, within=2, what="said")
    assert dialplan.told == [(2.0, NOW + LASTS)]


def many_wait(delays: Delays, since: datetime, number: int = FEW) -> None:
    for channel in range(number):
        delays.offered(f"channel-{channel}", since)


@pytest.mark.parametrize(("waited", "sip"), [(2.0, 0.001), (0.1, 0.6)], ids=["the service", "SIP"])
async def test_while_calls_wait_too_long_for_one_or_the_other_the_dialplan_is_told_of_each_change(
    waited: float, sip: float
) -> None:
    delays, dialplan = Delays(), Dialplan()
    many_wait(delays, at(-waited))
    async with a_doorkeeper(delays, dialplan, sip) as doorkeeper:
        await until(lambda: len(dialplan.told) > 2, within=2, what="said")
        assert not doorkeeper.admission.is_whole
    openings = [opening for opening, _ in dialplan.told]
    assert openings == sorted(openings, reverse=True)


async def test_a_few_calls_that_wait_are_no_overload() -> None:
    delays, dialplan = Delays(), Dialplan()
    many_wait(delays, at(-2), FEW - 1)
    async with a_doorkeeper(delays, dialplan, sip=2.0) as doorkeeper:
        await asyncio.sleep(EVERY * 5)
        assert doorkeeper.admission.is_whole


async def test_after_the_line_was_lost_all_are_offered_again() -> None:
    delays, dialplan = Delays(), Dialplan()
    many_wait(delays, at(-2))
    async with a_doorkeeper(delays, dialplan) as doorkeeper:
        await until(lambda: not doorkeeper.admission.is_whole, within=2, what="an overload")
        dialplan.is_connected = False
        await until(lambda: doorkeeper.admission.is_whole, within=2, what="forgotten")
        dialplan.is_connected = True
        await until(lambda: dialplan.told[-1][0] == 2.0, within=2, what="said")
        assert delays.number == 0


async def test_an_offer_that_the_dialplan_no_longer_waits_for_is_not_asked_for() -> None:
    async with Scene() as scene:
        late = Channel("late", "carrier", "0980319244", MAIN)
        scene.tell(Offered(late, NOW - timedelta(seconds=0.7), NOW - timedelta(seconds=0.6)))
        in_time = Channel("in-time", "carrier", "0980319244", MAIN)
        scene.tell(Offered(in_time, NOW - timedelta(seconds=0.5), NOW - timedelta(seconds=0.4)))
        await scene.until(lambda: scene.control.named("claim"), "a claim")
        scene.control.alive.add("in-time")
        scene.tell(Entered(in_time, ("carrier",)))
        await scene.until(lambda: scene.registry.taken, "the call has begun")
    assert scene.control.named("claim") == [("in-time",)]
    assert (scene.registry.taken, scene.registry.not_taken) == (1, 1)
