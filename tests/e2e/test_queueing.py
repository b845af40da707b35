"""Callers who wait at the switchboard: their place and the expected wait, and being rung back without losing it."""

import asyncio
from time import monotonic

from e2e.support.events import watch
from e2e.support.switchboard import (
    LONG,
    MAIN_NUMBER,
    ULLA,
    VIKTOR,
    an_operator_with_a_caller,
    past_the_greeting,
    shown_at,
)
from e2e.support.world import World
from hanvisa.lab.api import Json
from hanvisa.lab.lines import Line
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.stories import Heard
from hanvisa.lab.waiting import until

ANNA = "hallefors-201"
WRAP_UP = 4.0  # seconds
ABROAD = "+442079460958"
KEY_YOUR_NUMBER = "Slå ditt telefonnummer och avsluta med fyrkant"


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


async def test_who_leaves_the_number_is_rung_back_in_turn_over_a_restart_and_once_more_later(
    world: World,
) -> None:
    """The operator's phone rings first and shows whom it is for. Whoever is behind stays behind."""
    ulla = await world.phone(ULLA)
    served, line = await an_operator_with_a_caller(world)
    leaving = await waits(world, "0980319277")
    behind = await waits(world, "0980319278")
    await leaving.press("4")
    asked = await world.commanded(leaving, "Vi ringer upp dig på noll nio åtta noll", within=LONG)
    # Alone: to tell it from all other phrases takes longer than a caller has.
    await leaving.hears(*asked.files[:-1], within=LONG)
    await leaving.press("1")  # while the last piece is spoken
    await world.commanded(leaving, "Du behåller din plats", within=LONG)
    await leaving.hangup()
    assert (await world.story(leaving)).outcome == "callback"

    await world.system.kill_service()
    await world.system.start_service()
    world.carrier.answers_with("0980319277", 486)
    await served.hangup()
    line = await ulla.rings(within=LONG)
    await shown_at(world, ULLA, "RING UPP 0980-31 92 77")
    await line.answer()
    await world.mobile("0980319277", within=LONG)  # turned away
    await world.hears(line, "Numret är upptaget", within=LONG)
    world.carrier.answers_with("0980319277", None)
    line = await ulla.rings(within=LONG)
    await line.answer()
    rung = await world.mobile("0980319277", within=LONG)
    assert "980319200" in rung.invitation.get("From")
    await rung.answer()
    await rung.talks_to(line, within=LONG)
    assert (await world.story(line)).outcome == "rung_back"
    await rung.hangup()
    line = await ulla.rings(within=LONG)
    await line.answer()
    await behind.talks_to(line, within=LONG)


async def test_who_left_a_mobile_that_a_confidential_call_never_reaches_is_rung_and_told(
    world: World,
) -> None:
    """M4: it was registered after it had been left. The operator is told first; nobody is joined to it."""
    ulla = await world.phone(ULLA)
    served, line = await an_operator_with_a_caller(world)
    leaving = await waits(world, "0701740695")
    [waiting] = [one for one in (await world.api.get("/live/calls"))["items"] if not one["other"]]
    await world.api.do(f"/live/calls/{waiting['id']}/confidential")
    await leaving.press("4")
    await world.commanded(leaving, "Vi ringer upp dig på", within=LONG)
    await leaving.press("1")
    await world.commanded(leaving, "Du behåller din plats", within=LONG)
    await leaving.hangup()
    await world.given_mobile(ANNA, "0701740695")
    await served.hangup()

    line = await ulla.rings(within=LONG)
    await line.answer()
    await world.hears(line, "Ett sekretessamtal kopplas aldrig till mobil, regel M fyra", within=LONG)
    await line.until_ended(within=LONG)
    rung = await world.mobile("0701740695", within=LONG)
    await rung.answer()
    await world.hears(rung, "Du har bett att bli uppringd på det här numret", within=LONG)
    await rung.until_ended(within=LONG)
    story = await world.story(rung)
    assert story.outcome == "refused"
    assert story.rules == ["M4"]


