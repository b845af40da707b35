"""A caller parked for somebody, with real phones: picked up by a code, never forgotten, kept over a restart (O2)."""

from e2e.support.switchboard import (
    LONG,
    MAIN_NUMBER,
    ULLA,
    VIKTOR,
    an_operator_with_a_caller,
    comes_back,
    nobody_outside_was_rung,
    past_the_greeting,
    shown_at,
)
from e2e.support.world import World
from hanvisa.lab.waiting import until

ELSA, FREDRIK = "hallefors-205", "hallefors-206"
MOBILE = "0701740605"


async def test_a_parked_caller_hears_for_whom_and_the_named_person_picks_them_up(world: World) -> None:
    elsa, fredrik = await world.phone(ELSA), await world.phone(FREDRIK)
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer("*68*205")
    await line.until_ended(within=LONG)
    await world.hears(caller, "Du väntar på Elsa Hedström", within=LONG)

    nosy = await fredrik.call("*88*205")
    await world.commanded(nosy, "Bara telefonister kan göra det för någon annan", within=LONG)
    await nosy.until_ended(within=LONG)

    elsas = await elsa.call("*88")
    await caller.talks_to(elsas, within=LONG)
    refused = await elsa.call(MOBILE)
    await world.commanded(refused, "Du kan inte ringa en mobil medan du har ett samtal", within=LONG)
    await nobody_outside_was_rung(world)
    assert "Elsa Hedström hämtade den som var parkerad" in await world.explanation(caller)
    assert (await world.story(caller)).outcome == "picked_up"
    await elsas.hangup()
    await caller.until_ended(within=LONG)


async def test_the_named_persons_phone_shows_who_waits_and_calls_back(world: World) -> None:
    elsa = await world.siplet(ELSA)
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer("*68*205")

    def texts() -> list[str]:
        requests = [message.partition("\n")[2] for message in world.trace]
        return [one for one in requests if one.startswith("MESSAGE") and f"{ELSA}@" in one]

    [told, *_] = await until(texts, within=LONG, what="a text at Elsa's phone")
    assert "Parkerad för dig: 0980-31 92 46. Hämta med *88." in told
    [sender] = [row for row in told.splitlines() if row.startswith("From:")]
    assert "sip:*88@" in sender
    assert not elsa.has_rung
    elsas = await elsa.call("*88")
    await caller.talks_to(elsas, within=LONG)


async def test_a_mobile_waits_while_the_only_operator_has_parked_somebody_and_whoever_comes_later_passes(
    world: World,
) -> None:
    """O2: nobody is paused for it."""
    elsa = await world.phone(ELSA)
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer("*68*205")
    await line.until_ended(within=LONG)
    ulla = await world.phone(ULLA)
    mobile = await world.citizen(MOBILE, dials=MAIN_NUMBER)
    await past_the_greeting(mobile)
    await world.hears(mobile, "Alla telefonister är upptagna", pieces=1, within=LONG)
    later = await world.citizen("0980319247", dials=MAIN_NUMBER)
    await past_the_greeting(later)
    line = await ulla.rings(within=LONG)
    await line.answer()
    await later.talks_to(line, within=LONG)
    await later.hangup()
    await line.until_ended(within=LONG)
    await caller.talks_to(await elsa.call("*88"), within=LONG)
    line = await ulla.rings(within=LONG)
    await line.answer()
    await mobile.talks_to(line, within=LONG)


async def test_whoever_has_a_mobile_on_the_line_picks_up_no_parked_caller(world: World) -> None:
    """O2: a conference inside the phone can't be seen."""
    elsa = await world.phone(ELSA)
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer("*68*205")
    await world.commanded(caller, "Du väntar på Elsa Hedström", within=LONG)
    talking = await elsa.call(MOBILE)
    mobile = await world.mobile(MOBILE, within=LONG)
    await mobile.answer()
    await talking.talks_to(mobile, within=LONG)
    picking = await elsa.call("*88")
    await world.hears(picking, "En mobil och någon annan får inte vara i samma telefon", within=LONG)
    await picking.until_ended(within=LONG)
    decided = [(one["effect"], one["rules"]) for one in (await world.story(picking)).decisions]
    assert decided == [("refuse", ["O2"])]
    await talking.hangup()
    elsas = await elsa.call("*88")
    await caller.talks_to(elsas, within=LONG)


async def test_a_parked_caller_is_not_forgotten_the_operator_is_rung_and_then_the_queue_has_them(
    world: World,
) -> None:
    await world.given_settings(held_remind=1, held_back=12, wrap_up=1)
    ulla = await world.phone(ULLA)
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer("*68*205")
    reminder = await ulla.rings(within=LONG)
    await shown_at(world, ULLA, "PARKERAD Elsa H")
    await reminder.until_ended(within=LONG)
    await comes_back(world, caller, ulla, "ÅTER Elsa H: svarar ej")
    assert "har varit parkerad för länge hos Ulla Brandt" in await world.explanation(caller)


async def test_a_parked_caller_is_handed_over_to_a_colleague(world: World) -> None:
    viktor = await world.phone(VIKTOR)
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer("*68*205")
    await world.commanded(caller, "Du väntar på Elsa Hedström", within=LONG)
    await line.until_ended(within=LONG)
    await world.given_operator(VIKTOR)
    [call] = [one for one in (await world.api.get("/live/calls"))["items"] if one["parked_for"]]
    await world.api.do(f"/live/calls/{call['id']}/handover", {"operator": str(world.person(VIKTOR).id)})
    await comes_back(world, caller, viktor, "FRÅN Ulla B")
    assert "Ulla Brandt lämnar över samtalet till Viktor Sahlin" in await world.explanation(caller)


async def test_a_caller_who_is_parked_while_the_service_is_killed_is_picked_up_afterwards(
    world: World,
) -> None:
    elsa = await world.phone(ELSA)
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer("*68*205")
    await world.commanded(caller, "Du väntar på Elsa Hedström", within=LONG)
    await world.system.kill_service()
    await world.system.start_service()
    elsas = await elsa.call("*88")
    await caller.talks_to(elsas, within=LONG)
    assert "tog över samtalet" in await world.explanation(caller)


async def test_an_operator_parks_after_consulting_the_code_and_a_colleague_picks_up(world: World) -> None:
    ulla, viktor = await world.phone(ULLA), await world.phone(VIKTOR)
    caller, line = await an_operator_with_a_caller(world)
    await line.hold()
    consultation = await ulla.call("*68*205")
    await world.hears(consultation, "Koppla samtalet hit för att parkera det för", within=LONG)
    await line.attended(consultation)
    await world.commanded(caller, "Du väntar på Elsa Hedström", within=LONG)
    viktors = await viktor.call("*88*205")
    await caller.talks_to(viktors, within=LONG)
