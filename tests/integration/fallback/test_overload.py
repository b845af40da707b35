"""What the dialplan does with the carrier's calls when it was told that they are too many."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from hanvisa.ari.door import VARIABLE, written
from hanvisa.calls.admission import Admission
from hanvisa.calls.prompts import Why
from hanvisa.lab.lines import CallFailedError
from integration.fallback.fallback_world import ANNA, ANNA_DIRECT, BO, BO_DIRECT, CAJSA, MAIN, OLLE, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

MINUTE = timedelta(minutes=1)
ALL_REFUSED = "100&0"
ALL_TURNED_AWAY = "0&0"


@asynccontextmanager
async def told(world: World, value: str) -> AsyncIterator[None]:
    """The dialplan was told this by a service."""
    await world.manager.action("Setvar", Variable=VARIABLE, Value=value)
    yield
    await world.manager.action("Setvar", Variable=VARIABLE, Value="")


def until(moment: timedelta, shares: str) -> str:
    return f"{(datetime.now(UTC) + moment).timestamp():.0f}&{shares}"


async def test_what_is_too_much_is_refused_and_calls_of_our_own_and_emergency_calls_are_not(
    world: World,
) -> None:
    anna, cajsa = await world.phone(ANNA), await world.phone(CAJSA)
    async with told(world, until(MINUTE, ALL_REFUSED)):
        caller = await world.carrier.call(BO_DIRECT)
        with pytest.raises(CallFailedError) as failed:
            await caller.until_up(within=1)
        assert failed.value.status == 503

        line = await anna.call("203")
        rung = await cajsa.rings()
        await rung.answer()
        await line.talks_to(rung)
        await cajsa.call("112")
        await world.carrier.rings_at("112")
        ringing_back = await world.carrier.call(BO_DIRECT, from_="112")
        await ringing_back.until_up()


async def test_what_a_service_said_that_has_died_is_over_in_time(world: World) -> None:
    async with told(world, until(timedelta(seconds=-2), ALL_REFUSED)):
        caller = await world.carrier.call(BO_DIRECT)
        await caller.hears(world.spoken.referral(BO, Why.ABSENT))


async def test_who_is_turned_away_is_served_by_the_fallback_on_a_leg_that_stays(world: World) -> None:
    """The service lives, and lets phones reach mobiles: a phone that has such a caller must not."""
    anna, olle = await world.phone(ANNA), await world.phone(OLLE)
    async with told(world, until(MINUTE, ALL_TURNED_AWAY)):
        for dialled, phone, account in ((ANNA_DIRECT, anna, "hallefors-201"), (MAIN, olle, "hallefors-210")):
            caller = await world.carrier.call(dialled)
            line = await phone.rings()
            await line.answer()
            await caller.talks_to(line)
            assert await count(world, f"{account}@transferable") == 0
            assert await count(world, f"{account}@fallback") == 1


async def test_what_the_service_writes_is_what_the_dialplan_reads(world: World) -> None:
    value = written(Admission(opening=0.1), datetime.now(UTC) + MINUTE)
    async with told(world, value):
        callers = [await world.carrier.call(BO_DIRECT) for _ in range(12)]
        endings = [await caller.until_ended(10) for caller in callers]
    assert 503 in [ending.status for ending in endings], "of twelve calls with 90 % refused"


async def count(world: World, group: str) -> int:
    """How many legs are in the group, as the dialplan sees it."""
    [channel, *_] = await world.manager.listing("CoreShowChannels")
    answer = await world.manager.action(
        "Getvar", Channel=channel["Channel"], Variable=f"GROUP_COUNT({group})"
    )
    return int(answer["Value"])
