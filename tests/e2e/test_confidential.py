"""A call that is marked confidential, or as a threat, while two talk (M4)."""

from pathlib import Path

import pytest

from e2e.support.switchboard import (
    LONG,
    MAIN_NUMBER,
    ULLA,
    an_operator_with_a_caller,
    nobody_outside_was_rung,
    past_the_greeting,
    put_through,
    refused,
)
from e2e.support.world import World
from e2e.test_live_api import the_call
from hanvisa.lab import hearing
from hanvisa.lab.api import ApiRefusedError
from hanvisa.lab.lines import Line
from hanvisa.lab.waiting import until

ANNA, ELSA, TORA = "hallefors-201", "hallefors-205", "hallefors-219"
ANNAS_MOBILE, SOMEBODY = "0701740605", "0701740691"
OTHER_WORDS = hearing.melody(83, 1.5)
CONFIDENTIAL = "Samtalet omfattas nu av sekretess. En mobil är med i samtalet"


async def test_both_hear_that_a_mobile_is_on_a_confidential_call_and_who_has_it_decides(world: World) -> None:
    """M4. They talk on until the one who keyed it ends the call."""
    line = await (await world.siplet(TORA)).call(SOMEBODY)
    mobile = await world.mobile(SOMEBODY, within=LONG)
    await mobile.answer()
    await line.talks_to(mobile, within=LONG)
    await line.press("*28#")
    await world.hears(line, CONFIDENTIAL, pieces=3, within=LONG)
    await world.hears(mobile, CONFIDENTIAL, in_call_of=line, pieces=3, within=LONG)
    await line.talks_to(mobile, within=LONG)
    await line.hangup()
    await mobile.until_ended(within=LONG)
    story = await world.story(line)
    assert story.told["confidential"]
    assert story.rules[-1] == "M4"


async def test_an_operator_keys_it_and_the_caller_goes_to_no_mobile_and_a_threat_in_silence(
    world: World,
) -> None:
    """M4 of an operator's call at hand."""
    caller, line = await an_operator_with_a_caller(world)
    await line.press("*28#")
    await world.hears(caller, "Samtalet omfattas nu av sekretess", pieces=1, within=LONG)
    await refused(line.transfer(SOMEBODY))
    await nobody_outside_was_rung(world)
    await line.press("*29#")
    call = await the_call(world, "+46980319246")

    async def marked() -> bool:
        return bool((await world.api.get(f"/live/calls/{call['id']}"))["threat"])

    await until(marked, within=LONG, what="the call marked as a threat")
    assert len([one for one in (await world.story(caller)).spoken if one.to == "both"]) == 1


async def test_a_marked_call_stays_confidential_with_the_colleague_it_is_sent_to(world: World) -> None:
    """M4."""
    elsa = await world.phone("hallefors-205")
    caller, line = await an_operator_with_a_caller(world)
    await line.press("*28#")
    await world.commanded(caller, "Samtalet omfattas nu av sekretess", within=LONG)
    elsas = await put_through(line.transfer("205"), elsa.rings(within=LONG))
    await caller.talks_to(elsas, within=LONG)
    call = await the_call(world, "+46980319246")
    assert call["confidential"]
    await refused(elsas.transfer(SOMEBODY))
    await nobody_outside_was_rung(world)
    assert (await world.story_so_far(caller)).rules[-1] == "M4"


async def test_a_mobile_in_the_queue_whose_call_is_marked_is_told_by_which_rule_and_nobody_is_rung(
    world: World,
) -> None:
    """M4."""
    await an_operator_with_a_caller(world)
    mobile = await world.citizen(ANNAS_MOBILE, dials=MAIN_NUMBER)
    await past_the_greeting(mobile)
    await world.hears(mobile, "Alla telefonister är upptagna", pieces=1, within=LONG)
    [waiting] = [one for one in (await world.api.get("/live/calls"))["items"] if not one["other"]]
    await world.api.do(f"/live/calls/{waiting['id']}/confidential")
    await world.hears(mobile, "Ett sekretessamtal kopplas aldrig till mobil, regel M fyra", within=LONG)
    await mobile.until_ended(within=LONG)
    assert (await world.story(mobile)).rules == ["M4"]
    assert "enligt M4" in await world.explanation(mobile)


