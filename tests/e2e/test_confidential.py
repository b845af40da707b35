"""A call that is marked confidential, or as a threat, while two talk (M4)."""

from e2e.support.switchboard import LONG, an_operator_with_a_caller, nobody_outside_was_rung, refused
from e2e.support.world import World
from e2e.test_live_api import the_call
from hanvisa.lab.waiting import until

TORA = "hallefors-219"
SOMEBODY = "0701740691"
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