async def test_who_withholds_their_number_keys_one_slowly_and_is_rung_back_on_it(world: World) -> None:
    """What was keyed before the pause counts."""
    ulla = await world.phone(ULLA)
    served, line = await an_operator_with_a_caller(world)
    leaving = await waits(world, None)
    await leaving.press("4")
    asked = await world.commanded(leaving, KEY_YOUR_NUMBER, within=LONG)
    await leaving.hears(asked.files[0], within=LONG)
    await leaving.press("098031")

    async def asked_again() -> bool:
        return [one.words for one in (await world.story_so_far(leaving)).spoken].count(asked.words) == 2

    await until(asked_again, within=LONG, what="asked to go on")
    await leaving.press("9247#")
    number = "noll nio åtta noll, trettioett, nittiotvå, fyrtiosju"
    await world.commanded(leaving, f"Vi ringer upp dig på {number}", within=LONG)
    await leaving.press("1")
    await world.commanded(leaving, "Du behåller din plats", within=LONG)
    await leaving.hangup()
    await served.hangup()
    line = await ulla.rings(within=LONG)
    await line.answer()
    rung = await world.mobile("0980319247", within=LONG)
    await rung.answer()
    await rung.talks_to(line, within=LONG)


async def test_a_caller_from_abroad_waits_in_english(world: World) -> None:
    served, _ = await an_operator_with_a_caller(world)
    caller = await world.citizen(ABROAD, dials=MAIN_NUMBER)
    await past_the_greeting(caller)
    await world.commanded(caller, "All our operators are busy", within=LONG)
    await caller.press("5")
    await is_told(world, caller, "You are next in line.")
    await served.hangup()


async def test_an_operator_who_did_not_answer_is_told_so_when_they_open_again(world: World) -> None:
    events: list[Json] = []
    ulla = await world.phone(ULLA)
    await world.given_operator(ULLA)
    watching = watch(world, events)
    caller = await world.citizen("0980319279", dials=MAIN_NUMBER)
    await past_the_greeting(caller)
    await (await ulla.rings(within=LONG)).until_ended(within=LONG)
    await until(lambda: any(is_paused(event) for event in events), within=LONG, what="the event")
    watching.cancel()
    dialling = await ulla.call("*27#")
    await world.hears(
        dialling, "Telefonistplatsen är öppen. Telefonistplatsen pausades", pieces=2, within=LONG
    )
    assert "då du inte svarade" in (await world.commanded(dialling, "pausades")).words


def is_paused(event: Json) -> bool:
    return bool(event["type"] == "operator.paused" and event["data"]["person"]["name"] == "Ulla Brandt")


async def test_a_caller_on_hold_is_not_forgotten_the_phone_rings_and_then_the_queue_has_them(
    world: World,
) -> None:
    """And the operator hears which organisation was rung, before the caller is put through."""
    await world.given_settings(held_remind=2, held_back=4.5, whisper="several", wrap_up=1)
    ulla = await world.phone(ULLA)
    caller, line = await an_operator_with_a_caller(world)
    await world.hears(line, "Hällefors kommun.", in_call_of=caller, within=LONG)
    await line.hold()
    again = await ulla.rings(within=LONG)
    await shown_at(world, ULLA, "PARKERAD 0980-31 92 46")
    await again.answer()
    await line.until_ended(within=LONG)
    await caller.talks_to(again, within=LONG)

    await again.hold()
    reminder = await ulla.rings(within=LONG)
    await reminder.until_ended(within=LONG)
    await again.until_ended(within=LONG)
    line = await ulla.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    assert "har varit parkerad för länge hos Ulla Brandt" in await world.explanation(caller)


async def test_the_only_operators_phone_that_dies_loses_no_caller(world: World) -> None:
    """The caller hears what is going on, waits at the head of the queue, and has the operator when they open again."""
    await world.given_settings(rtp_timeout=2)
    ulla = await world.siplet(ULLA)
    await world.given_operator(ULLA)
    caller = await world.citizen("0980319279", dials=MAIN_NUMBER)
    await past_the_greeting(caller)
    line = await ulla.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    behind = await waits(world, "0980319280")
    ulla.falls_silent()
    words = "Just nu är ingen telefonist på plats. Vänta kvar, så svarar vi så snart någon är tillbaka."
    for waiting in (caller, behind):
        await world.commanded(waiting, words, within=LONG)
    again = await world.phone(ULLA)
    dialling = await again.call("*27#")
    await world.commanded(dialling, "Telefonistplatsen är öppen", within=LONG)
    await dialling.hangup()
    line = await again.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)