async def test_a_threatening_call_is_recorded_with_both_voices_where_the_setting_says_so(
    world: World,
) -> None:
    """M4: no longer once it is confidential. Of the code the other phone gets the keys, and no other sound."""
    await world.given_setting("record_threats", True)
    await world.given_operator(ULLA)
    ulla = await world.siplet(ULLA)
    caller = await world.citizen("0980319246", dials=MAIN_NUMBER)
    await past_the_greeting(caller)
    line = await ulla.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    await line.press("*29#")
    await told(world, caller, "threat_recording")
    await caller.speaks_to(line, within=LONG)
    await line.speaks_to(caller, within=LONG)
    assert caller.keys_heard == "*29#"
    await line.press("*28#")
    await told(world, caller, "threat_recorded")
    caller.say(OTHER_WORDS)
    await caller.talks_to(line, within=LONG)
    await caller.hangup()

    [kept] = (await world.story(caller)).told["recordings"]
    file = world.settings.state / "recordings" / "threats" / kept["file"]
    assert file.stat().st_mode & 0o777 == 0o600
    for voice in (caller.voice, line.voice):
        assert hearing.heard(file, voice, [OTHER_WORDS]).hit
    assert not hearing.heard(file, OTHER_WORDS).hit
    assert not spooled(world)
    assert "Hotsamtalet spelas in, som bevis" in await world.explanation(caller)


def spooled(world: World) -> list[Path]:
    return list((world.settings.state / "asterisk" / "spool" / "recording").iterdir())


async def told(world: World, caller: Line, signal: str) -> None:
    async def is_told() -> bool:
        signals = (await world.story_so_far(caller)).events("signal")
        return signal in [each["type"] for each in signals]

    await until(is_told, within=LONG, what=signal)


async def test_the_operator_takes_a_confidential_call_back_from_a_mobile_by_the_api(world: World) -> None:
    """M4. Both have heard it; the mobile leaves, and the caller comes back to the operator."""
    caller, mobile, call = await a_confidential_call_with_a_mobile(world)
    ulla = await world.phone(ULLA)
    await world.api.do(f"{call}/takeback")
    await mobile.until_ended(within=LONG)
    line = await ulla.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    assert (await world.story(caller)).rules == ["O2", "M4"]
    assert "den andra kommer tillbaka till telefonisten" in await world.explanation(caller)


async def test_the_operator_takes_it_back_by_a_code_and_has_the_caller_on_that_line(world: World) -> None:
    """M4."""
    caller, mobile, _ = await a_confidential_call_with_a_mobile(world)
    line = await (await world.phone(ULLA)).call("*280#")
    await mobile.until_ended(within=LONG)
    await caller.talks_to(line, within=LONG)
    await caller.hangup()
    await line.until_ended(within=LONG)


async def test_the_operator_moves_it_on_to_a_fixed_telephone_and_to_no_other_mobile(world: World) -> None:
    """M4."""
    caller, mobile, call = await a_confidential_call_with_a_mobile(world)
    elsa = await world.phone(ELSA)
    with pytest.raises(ApiRefusedError) as refusal:
        await world.api.do(f"{call}/transfer", {"to": SOMEBODY})
    assert refusal.value.problem["rules"] == ["M4"]
    await caller.talks_to(mobile, within=LONG)
    await world.api.do(f"{call}/transfer", {"to": "205"})
    line = await elsa.rings(within=LONG)
    await mobile.until_ended(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    assert not world.carrier.rang(SOMEBODY)


async def a_confidential_call_with_a_mobile(world: World) -> tuple[Line, Line, str]:
    """An operator has put a caller through to a mobile, by an exception, and marked the call: lines, path."""
    await world.given_exception("person", ANNA)
    caller, line = await an_operator_with_a_caller(world)
    mobile = await put_through(line.transfer(ANNAS_MOBILE), world.mobile(ANNAS_MOBILE, within=LONG))
    await caller.talks_to(mobile, within=LONG)
    await line.until_ended(within=LONG)
    path = f"/live/calls/{(await the_call(world, '+46980319246'))['id']}"
    await world.api.do(f"{path}/confidential")
    await world.hears(caller, CONFIDENTIAL, pieces=3, within=LONG)
    await world.hears(mobile, CONFIDENTIAL, in_call_of=caller, pieces=3, within=LONG)
    return caller, mobile, path
