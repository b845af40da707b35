"""What people do wrong in a call, or not at all: keys in a burst, no keys, both hanging up in the same moment.

That no channel and no bridge is left is checked at the end of every test (World.ends).
"""

import asyncio
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from e2e.support.switchboard import (
    LONG,
    MAIN_NUMBER,
    ULLA,
    an_operator_with_a_caller,
    past_the_greeting,
)
from e2e.support.world import World
from hanvisa.lab.lines import CallFailedError, Line
from hanvisa.lab.waiting import until

ELSA, FREDRIK = "hallefors-205", "hallefors-206"
LONGEST_SILENCE = 3.0  # seconds
HANGING_SERVICE = Path(__file__).parent / "support" / "hanging_service.py"


async def test_keys_in_a_burst_and_wrong_ones_leave_the_caller_all_ways_on(world: World) -> None:
    ulla = await world.phone(ULLA)
    await world.given_operator(ULLA)
    await world.given_absent(ELSA, reason="sammanträde", until=timedelta(hours=2))
    caller = await world.citizen("0980319230", dials=world.direct_number(ELSA))
    await world.commanded(caller, "Elsa Hedström", within=LONG)
    await caller.press("578#578#*3*3*3")
    await world.commanded(caller, "Mobilnumret till Elsa Hedström", within=LONG)
    await caller.press("0")
    line = await ulla.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)


async def test_with_a_synthesiser_that_hangs_the_caller_hears_something_and_has_a_way_on(
    world: World,
) -> None:
    await world.given_service(sys.executable, str(HANGING_SERVICE))
    ulla = await world.phone(ULLA)
    await world.given_operator(ULLA)
    await world.given_absent(ELSA, reason="sammanträde", until=timedelta(hours=2))
    caller = await world.citizen("0980319237", dials=world.direct_number(ELSA))
    await world.hears(caller, "Den du söker är frånvarande", pieces=2, within=LONG)
    await world.commanded(caller, "noll för telefonisten", within=LONG)
    await caller.press("0")
    line = await ulla.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    assert caller.longest_silence() <= LONGEST_SILENCE


async def test_who_does_nothing_at_all_hears_something_and_with_the_goodbye_is_not_too_late_for_a_key(
    world: World,
) -> None:
    ulla = await world.phone(ULLA)
    await world.given_operator(ULLA)
    await world.given_absent(ELSA, reason="sammanträde", until=timedelta(hours=2))
    caller = await world.citizen("0980319231", dials=world.direct_number(ELSA))
    await world.commanded(caller, "Tack för ditt samtal. Hej då", within=2 * LONG)
    assert caller.longest_silence() <= LONGEST_SILENCE
    await caller.press("0")
    line = await ulla.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)


async def test_who_waits_for_operators_that_do_not_answer_hears_something_until_told_so(world: World) -> None:
    await world.given_setting("wait_for_paused", 2)
    await world.phone(ULLA)
    await world.given_operator(ULLA)
    caller = await world.citizen("0980319232", dials=MAIN_NUMBER)
    assert await silence_until_the_end(caller) <= LONGEST_SILENCE


async def test_both_hang_up_in_the_same_moment_while_they_talk(world: World) -> None:
    elsa = await world.phone(ELSA)
    caller = await world.citizen("0980319233", dials=world.direct_number(ELSA))
    line = await elsa.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    await both_hang_up(caller, line)
    await served_as_ever(world)


async def test_a_caller_gives_up_in_the_moment_of_the_answer(world: World) -> None:
    elsa = await world.phone(ELSA)
    caller = await world.citizen("0980319234", dials=world.direct_number(ELSA))
    line = await elsa.rings(within=LONG)

    # Which of the two comes first is open; that everybody is free afterwards is not.
    async def answered() -> None:
        with suppress(CallFailedError):
            await line.answer()

    await asyncio.gather(answered(), caller.hangup())
    await line.until_ended(within=LONG)
    await served_as_ever(world)


async def test_a_caller_gives_up_in_the_moment_of_being_offered_to_the_operator(world: World) -> None:
    ulla = await world.phone(ULLA)
    await world.given_operator(ULLA)
    caller = await world.citizen("0980319235", dials=MAIN_NUMBER)
    await past_the_greeting(caller)
    line = await ulla.rings(within=LONG)
    await asyncio.gather(line.reject(), caller.hangup())
    await line.until_ended(within=LONG)
    await served_as_ever(world)


async def test_caller_and_operator_hang_up_in_the_moment_of_a_transfer(world: World) -> None:
    fredrik = await world.phone(FREDRIK)
    caller, line = await an_operator_with_a_caller(world)
    # Whether the transfer is carried out in time is open; that everybody is free afterwards is not.
    await asyncio.gather(line.transfer("206"), both_hang_up(caller, line), return_exceptions=True)
    for rung in fredrik.live:
        await rung.until_ended(within=LONG)
    await served_as_ever(world)


async def both_hang_up(one: Line, other: Line) -> None:
    await asyncio.gather(one.hangup(), other.hangup())
    await one.until_ended(within=LONG)
    await other.until_ended(within=LONG)


async def served_as_ever(world: World) -> None:
    """Nothing is left over, and the next caller is served."""
    await world.nothing_left(within=LONG)
    elsa = await world.phone(ELSA)
    caller = await world.citizen("0980319239", dials=world.direct_number(ELSA))
    line = await elsa.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)


async def silence_until_the_end(caller: Line) -> float:
    """The longest silence (seconds) in what the caller heard from the answer until they were hung up."""
    await caller.until_up(within=LONG)
    silence = 0.0

    def over() -> bool:
        nonlocal silence
        if not caller.has_ended:
            silence = caller.longest_silence()
        return caller.has_ended

    await until(over, within=3 * LONG, what=lambda: f"{caller.name} is hung up ({silence:.1f} s silence)")
    return silence