async def test_an_operator_has_time_to_wrap_up_before_the_next_caller(world: World) -> None:
    await world.given_settings(wrap_up=WRAP_UP)
    ulla = await world.phone(ULLA)
    served, line = await an_operator_with_a_caller(world)
    next_one = await waits(world, "0980319281")
    ended = monotonic()
    await line.hangup()
    await served.until_ended(within=LONG)
    line = await ulla.rings(within=LONG)
    assert monotonic() - ended >= WRAP_UP
    await line.answer()
    await next_one.talks_to(line, within=LONG)


async def test_an_operator_who_is_paused_by_the_api_gets_no_caller(world: World) -> None:
    ulla, viktor = await world.phone(ULLA), await world.phone(VIKTOR)
    await world.given_operator(ULLA, "paused")
    caller, line = await an_operator_with_a_caller(world, operator=VIKTOR)
    behind = await waits(world, "0980319282")
    await line.hangup()
    await caller.until_ended(within=LONG)
    line = await viktor.rings(within=LONG)
    await line.answer()
    await behind.talks_to(line, within=LONG)
    assert not ulla.has_rung


async def test_an_operators_phone_that_dies_gives_the_caller_back(world: World) -> None:
    await world.given_settings(rtp_timeout=2)
    ulla, viktor = await world.siplet(ULLA), await world.phone(VIKTOR)
    caller, _ = await answered_by_ulla(world, ulla)
    await world.given_operator(VIKTOR)
    ulla.falls_silent()
    again = await viktor.rings(within=LONG)
    await again.answer()
    await caller.talks_to(again, within=LONG)
    assert "Telefonen hos Ulla Brandt har dött" in await world.explanation(caller)


async def test_a_phone_that_is_gone_gives_back_whom_it_holds_and_one_that_talks_is_let_alone(
    world: World,
) -> None:
    """Its cable is out, and it does not answer when it is asked; or it says itself that it goes."""
    await world.given_settings(qualify_every=1, rtp_timeout=30)
    ulla, viktor = await world.siplet(ULLA), await world.phone(VIKTOR)
    caller, line = await answered_by_ulla(world, ulla)
    await is_on_hold(world, line)
    await world.given_operator(VIKTOR)
    ulla.cut_off()
    again = await viktor.rings(within=LONG)
    await again.answer()
    await caller.talks_to(again, within=LONG)
    assert "Telefonen hos Ulla Brandt har dött" in await world.explanation(caller)
    assert await state_of_ulla(world) == "paused"
    await caller.hangup()
    await again.until_ended(within=LONG)

    await world.given_operator(VIKTOR, "closed")
    await ulla.plug_in()
    await until(lambda: is_there(world), within=LONG, what="the phone answers when it is asked")
    caller, line = await answered_by_ulla(world, ulla)
    await ulla.unplug()
    await caller.talks_to(line, within=LONG)
    assert await state_of_ulla(world) == "open"

    await ulla.plug_in()
    await until(lambda: is_there(world), within=LONG, what="the phone is there again")
    await is_on_hold(world, line)
    await world.given_operator(VIKTOR)
    await ulla.unplug()
    again = await viktor.rings(within=LONG)
    await line.until_ended(within=LONG)
    await again.answer()
    await caller.talks_to(again, within=LONG)


async def answered_by_ulla(world: World, ulla: Siplet) -> tuple[Line, Line]:
    """A citizen talks with her, on this phone."""
    await world.given_operator(ULLA)
    caller = await world.citizen("0980319279", dials=MAIN_NUMBER)
    await past_the_greeting(caller)
    line = await ulla.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    return caller, line


async def is_on_hold(world: World, line: Line) -> None:
    """The operator holds the only call that there is, and that is known."""
    await line.hold()

    async def known() -> bool:
        return all(call["held"] for call in (await world.api.get("/live/calls"))["items"])

    await until(known, within=LONG, what="the call is on hold")


async def is_there(world: World) -> bool:
    return bool((await world.ari(f"endpoints/PJSIP/{ULLA}"))["state"] == "online")


async def state_of_ulla(world: World) -> str:
    return str((await world.api.get(f"/operators/{world.person(ULLA).id}"))["state"])


async def waits(world: World, number: str | None) -> Line:
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
