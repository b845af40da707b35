"""Callers who wait at the switchboard: their place and the expected wait."""

import asyncio

from e2e.support.switchboard import LONG, MAIN_NUMBER, ULLA, an_operator_with_a_caller, past_the_greeting
from e2e.support.world import World
from hanvisa.lab.lines import Line
from hanvisa.lab.stories import Heard
from hanvisa.lab.waiting import until


async def test_who_waits_hears_the_place_again_and_again_and_then_the_expected_wait(world: World) -> None:
    ulla = await world.phone(ULLA)
    served, line = await an_operator_with_a_caller(world)
    second, third = await waits(world, "0980319275"), await waits(world, "0980319276")
    await asyncio.gather(
        is_told(world, second, "Du är först i kön."), is_told(world, third, "Du är nummer två i kön.")
    )
    await served.hangup()
    line = await ulla.rings(within=LONG)
    await line.answer()
    await second.talks_to(line, within=LONG)
    await is_told(world, third, "Du är först i kön. Väntetiden är mindre än en minut.")


async def waits(world: World, number: str) -> Line:
    """A citizen who waits at the main number, and has heard enough of the first announcement."""
    caller = await world.citizen(number, dials=MAIN_NUMBER)
    await past_the_greeting(caller)
    await world.commanded(caller, "Alla telefonister är upptagna", within=LONG)
    await caller.press("5")
    return caller


async def is_told(world: World, caller: Line, words: str) -> None:
    """These words, and no others before them in the same breath, reach the caller's ear."""

    async def saying() -> Heard | None:
        spoken = (await world.story_so_far(caller)).spoken
        return next((each for each in spoken if each.words.startswith(words)), None)

    speech = await until(saying, within=LONG, what=f"{words!r} spoken to {caller.name}")
    await caller.hears(*speech.files, within=LONG)
