"""Operators by API, with real phones: the same decisions as a phone's REFER (O2, M4), and events as they happen."""

from typing import Any

import pytest

from e2e.support.events import watch
from e2e.support.switchboard import LONG, ULLA, an_operator_with_a_caller, nobody_outside_was_rung
from e2e.support.world import World
from e2e.test_attendant import hears_music, leaves_a_message
from hanvisa.lab.api import ApiRefusedError, Json
from hanvisa.lab.waiting import until

ELSA = "hallefors-205"
ANNAS_MOBILE = "0701740605"


async def test_an_operators_calls_are_seen_and_transferred_blind(world: World) -> None:
    elsa = await world.phone(ELSA)
    caller, line = await an_operator_with_a_caller(world)
    call = await the_call(world, "+46980319246")
    assert call["stage"] == "Talking"
    assert call["operator"]["name"] == "Ulla Brandt"
    await world.api.do(f"/live/calls/{call['id']}/transfer", {"to": "205"})
    elsas = await elsa.rings(within=LONG)
    await line.until_ended(within=LONG)
    await elsas.answer()
    await caller.talks_to(elsas, within=LONG)


async def test_an_attended_transfer_by_the_api_joins_the_two(world: World) -> None:
    elsa, ulla = await world.phone(ELSA), await world.phone(ULLA)
    caller, line = await an_operator_with_a_caller(world)
    call = await the_call(world, "+46980319246")
    await line.hold()
    consultation = await ulla.call("205")
    elsas = await elsa.rings(within=LONG)
    await elsas.answer()
    await consultation.talks_to(elsas, within=LONG)
    other = await consulting(world, call["id"])
    await world.api.do(f"/live/calls/{call['id']}/transfer", {"consultation": other["id"]})
    await caller.talks_to(elsas, within=LONG)
    await line.until_ended(within=LONG)
    await consultation.until_ended(within=LONG)


async def test_an_attended_transfer_to_a_mobile_is_refused(world: World) -> None:
    """O2. The operator may ring the mobile where a setting says so, and the caller stays with the operator."""
    await world.given_setting("operator_consults_mobile", "allow")
    ulla = await world.phone(ULLA)
    caller, line = await an_operator_with_a_caller(world)
    call = await the_call(world, "+46980319246")
    await line.hold()
    consultation = await ulla.call(ANNAS_MOBILE)
    mobile = await world.mobile(ANNAS_MOBILE, within=LONG)
    await mobile.answer()
    await consultation.talks_to(mobile, within=LONG)
    other = await consulting(world, call["id"])
    with pytest.raises(ApiRefusedError) as refusal:
        await world.api.do(f"/live/calls/{call['id']}/transfer", {"consultation": other["id"]})
    problem = refusal.value.problem
    assert (refusal.value.status, problem["rules"]) == (409, ["O2"])
    assert problem["alternatives"]
    await consultation.hangup()
    await line.resume()
    await caller.talks_to(line, within=LONG)


async def test_a_mobile_is_refused_with_rules_reason_and_alternatives(world: World) -> None:
    caller, line = await an_operator_with_a_caller(world)
    call = await the_call(world, "+46980319246")
    with pytest.raises(ApiRefusedError) as refusal:
        await world.api.do(f"/live/calls/{call['id']}/transfer", {"to": ANNAS_MOBILE})
    problem = refusal.value.problem
    assert (refusal.value.status, problem["rules"]) == (409, ["O2"])
    assert "O2" in problem["because"]
    assert [one["kind"] for one in problem["alternatives"]] == [
        "tell_mobile_number",
        "give_direct_number",
        "take_message",
    ]
    await world.api.do(f"/live/calls/{call['id']}/confidential")
    with pytest.raises(ApiRefusedError) as refusal:
        await world.api.do(f"/live/calls/{call['id']}/transfer", {"to": ANNAS_MOBILE})
    assert refusal.value.problem["rules"] == ["M4"]
    await caller.talks_to(line, within=LONG)
    await nobody_outside_was_rung(world)
    assert (await world.story(caller)).told["confidential"]


async def test_an_operator_takes_a_message(world: World) -> None:
    """S1. What a refusal offers can be done."""
    elsa = await world.phone(ELSA)
    caller, line = await an_operator_with_a_caller(world)
    call = await the_call(world, "+46980319246")
    await world.api.do(f"/live/calls/{call['id']}/message", {"person": str(world.person(ELSA).id)})
    await line.until_ended(within=LONG)
    await leaves_a_message(world, caller, ELSA)
    assert not elsa.has_rung


async def test_hold_retrieve_and_the_queue(world: World) -> None:
    ulla = await world.phone(ULLA)
    caller, line = await an_operator_with_a_caller(world)
    call = await the_call(world, "+46980319246")
    await world.api.do(f"/live/calls/{call['id']}/hold")
    await hears_music(caller)
    assert (await world.api.get(f"/live/calls/{call['id']}"))["held"]
    await world.api.do(f"/live/calls/{call['id']}/retrieve")
    await caller.talks_to(line, within=LONG)
    await world.api.do(f"/live/calls/{call['id']}/queue")
    await line.until_ended(within=LONG)
    again = await ulla.rings(within=LONG)
    await again.answer()
    await caller.talks_to(again, within=LONG)
    await world.api.do(f"/live/calls/{call['id']}/hangup")
    await caller.until_ended(within=LONG)
    await again.until_ended(within=LONG)


async def test_a_threatening_call_is_marked_and_its_record_says_so(world: World) -> None:
    caller, line = await an_operator_with_a_caller(world)
    call = await the_call(world, "+46980319246")
    await world.api.do(f"/live/calls/{call['id']}/threat")
    assert (await world.api.get(f"/live/calls/{call['id']}"))["threat"]
    await caller.talks_to(line, within=LONG)
    assert (await world.story(caller)).told["threat"]
    assert "märker samtalet som hotsamtal; uppgifterna sparas" in await world.explanation(caller)


async def test_events_tell_of_calls_as_they_happen_and_again_from_the_last_one_seen(world: World) -> None:
    seen: list[Json] = []
    watching = watch(world, seen)
    caller, _ = await an_operator_with_a_caller(world)
    await until(lambda: stages(seen)[-1:] == ["Talking"], within=LONG, what="the talk in the events")
    await caller.hangup()
    await until(lambda: seen[-1]["type"] == "call.ended", within=LONG, what="the end in the events")
    watching.cancel()
    assert seen[0]["type"] == "call.opened"
    assert {event["version"] for event in seen} == {1}
    assert len({event["data"]["id"] for event in seen}) == 1

    again: list[Json] = []
    missed = watch(world, again, after=seen[0]["id"])
    await until(lambda: len(again) == len(seen) - 1, within=LONG, what="the events that were missed")
    missed.cancel()
    assert again == seen[1:]


def stages(events: list[Json]) -> list[str]:
    return [event["data"]["stage"] for event in events]


async def the_call(world: World, caller: str) -> Json:
    """The call of this number, as soon as it is talking."""

    async def found() -> Any:
        calls = (await world.api.get("/live/calls"))["items"]
        return next((one for one in calls if one["caller"]["number"] == caller and one["other"]), None)

    call: Json = await until(found, within=LONG, what=f"{caller}'s call at the switchboard")
    return call


async def consulting(world: World, besides: str) -> Json:
    calls = (await world.api.get("/live/calls"))["items"]
    [other] = [one for one in calls if one["id"] != besides]
    return dict(other)
