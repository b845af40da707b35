"""Calls out from our phones: by what somebody may, with the right number shown; private ones; 112."""

from pathlib import Path

import pytest

from e2e.support.events import watch
from e2e.support.switchboard import (
    LONG,
    ULLA,
    an_operator_for_alarms,
    hears_an_alarm,
    nobody_outside_was_rung,
)
from e2e.support.world import World
from hanvisa.lab.api import Json
from hanvisa.lab.waiting import until

FREDRIK, GUN, HENRIK, KARIN, LARS = (f"hallefors-{number}" for number in (206, 207, 208, 211, 212))
NOBODYS = "nora-399"
BJORN, DAVID = "nora-303", "hallefors-204"
MAIN, LOCATION = "+46980319200", "+46980319299"
OUTSIDE = "0980319247"
ABROAD = "00442079460958"
PREMIUM = "09002001010"
PRIVATE = "0980319248"  # which nobody else calls


@pytest.mark.parametrize(
    ("who", "dialled", "words"),
    [
        (GUN, OUTSIDE, "rings bara inom kommunen"),
        (FREDRIK, ABROAD, "utlandssamtal är spärrade"),
        (DAVID, PREMIUM, "betalnummer är spärrade"),
    ],
)
async def test_what_somebody_may_not_call_is_refused_with_the_reason(
    world: World, who: str, dialled: str, words: str
) -> None:
    caller = await (await world.siplet(who)).call(dialled)
    await world.hears(caller, words, pieces=1, within=LONG)
    await caller.until_ended(within=LONG)
    story = await world.story(caller)
    assert (story.outcome, story.decisions[0]["effect"]) == ("barred", "refuse")
    assert not world.carrier.offered
    assert "Numret kopplades inte: det får inte ringas därifrån." in await world.explanation(caller)


async def test_a_department_whose_people_may_call_abroad(world: World) -> None:
    caller = await (await world.phone(BJORN)).call(ABROAD)
    far = await world.mobile(ABROAD, within=LONG)
    await far.answer()
    await caller.talks_to(far, within=LONG)


async def test_the_number_shown_is_the_persons_or_the_main_one(world: World) -> None:
    """Fredrik shows his own; Henrik wants the main one; Karin is protected."""
    for who, number in ((FREDRIK, world.direct_number(FREDRIK)), (HENRIK, MAIN), (KARIN, MAIN)):
        line = await (await world.phone(who)).call(OUTSIDE)
        far = await world.mobile(OUTSIDE, within=LONG)
        assert number in far.invitation.get("From")
        assert number in far.invitation.get("P-Asserted-Identity")
        await line.hangup()
        await far.until_ended(within=LONG)


async def test_a_private_call_is_marked_and_its_number_is_kept_nowhere(world: World) -> None:
    """G4 and P1: it is dialled with its own prefix, and a call without one is not private. No console shows it."""
    seen: list[Json] = []
    watching = watch(world, seen)
    ordinary = await (await world.phone(ULLA)).call("206")
    await until(lambda: seen, within=LONG, what="an ordinary call in the events")
    await ordinary.hangup()
    await until(lambda: seen[-1]["type"] == "call.ended", within=LONG, what="its end in the events")
    seen.clear()

    caller = await (await world.phone(ULLA)).call(f"*9*{PRIVATE}")
    far = await world.mobile(PRIVATE, within=LONG)
    await far.answer()
    await caller.talks_to(far, within=LONG)
    assert not written_anywhere(world, PRIVATE[3:])
    await caller.hangup()
    await far.until_ended(within=LONG)
    story = await world.story(caller)
    watching.cancel()
    assert story.told["private"]
    assert story.told["called"] == "098xxxxxxx"
    assert story.rules == ["P1", "G4"]
    assert "Ett privat samtal: av numret sparas bara början." in await world.explanation(caller)
    assert written_anywhere(world, "098xxxxxxx")
    assert not written_anywhere(world, PRIVATE[3:])
    assert not seen


async def test_nor_is_that_of_one_which_is_dialled_within_its_area(world: World) -> None:
    caller = await (await world.phone(ULLA)).call(f"*9*{PRIVATE[4:]}")
    far = await world.mobile(PRIVATE, within=LONG)
    await far.answer()
    await caller.talks_to(far, within=LONG)
    await caller.hangup()
    await far.until_ended(within=LONG)
    story = await world.story(caller)
    assert (story.told["private"], story.told["called"]) == (True, "xxxxxxx")
    assert not written_anywhere(world, PRIVATE[4:])


async def test_a_private_call_is_refused_with_the_reason_where_the_setting_says_so(world: World) -> None:
    """G4 and P1."""
    await world.given_setting("private_calls_fixed", "refused")
    caller = await (await world.siplet(LARS)).call(f"*9*{PRIVATE}")
    await world.hears(caller, "Privata samtal kräver specificerad faktura", within=LONG)
    await caller.until_ended(within=LONG)
    story = await world.story(caller)
    assert (story.outcome, story.rules) == ("barred", ["P1", "G4"])
    assert not written_anywhere(world, PRIVATE[3:])
    assert not world.carrier.offered


async def test_a_phones_redirect_with_the_private_prefix_is_not_followed(world: World) -> None:
    """P1: whoever rings makes no private call."""
    lars = await world.siplet(LARS)
    lars.redirects_to = f"*9*{PRIVATE}"
    caller = await world.citizen("0980319244", dials=world.direct_number(LARS))
    await world.commanded(caller, "svarar inte just nu", within=LONG)
    await caller.hangup()
    assert "Telefonen hänvisar vidare till *9*098xxxxxxx" in await world.explanation(caller)
    assert not written_anywhere(world, PRIVATE[3:])
    await nobody_outside_was_rung(world)


async def test_112_from_a_phone_that_is_nobodys(world: World) -> None:
    operator = await an_operator_for_alarms(world)
    line = await (await world.phone(NOBODYS)).call("112")
    sos = await world.mobile("112", within=LONG)
    assert "+46846500499" in sos.invitation.get("From")
    await sos.answer()
    await line.talks_to(sos, within=LONG)
    await hears_an_alarm(operator)


@pytest.mark.parametrize("dialled", ["112", "+112", "*9*112"])
async def test_emergency_calls_go_out_at_once_with_the_location_number_of_the_phones_site(
    world: World, dialled: str
) -> None:
    """By the dialplan itself; spellings that only the service can read, by the service."""
    operator = await an_operator_for_alarms(world)
    line = await (await world.phone(GUN)).call(dialled)
    sos = await world.mobile("112", within=LONG)
    assert LOCATION in sos.invitation.get("From")
    await sos.answer()
    await line.talks_to(sos, within=LONG)
    await hears_an_alarm(operator)


def written_anywhere(world: World, digits: str) -> list[str]:
    """The files of the state folder that have these digits: the database, the call log, open calls, AstDB, the logs."""
    return [str(file) for file in world.settings.state.rglob("*") if digits.encode() in content_of(file)]


def content_of(file: Path) -> bytes:
    """Nothing of what is no file, or is one no longer."""
    try:
        return file.read_bytes() if file.is_file() else b""
    except FileNotFoundError:
        return b""
