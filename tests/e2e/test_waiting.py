"""A switchboard outside its hours, the callers who wait in it, and its operators' time between calls."""

from datetime import timedelta

import pytest

from e2e.support.switchboard import LONG, nobody_outside_was_rung
from e2e.support.world import World
from hanvisa.lab.lines import Line
from hanvisa.lab.waiting import until

ABROAD = "+442079460958"
CLOSED = "0980319273"  # with its own words
FAULT_REPORTS = "0406280470"  # closed, with an on-call list: two phones that are unplugged, and a mobile
ON_CALL = "0701740626"
EVERY_NIGHT = [{"days": [1, 2, 3, 4, 5, 6, 7], "start": "00:00", "end": "00:00"}]


async def test_without_words_of_its_own_it_says_when_it_opens(world: World) -> None:
    """Nor is anybody on call put through to on a mobile without an exception (O2)."""
    caller = await world.citizen("0980319221", dials=FAULT_REPORTS)
    await world.hears(caller, "Växeln är stängd och öppnar", within=LONG)
    await caller.until_ended(within=LONG)
    await nobody_outside_was_rung(world)
    assert any(one["rules"] == ["O2"] for one in (await world.story(caller)).decisions)


async def test_the_night_service_rings_whoever_is_on_call_under_a_scheduled_exception(world: World) -> None:
    await world.given_exception("number", ON_CALL, until=timedelta(days=30), weekly=EVERY_NIGHT)
    caller = await world.citizen("0980319221", dials=FAULT_REPORTS)
    await caller.until_up(within=LONG)
    await caller.press("1")  # enough of the greeting
    mobile = await world.mobile(ON_CALL, within=LONG)
    await mobile.answer()
    await caller.talks_to(mobile, within=LONG)
    assert (await world.story(caller)).outcome == "night_service"


async def test_who_is_on_call_at_a_desk_is_rung_first(world: World) -> None:
    carl = await world.phone("bkt-505")
    caller = await world.citizen("0980319221", dials=FAULT_REPORTS)
    await caller.until_up(within=LONG)
    await caller.press("1")
    line = await carl.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    await nobody_outside_was_rung(world)


@pytest.mark.parametrize(
    ("number", "words"),
    [("0980319221", "Vi har flyttat till kommunhuset"), (ABROAD, "We have moved to the town hall")],
)
async def test_a_closed_switchboard_says_so_in_its_own_words(world: World, number: str, words: str) -> None:

    async def heard() -> Line | None:
        """Until they are spoken beforehand, right after the import, the fixed words are heard."""
        caller = await world.citizen(number, dials=CLOSED)
        await caller.until_ended(within=LONG)
        return caller if (await world.story(caller)).saying(words) else None

    caller = await until(heard, within=60, what=words)
    await world.hears(caller, words, within=LONG)
    assert (await world.story(caller)).outcome == "closed"
