"""Forwarding one's phone by code, and what becomes of its calls: inside freely, to a mobile sparingly (M3, M4, O2)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from e2e.support.switchboard import (
    LONG,
    an_operator_with_a_colleague,
    nobody_outside_was_rung,
    settled,
)
from e2e.support.world import World
from hanvisa.lab.lines import Line
from hanvisa.policy.forwarding import default_end
from hanvisa.policy.swedish_time import LOCAL

FREDRIK, HENRIK, OLGA = "hallefors-206", "hallefors-208", "hallefors-215"
HENRIKS_MOBILE = "0701740609"
TOLD = {
    "always": "Telefonen är vidarekopplad till",
    "busy": "När telefonen är upptagen vidarekopplas samtalen till",
    "no_answer": "När ingen svarar vidarekopplas samtalen till",
}
HENRIKS_MOBILE_TOLD = "noll sju noll, ett sju fyra, noll sex, noll nio"


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def in_use(world: World) -> AsyncIterator[None]:
    """The service has settled; whatever somebody has forwarded is ended."""
    await settled(world)
    yield
    for who in (HENRIK, OLGA):
        for forwarding in await forwardings(world, who):
            await world.end("/forwardings", forwarding)


async def test_a_phone_is_forwarded_to_a_colleague_and_rings_again_when_that_is_over(world: World) -> None:
    """Inside it is free: no days are counted."""
    henrik, fredrik = await world.phone(HENRIK), await world.phone(FREDRIK)
    told = await forwards(world, "*21*206#", f"{TOLD['always']} två noll sex")
    assert "dagar" not in told
    caller = await world.citizen("0980319240", dials=world.direct_number(HENRIK))
    await is_answered(caller, await fredrik.rings(within=LONG))
    assert not henrik.has_rung

    stopping = await dials(world, HENRIK, "#21#")
    await world.hears(stopping, "Vidarekopplingen är avslutad", within=LONG)
    await stopping.until_ended(within=LONG)
    caller = await world.citizen("0980319241", dials=world.direct_number(HENRIK))
    await is_answered(caller, await henrik.rings(within=LONG))


async def test_a_phone_is_forwarded_to_a_mobile_with_an_end_and_its_days_told(world: World) -> None:
    """M3: until 17 the same day, or midnight; of the month's ten days this one is used."""
    at = datetime.now(UTC)
    told = await forwards(world, f"*21*{HENRIKS_MOBILE}#", f"{TOLD['always']} {HENRIKS_MOBILE_TOLD}")
    end = "i dag klockan sjutton" if default_end(at).astimezone(LOCAL).hour else "i morgon"
    assert f"fram till {end}" in told
    assert "kvar den här månaden, nio" in told
    [forwarding] = await forwardings(world, HENRIK)
    assert datetime.fromisoformat(forwarding["ends_at"]) == default_end(at)
    caller = await world.citizen("0980319240", dials=world.direct_number(HENRIK))
    await is_answered(caller, await world.mobile(HENRIKS_MOBILE, within=LONG))
    assert "M3" in (await world.story(caller)).rules


@pytest.mark.parametrize(("code", "kind"), [("*67", "busy"), ("*61", "no_answer")])
async def test_when_busy_and_no_answer_lead_a_direct_call_to_the_mobile_then_only(
    world: World, code: str, kind: str
) -> None:
    henrik = await world.phone(HENRIK)
    await forwards(world, f"{code}*{HENRIKS_MOBILE}#", f"{TOLD[kind]} {HENRIKS_MOBILE_TOLD}")
    caller = await world.citizen("0980319240", dials=world.direct_number(HENRIK))
    await is_answered(caller, await henrik.rings(within=LONG))
    await nobody_outside_was_rung(world)

    henrik.busy = kind == "busy"
    caller = await world.citizen("0980319241", dials=world.direct_number(HENRIK))
    await is_answered(caller, await world.mobile(HENRIKS_MOBILE, within=LONG))
    stopping = await dials(world, HENRIK, f"#{code[1:]}#")
    await world.hears(stopping, "Vidarekopplingen är avslutad", within=LONG)
    assert not await forwardings(world, HENRIK)


async def test_whom_an_operator_transfers_does_not_follow_to_the_mobile_when_nobody_answers(
    world: World,
) -> None:
    """O2 follows the caller: the operator is long free when the forwarding is met."""
    henrik = await world.phone(HENRIK)
    await world.given_forwarding(HENRIK, HENRIKS_MOBILE, kind="no_answer")
    caller, line = await an_operator_with_a_colleague(world)
    await line.transfer("208")
    await henrik.rings(within=LONG)
    await world.commanded(caller, "Henrik Öberg svarar inte just nu", within=LONG)
    assert "O2" in (await world.story(caller)).rules
    await nobody_outside_was_rung(world)


async def test_a_confidential_line_is_not_forwarded_to_a_mobile(world: World) -> None:
    """M4."""
    await is_refused(world, OLGA, "En sekretesslinje vidarekopplas aldrig till mobil", "confidential_line")


async def test_no_more_days_than_the_month_has_are_forwarded_to_mobiles(world: World) -> None:
    """M3: what is forwarded already, for whatever case, has used its days. An admin has said how many, a moment ago.

    From yesterday until tomorrow: two days of this month at least, on its first and last day too.
    """
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await world.given_forwarding(
        HENRIK, HENRIKS_MOBILE, starts_at=yesterday.isoformat(), until=timedelta(days=1), kind="busy"
    )
    await world.given_setting("forwarding_days", 1)
    await is_refused(world, HENRIK, "Månadens dagar med vidarekoppling till mobil räcker inte", "used_up")


async def dials(world: World, account: str, code: str) -> Line:
    """On the small phone, which loses no first syllable."""
    return await (await world.siplet(account)).call(code.replace("#", "%23"))


async def forwards(world: World, code: str, words: str) -> str:
    """Henrik dials the code and hears these words: all the words of the confirmation."""
    dialling = await dials(world, HENRIK, code)
    await world.hears(dialling, words, within=LONG)
    await dialling.until_ended(within=LONG)
    await (await world.siplet(HENRIK)).unplug()  # his other phone is the one that rings
    return (await world.commanded(dialling, words)).words


async def is_refused(world: World, who: str, words: str, why: str) -> None:
    """Who wants to forward their phone to Henrik's mobile hears these words, and nothing is set to be followed."""
    before = await forwardings(world, who)
    dialling = await dials(world, who, f"*21*{HENRIKS_MOBILE}#")
    await world.hears(dialling, words, within=LONG)
    await dialling.until_ended(within=LONG)
    outcomes = (await world.story(dialling)).events("outcome")
    assert [(outcome["outcome"], outcome["why"]) for outcome in outcomes] == [("code_wrong", why)]
    assert await forwardings(world, who) == before


async def is_answered(caller: Line, line: Line) -> None:
    """They talk, and hang up."""
    await line.answer()
    await caller.talks_to(line, within=LONG)
    await caller.hangup()
    await line.until_ended(within=LONG)


async def forwardings(world: World, who: str) -> list[Any]:
    items: list[Any] = await world.api.items("/forwardings", person=str(world.person(who).id))
    return items
