"""Exceptions to O2: granted over REST they count for the very next transfer, and no longer, wider or more often."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from e2e.support.switchboard import (
    LONG,
    ULLA,
    VIKTOR,
    an_operator_with_a_caller,
    an_operator_with_a_colleague,
    nobody_outside_was_rung,
    put_through,
    refused,
)
from e2e.support.world import World
from e2e.test_live_api import the_call
from hanvisa.lab.api import Json
from hanvisa.lab.lines import Line
from hanvisa.lab.waiting import until

ANNA, CARL, KARIN, VERA = "hallefors-201", "bkt-505", "hallefors-211", "ljusnarsberg-410"
ANNAS_MOBILE, CARLS_MOBILE, KARINS_MOBILE = "0701740605", "0701740627", "0701740610"
CONFIDENTIAL_LINE = "0980319271"  # of the operators' own department, which is not confidential


async def test_one_counts_for_the_very_next_transfer_and_revoked_for_none_after(world: World) -> None:
    caller, line = await an_operator_with_a_caller(world)
    exception = await world.given_exception("person", ANNA)
    await world.revoke(exception)
    await refused(line.transfer(ANNAS_MOBILE))
    await nobody_outside_was_rung(world)
    await world.given_exception("person", ANNA)
    mobile = await put_through(line.transfer(ANNAS_MOBILE), world.mobile(ANNAS_MOBILE, within=LONG))
    await caller.talks_to(mobile, within=LONG)
    await line.until_ended()
    assert "Tillåtet genom undantag från O2: Jour" in await world.explanation(caller)


async def test_an_operator_makes_one_on_the_spot_that_counts_once_and_for_its_call(world: World) -> None:
    """O2: where the setting lets them, with a reason, which their head sees."""
    await world.given_setting("exceptions_on_the_spot", True)
    caller, line = await an_operator_with_a_caller(world)
    await refused(line.transfer(ANNAS_MOBILE))
    call = await the_call(world, "+46980319246")
    async with world.api_of(ULLA, "operator") as ullas:
        made = await ullas.post(
            f"/live/calls/{call['id']}/exception",
            {"scope": {"kind": "number", "number": ANNAS_MOBILE}, "reason": "Läckan måste stoppas nu"},
        )
    mobile = await put_through(line.transfer(f"*63*{ANNAS_MOBILE}"), world.mobile(ANNAS_MOBILE, within=LONG))
    await caller.talks_to(mobile, within=LONG)
    assert await uses(world, made) == [call["id"]]
    await mobile.hangup()
    again = await (await world.phone(ULLA)).rings(within=LONG)
    await again.answer()
    await caller.talks_to(again, within=LONG)
    await refused(again.transfer(ANNAS_MOBILE))
    seen = await world.api.items("/exceptions", on_the_spot="true", since=made["starts_at"])
    assert [one["id"] for one in seen] == [made["id"]]


async def test_an_ended_one_lets_nothing_through(world: World) -> None:
    _, line = await an_operator_with_a_colleague(world)
    exception = await world.given_exception(until=timedelta(seconds=1))
    ends_at = datetime.fromisoformat(exception["ends_at"])
    await until(lambda: datetime.now(UTC) > ends_at, what="the exception's end")
    await refused(line.transfer(ANNAS_MOBILE))
    await nobody_outside_was_rung(world)


async def test_a_used_up_one_lets_nothing_through(world: World) -> None:
    exception = await world.given_exception("department", CARL, max_uses=1)
    caller, line = await an_operator_with_a_colleague(world)
    mobile = await put_through(line.transfer(CARLS_MOBILE), world.mobile(CARLS_MOBILE, within=LONG))
    await caller.talks_to(mobile, within=LONG)
    story = await world.story(caller)
    assert await uses(world, exception) == [story.id]
    await caller.hangup()

    _, line = await an_operator_with_a_colleague(world, colleague="hallefors-207")
    await refused(line.transfer(CARLS_MOBILE))
    assert await uses(world, exception) == [story.id]


async def test_one_for_another_operator_is_not_for_this_one(world: World) -> None:
    viktor = str(world.person(VIKTOR).id)
    await world.given_exception("organisation", ANNA, operators=[viktor])
    _, ullas = await an_operator_with_a_colleague(world)
    await refused(ullas.transfer(ANNAS_MOBILE))
    await nobody_outside_was_rung(world)
    caller, viktors = await an_operator_with_a_colleague(world, operator=VIKTOR, colleague="hallefors-207")
    mobile = await put_through(viktors.transfer(ANNAS_MOBILE), world.mobile(ANNAS_MOBILE, within=LONG))
    await caller.talks_to(mobile, within=LONG)


async def test_one_with_a_weekly_schedule_counts_within_it_only(world: World) -> None:
    today = datetime.now().astimezone().isoweekday()
    elsewhen = {"days": [(today + 2) % 7 + 1], "start": "00:00", "end": "00:00"}
    always = {"days": [1, 2, 3, 4, 5, 6, 7], "start": "00:00", "end": "00:00"}
    exception = await world.given_exception("number", ANNAS_MOBILE, weekly=[elsewhen])
    caller, line = await an_operator_with_a_colleague(world)
    await refused(line.transfer(ANNAS_MOBILE))
    await nobody_outside_was_rung(world)
    await world.api.change(f"/exceptions/{exception['id']}", {"weekly": [always]})
    mobile = await put_through(line.transfer(ANNAS_MOBILE), world.mobile(ANNAS_MOBILE, within=LONG))
    await caller.talks_to(mobile, within=LONG)


async def test_of_two_at_once_on_the_last_use_exactly_one_gets_through(world: World) -> None:
    exception = await world.given_exception(max_uses=1)
    (one, ullas), (other, viktors) = await asyncio.gather(
        an_operator_with_a_colleague(world),
        an_operator_with_a_colleague(world, operator=VIKTOR, colleague="hallefors-207"),
    )
    asked = [
        asyncio.create_task(ullas.transfer(ANNAS_MOBILE)),
        asyncio.create_task(viktors.transfer(CARLS_MOBILE)),
    ]
    mobile = await until(lambda: next(iter(world.carrier.offered), None), within=LONG, what="a mobile rings")
    await mobile.answer()
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert [getattr(outcome, "status", None) for outcome in outcomes] in ([None, 603], [603, None])
    if outcomes[0] is None:
        await one.talks_to(mobile, within=LONG)
        assert viktors.is_up
    else:
        await other.talks_to(mobile, within=LONG)
        assert ullas.is_up
    assert len(world.carrier.offered) == 1
    assert len(await uses(world, exception)) == 1


@pytest.mark.parametrize("confidential", ["department", "person", "line"])
async def test_a_confidential_call_is_refused_by_m4_whatever_the_exceptions(
    world: World, confidential: str
) -> None:
    await world.given_exception("everyone")
    match confidential:
        case "department":
            caller, line = await an_operator_with_a_caller(world)
        case "person":
            caller, line = await an_operator_with_somebody_who_sought(world, VERA)
        case _:
            caller, line = await an_operator_with_a_caller(world, dials=CONFIDENTIAL_LINE)
    await refused(line.transfer(KARINS_MOBILE if confidential == "department" else ANNAS_MOBILE))
    await world.hears(line, "sekretess", in_call_of=caller, pieces=1, within=LONG)
    await nobody_outside_was_rung(world)
    assert "M4" in (await world.story(caller)).rules


async def test_a_consultation_that_one_let_through_is_joined_with_the_caller_for_one_use(
    world: World,
) -> None:
    exception = await world.given_exception("number", ANNAS_MOBILE, max_uses=1)
    ulla = await world.phone(ULLA)
    caller, line = await an_operator_with_a_caller(world)
    await line.hold()
    consultation = await ulla.call(ANNAS_MOBILE)
    mobile = await world.mobile(ANNAS_MOBILE, within=LONG)
    await mobile.answer()
    await consultation.talks_to(mobile, within=LONG)
    await line.attended(consultation)
    await caller.talks_to(mobile, within=LONG)
    await line.until_ended()
    await consultation.until_ended()
    assert len(await uses(world, exception)) == 1


async def an_operator_with_somebody_who_sought(world: World, who: str) -> tuple[Line, Line]:
    """A citizen has rung an absent person's direct number, pressed 0, and talks with the operator: their lines."""
    await world.given_operator(ULLA)
    ulla = await world.phone(ULLA)
    caller = await world.citizen("0980319247", dials=world.direct_number(who))
    await caller.until_up(within=LONG)
    await caller.press("0")
    line = await ulla.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    return caller, line


async def uses(world: World, exception: Json) -> list[str]:
    """The calls that used the exception, and that its count says the same."""
    told = await world.api.get(f"/exceptions/{exception['id']}/uses")
    found = [str(use["call"]) for use in told["items"]]
    assert (await world.api.get(f"/exceptions/{exception['id']}"))["uses"] == len(found)
    return found
