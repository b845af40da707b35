"""The first whole way: a caller and a person, a caller and an absence, a caller, an operator and a mobile."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from e2e.support.switchboard import LONG
from e2e.support.world import World
from hanvisa.calls.call import playback_id
from hanvisa.lab.lines import TransferRefusedError
from hanvisa.lab.waiting import until


async def test_a_present_person_answers_and_speech_passes_both_ways(world: World) -> None:
    elsa = await world.phone("hallefors-205")
    caller = await world.citizen("0980319244", dials=world.direct_number("hallefors-205"))
    line = await elsa.rings()
    await line.answer()
    await caller.talks_to(line)
    assert "talar med varandra" in await world.explanation(caller)


async def test_an_absent_persons_caller_hears_why_and_the_phone_never_rings(world: World) -> None:
    elsa = await world.phone("hallefors-205")
    colleague = await world.phone("hallefors-206")
    await world.given_absent("hallefors-205", reason="sammanträde", until=timedelta(hours=2))
    caller = await world.citizen("0980319245", dials=world.direct_number("hallefors-205"))
    inside = await colleague.call("205")
    await asyncio.gather(
        world.hears(caller, "är på sammanträde", pieces=3), world.hears(inside, "är på sammanträde", pieces=3)
    )
    assert not elsa.has_rung


async def test_from_the_third_time_on_the_same_is_heard_from_one_file(world: World) -> None:
    await world.given_absent("hallefors-206", reason="sammanträde", until=timedelta(hours=7))
    folder = world.settings.state / "sounds" / "joined"
    joined_before = set(folder.iterdir())
    played: list[str] = []
    for number in ("0980319245", "0980319246", "0980319247"):
        caller = await world.citizen(number, dials=world.direct_number("hallefors-206"))
        played.append(await until(partial(what_plays, world), what="what is played"))
        await world.hears(caller, "är på sammanträde", pieces=3)
        await caller.hangup()
        await world.nothing_left()
        if number.endswith("246"):
            await until(lambda: set(folder.iterdir()) - joined_before, what="it is put together")
    assert [uri.startswith(f"sound:{folder}/") for uri in played] == [False, False, True]


async def what_plays(world: World) -> str | None:
    """To the one caller there is: the file of Asterisk's that is played now."""
    for channel in await world.ari("channels"):
        playback = await world.ari(f"playbacks/{playback_id(channel['id'])}")
        if "media_uri" in playback:
            return str(playback["media_uri"])
    return None


async def test_an_operator_is_refused_a_mobile_and_then_granted_it(world: World) -> None:
    await world.given_operator("hallefors-290")
    operator = await world.phone("hallefors-290")
    caller = await world.citizen("0980319246", dials="0980319200")
    line = await operator.rings(within=20)
    await line.answer()
    await caller.talks_to(line)

    with pytest.raises(TransferRefusedError) as refusal:
        await line.transfer("0701740605")
    assert refusal.value.status == 603
    await world.hears(line, "mobil", in_call_of=caller, within=LONG)
    await caller.talks_to(line, within=LONG)
    assert "O2" in (await world.story(caller)).rules

    await world.given_exception("number", "0701740605")
    transfer = asyncio.create_task(line.transfer("0701740605"))
    mobile = await world.mobile("0701740605")
    await mobile.answer()
    await transfer
    await caller.talks_to(mobile)
