"""`hanvisa rescue` with the calls of a service that died on a real Asterisk."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT, Process

import pytest

from hanvisa.ami.transfers import withdraw
from hanvisa.calls.prompts import Why
from hanvisa.lab import alaw, hearing
from hanvisa.lab.system import environment
from hanvisa.lab.waiting import until
from integration.fallback.dying_service import a_service, rings_in, talking
from integration.fallback.fallback_world import (
    ANNA,
    ANNA_DIRECT,
    BO,
    BO_DIRECT,
    MAIN,
    OLLE,
    SOMEBODYS_MOBILE,
    World,
    account_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def start_rescue(world: World, *arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "hanvisa.rescue",
        *arguments,
        stdout=PIPE,
        stderr=STDOUT,
        env=environment(world.settings),
    )


async def says(rescue: Process, what: str, *, times: int) -> None:
    assert rescue.stdout is not None
    for _ in range(times):
        while what not in (line := (await asyncio.wait_for(rescue.stdout.readline(), 10)).decode()):
            assert line, f"the rescue ended without saying “{what}”"


async def ended_well(rescue: Process) -> str:
    said, _ = await asyncio.wait_for(rescue.communicate(), 10)
    assert rescue.returncode == 0, said.decode()
    return said.decode()


async def test_nothing_left_behind_is_said_at_once(world: World) -> None:
    assert "No call is left behind" in await ended_well(await start_rescue(world))


async def test_a_caller_who_listens_hears_the_referral(world: World) -> None:
    phrase = hearing.melody(999, 1.2)
    long_speech = world.settings.state / "sounds" / "long.alaw"
    long_speech.write_bytes(alaw.encode(phrase) * 20)
    async with a_service(world) as service:
        caller, channel = await rings_in(world, service, BO_DIRECT)
        await service.control.play(channel, [str(long_speech.with_suffix(""))], f"hv-play-{channel}")
        await caller.hears(phrase)
    rescue = await start_rescue(world)
    await caller.hears(world.spoken.referral(BO, Why.ABSENT), within=5)
    await ended_well(rescue)


async def test_a_caller_who_is_recorded_hears_the_referral(world: World) -> None:
    # The service makes it when it starts.
    (world.settings.state / "asterisk" / "spool" / "recording").mkdir(parents=True, exist_ok=True)
    async with a_service(world) as service:
        caller, channel = await rings_in(world, service, BO_DIRECT)
        await service.control.record(channel, f"hv-rec-{channel}", longest=60, silence=0)
    rescue = await start_rescue(world)
    await caller.hears(world.spoken.referral(BO, Why.ABSENT), within=5)
    await ended_well(rescue)


async def test_a_caller_who_waits_reaches_an_operator(world: World) -> None:
    olle = await world.phone(OLLE)
    async with a_service(world) as service:
        caller, channel = await rings_in(world, service, MAIN)
        await service.control.start_music(channel)
    rescue = await start_rescue(world)
    line = await olle.rings()
    await line.answer()
    await caller.talks_to(line)
    await ended_well(rescue)


async def test_a_leg_that_rang_is_taken_away_and_rings_anew(world: World) -> None:
    anna = await world.phone(ANNA)
    async with a_service(world) as service:
        caller, channel = await rings_in(world, service, ANNA_DIRECT)
        await service.ring(account_of(ANNA), channel)
        abandoned = await anna.rings()
    rescue = await start_rescue(world)
    await abandoned.until_ended()
    line = await anna.rings()
    await line.answer()
    await caller.talks_to(line)
    await ended_well(rescue)


async def test_what_a_phone_may_call_is_what_it_was(world: World) -> None:
    anna = await world.phone(ANNA)
    async with a_service(world) as service:
        line = await anna.call("004530000000")
        await until(lambda: service.channels, what="the call claimed")
    rescue = await start_rescue(world)
    await line.hears(world.spoken.sentence("abroad"))
    await line.until_ended()
    await ended_well(rescue)
    async with a_service(world) as service:
        await anna.call(SOMEBODYS_MOBILE)
        await until(lambda: service.channels, what="the call claimed")
    rescue = await start_rescue(world)
    await (await world.carrier.rings_at(SOMEBODYS_MOBILE)).answer()
    assert account_of(ANNA) in await withdraw(world.manager), "a service that is back knows of it"
    await world.carrier.hang_up_all()
    await ended_well(rescue)


@pytest.mark.parametrize("first", ["caller", "called"])
async def test_who_talks_is_left_to_talk_and_not_left_alone(world: World, first: str) -> None:
    async with a_service(world) as service:
        caller, line = await talking(world, service, ANNA, ANNA_DIRECT)
    rescue = await start_rescue(world)
    await says(rescue, "talks on", times=2)
    await caller.talks_to(line)
    assert rescue.returncode is None
    goes, stays = (caller, line) if first == "caller" else (line, caller)
    await goes.hangup()
    await stays.until_ended()
    await ended_well(rescue)


async def test_a_new_start_of_the_service_takes_over(world: World) -> None:
    async with a_service(world) as service:
        caller, line = await talking(world, service, ANNA, ANNA_DIRECT)
    rescue = await start_rescue(world)
    await says(rescue, "talks on", times=2)
    async with a_service(world):
        assert "takes the calls over" in await ended_well(rescue)
        await caller.talks_to(line)


async def test_the_calls_of_a_living_service_are_left_alone(world: World) -> None:
    async with a_service(world) as service:
        caller, line = await talking(world, service, ANNA, ANNA_DIRECT)
        assert "No call is left behind" in await ended_well(
            await start_rescue(world, "--alive", service.name)
        )
        await caller.talks_to(line)
        await caller.hangup()
        await line.hangup()
