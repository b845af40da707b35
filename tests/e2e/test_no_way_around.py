"""Every way in which a caller could be joined to a mobile, and what is let alone (O2, M3, M4)."""

import asyncio
from datetime import timedelta

from e2e.support.switchboard import (
    DECLINED,
    LONG,
    ULLA,
    an_operator_with_a_caller,
    an_operator_with_a_colleague,
    nobody_outside_was_rung,
    past_the_greeting,
    put_through,
    refused,
)
from e2e.support.world import World
from hanvisa.lab.lines import Line, TransferRefusedError
from hanvisa.lab.siplet_line import SipletLine
from hanvisa.lab.stories import Story
from hanvisa.lab.waiting import until

ANNA, CARL, ELSA, FREDRIK, OLGA = (
    "hallefors-201",
    "bkt-505",
    "hallefors-205",
    "hallefors-206",
    "hallefors-215",
)
CITIZEN = "0980319249"
ANNAS_MOBILE, ELSAS_MOBILE, AXELS_MOBILE = "0701740605", "0701740608", "0701740626"
LONG_NAMED = "0980319275"  # the main number of an organisation whose name takes a while to say
BAD_REQUEST = 400
PLENTY = 100_000  # lines of a log

SPELLINGS = {
    "as dialled": "sip:0701740605@{switch}",
    "with separators": "sip:070-174%2006%2005@{switch}",
    "international": "sip:+46701740605@{switch}",
    "00 and the country": "sip:0046701740605@{switch}",
    "the outside-line prefix": "sip:00701740605@{switch}",
    "prefix and international": "sip:00046701740605@{switch}",
    "percent-encoded": "sip:%30%37%301740605@{switch}",
    "withheld": "sip:%2331%230701740605@{switch}",
    "by another carrier": "sip:957000701740605@{switch}",
    "a phone's own context": "sip:701740605;phone-context=+46@{switch};user=phone",
    "a foreign mobile": "sip:00447700900123@{switch}",
    "other digits": "sip:%EF%BC%90%EF%BC%97%EF%BC%901740605@{switch}",
    "letters": "sip:anna@{switch}",
    "garbage": "sip:%F0%9F%93%B1@{switch}",
    "nothing": "sip:{switch}",
}


async def test_no_spelling_of_a_mobile_is_let_through_by_refer(world: World) -> None:
    """RFC 3515: a REFER without a Refer-To is bad; a tel: URI is refused by Asterisk itself."""
    odd = await world.siplet(ULLA)
    caller, line = await an_operator_with_a_colleague(world, phone=odd)
    assert isinstance(line, SipletLine)
    told = {
        name: await outcome_of(line, ("Refer-To", f"<{uri.format(switch=world.switch)}>"))
        for name, uri in SPELLINGS.items()
    }
    assert told == dict.fromkeys(SPELLINGS, DECLINED)
    assert await outcome_of(line, ("Refer-To", "<tel:+46701740605>")) == BAD_REQUEST
    assert await outcome_of(line, ("Refer-To", "")) == BAD_REQUEST
    assert await outcome_of(line) == BAD_REQUEST
    await nobody_outside_was_rung(world)
    assert caller.is_up
    assert line.is_up


async def test_a_transfer_to_an_extension_that_forwards_to_a_mobile_is_refused(world: World) -> None:
    elsa = await world.phone(ELSA)
    await world.given_forwarding(ELSA, ELSAS_MOBILE)
    caller, line = await an_operator_with_a_colleague(world)
    await refused(line.transfer("205"))
    await nobody_outside_was_rung(world)
    assert not elsa.has_rung
    await until_rules(world, caller, "O2", "M3")


async def test_a_protected_persons_mobile_is_not_told_when_a_colleague_is_forwarded_to_it(
    world: World,
) -> None:
    """Anna is, for a while: before, the operator is told that hers may be given out."""
    await world.phone(ELSA)
    await world.given_forwarding(ELSA, ANNAS_MOBILE)
    caller, line = await an_operator_with_a_colleague(world)
    assert "tell_mobile_number" in await allowed_instead(world, caller, line)
    anna = f"/persons/{world.person(ANNA).id}"
    await world.api.change(anna, {"protected": True})
    try:
        assert "tell_mobile_number" not in await allowed_instead(world, caller, line)
    finally:
        await world.api.change(anna, {"protected": False})
    await nobody_outside_was_rung(world)


async def allowed_instead(world: World, caller: Line, line: Line) -> list[str]:
    """Of the transfer to Elsa, which is refused."""
    before = len((await world.story(caller)).decisions)
    await refused(line.transfer("205"))

    async def decided() -> list[str] | None:
        decisions = (await world.story(caller)).decisions
        return [one["kind"] for one in decisions[-1]["alternatives"]] if len(decisions) > before else None

    kinds: list[str] = await until(decided, within=LONG, what="the refusal in the story")
    return kinds


async def test_a_transfer_to_a_group_of_mobiles_is_refused_and_of_a_mixed_one_the_phones_alone_ring(
    world: World,
) -> None:
    carl = await world.phone(CARL)
    caller, line = await an_operator_with_a_colleague(world)
    await refused(line.transfer("0980319272"))
    carls = await put_through(line.transfer("0406280490"), carl.rings(within=LONG))
    await caller.talks_to(carls, within=LONG)
    await nobody_outside_was_rung(world)


async def test_a_phones_redirect_to_a_mobile_is_followed_for_untouched_calls_only(world: World) -> None:
    """And while the phone is forwarded there: here where it is busy, which has an end and takes from the allowance."""
    elsas = await world.siplet(ELSA)
    elsas.redirects_to = ELSAS_MOBILE
    await world.given_forwarding(ELSA, ELSAS_MOBILE, kind="busy")
    caller, line = await an_operator_with_a_colleague(world)
    await line.transfer("205")
    await world.commanded(caller, "Elsa Hedström svarar inte just nu", within=LONG)
    await until_rules(world, caller, "O2", "M3", "G1", "O1")
    await nobody_outside_was_rung(world)
    await caller.hangup()

    citizen = await world.citizen("0980319244", dials=world.direct_number(ELSA))
    mobile = await world.mobile(ELSAS_MOBILE, within=LONG)
    await mobile.answer()
    await citizen.talks_to(mobile, within=LONG)


async def test_a_phone_that_redirects_to_a_mobile_by_itself_is_not_followed(world: World) -> None:
    """M3: what is set in the phone has no end, takes from no allowance, and is seen nowhere."""
    elsas = await world.siplet(ELSA)
    elsas.redirects_to = ELSAS_MOBILE
    citizen = await world.citizen("0980319244", dials=world.direct_number(ELSA))
    await world.commanded(citizen, "Elsa Hedström svarar inte just nu", within=LONG)
    await until_rules(world, citizen, "M3", "G1")
    assert "följs medan en vidarekoppling dit gäller (M3)" in await world.explanation(citizen)
    await nobody_outside_was_rung(world)


async def test_a_mobile_that_takes_the_operators_place_is_taken_off_at_once(world: World) -> None:
    """INVITE with Replaces (RFC 3891): Asterisk has carried it out when it is decided."""
    caller, line = await an_operator_with_a_caller(world)
    mobile = await world.carrier.call(
        "0980319200", from_=ANNAS_MOBILE, headers={"Replaces": line.dialog.replaces}
    )
    await mobile.until_ended(within=LONG)
    await caller.talks_to(line, within=LONG)
    await until_rules(world, caller, "O2")


async def test_an_operator_to_whom_the_organisation_is_whispered_rings_no_mobile_and_keeps_the_caller(
    world: World,
) -> None:
    """O2. The caller is theirs from the answer on, though the two are joined when all has been said."""
    await world.given_setting("whisper", "always")
    await world.given_operator(ULLA)
    ulla = await world.phone(ULLA)
    caller = await world.citizen("0980319246", dials=LONG_NAMED)
    await past_the_greeting(caller)
    line = await ulla.rings(within=LONG)
    await line.answer()
    await world.commanded(caller, "Förbundet för räddningstjänst", within=LONG)
    consultation = await ulla.call(ANNAS_MOBILE)
    await world.commanded(consultation, "du kan inte ringa en mobil medan du har ett samtal", within=LONG)
    assert "Talking" not in stages_of(await world.story_so_far(caller))
    await consultation.hangup()
    await caller.talks_to(line, within=LONG)
    await nobody_outside_was_rung(world)


def stages_of(story: Story) -> list[str]:
    return [stage["name"] for stage in story.events("stage")]


async def test_a_colleague_may_take_the_operators_place(world: World) -> None:
    fredrik = await world.phone(FREDRIK)
    caller, line = await an_operator_with_a_caller(world)
    fredriks = await fredrik.call("290", headers={"Replaces": line.dialog.replaces})
    await caller.talks_to(fredriks, within=LONG)
    await line.until_ended(within=LONG)


async def test_a_mobile_that_rings_in_does_not_reach_an_operator_who_has_a_caller(world: World) -> None:
    """O2. A conference in the phone can't be seen."""
    ulla = await world.phone(ULLA)
    caller, line = await an_operator_with_a_caller(world)
    await line.hold()
    mobile = await world.citizen(ANNAS_MOBILE, dials=world.direct_number(ULLA))
    await world.commanded(mobile, "sitter i ett annat samtal", within=LONG)
    assert len(ulla.lines) == 1
    assert caller.is_up
    assert line.is_up


async def test_an_operator_for_whom_somebody_outside_still_rings_has_no_mobile(world: World) -> None:
    """O2. Both answered, a conference in the phone would join them."""
    ulla = await world.phone(ULLA)
    await ulla.call(CITIZEN)
    await world.carrier.rings_at(CITIZEN, within=LONG)
    second = await ulla.call(ANNAS_MOBILE)
    await world.commanded(second, "du kan inte ringa en mobil medan du har ett samtal", within=LONG)
    mobile = await world.citizen(ANNAS_MOBILE, dials=world.direct_number(ULLA))
    await world.commanded(mobile, "sitter i ett annat samtal", within=LONG)
    assert not world.carrier.rang(ANNAS_MOBILE)
    assert not ulla.has_rung


async def test_nor_has_a_colleague_for_whom_a_confidential_line_rings(world: World) -> None:
    """M4."""
    fredrik, olga = await world.phone(FREDRIK), await world.phone(OLGA)
    await fredrik.call("215")
    await olga.rings(within=LONG)
    second = await fredrik.call(AXELS_MOBILE)
    await until_rules(world, second, "M4")
    assert not world.carrier.rang(AXELS_MOBILE)


async def test_o2_follows_the_caller_to_the_colleague_they_were_sent_to(world: World) -> None:
    elsa = await world.phone(ELSA)
    caller, line = await an_operator_with_a_caller(world)
    elsas = await put_through(line.transfer("205"), elsa.rings(within=LONG))
    await caller.talks_to(elsas, within=LONG)
    await refused(elsas.transfer(ANNAS_MOBILE))
    await world.hears(elsas, "koppling till mobil är inte tillåten", in_call_of=caller, pieces=1, within=LONG)
    await nobody_outside_was_rung(world)
    assert caller.is_up
    assert elsas.is_up


async def test_a_caller_whom_no_operator_touched_meets_m3_and_m4_only(world: World) -> None:
    elsa, olga = await world.phone(ELSA), await world.phone(OLGA)
    caller = await world.citizen("0980319244", dials=world.direct_number(ELSA))
    elsas = await elsa.rings(within=LONG)
    await elsas.answer()
    await caller.talks_to(elsas, within=LONG)
    mobile = await put_through(elsas.transfer(ANNAS_MOBILE), world.mobile(ANNAS_MOBILE, within=LONG))
    await caller.talks_to(mobile, within=LONG)

    sensitive = await world.citizen("0980319245", dials=world.direct_number(OLGA))
    olgas = await olga.rings(within=LONG)
    await olgas.answer()
    await sensitive.talks_to(olgas, within=LONG)
    await refused(olgas.transfer(AXELS_MOBILE))
    await until_rules(world, sensitive, "M4")
    assert not world.carrier.rang(AXELS_MOBILE)


async def test_a_forwarding_to_a_mobile_is_followed_for_a_caller_whom_no_operator_touched(
    world: World,
) -> None:
    elsa = await world.phone(ELSA)
    await world.given_forwarding(ELSA, ELSAS_MOBILE, until=timedelta(minutes=30))
    caller = await world.citizen("0980319244", dials=world.direct_number(ELSA))
    mobile = await world.mobile(ELSAS_MOBILE, within=LONG)
    await mobile.answer()
    await caller.talks_to(mobile, within=LONG)
    assert not elsa.has_rung
    await until_rules(world, caller, "M3")


async def test_what_the_carrier_brings_never_goes_out_again(world: World) -> None:
    callers = [
        await world.citizen(number, dials=dialled)
        for number, dialled in (("0980319244", ANNAS_MOBILE), ("0980319245", "0980319260"))
    ]
    await asyncio.gather(
        *(
            world.hears(caller, "numret du har slagit används inte", pieces=1, within=LONG)
            for caller in callers
        )
    )
    await nobody_outside_was_rung(world)


async def test_a_call_that_is_over_is_not_served_once_more(world: World) -> None:
    before = len(world.system.asterisk.log(PLENTY).splitlines())
    caller, _ = await an_operator_with_a_colleague(world)
    citizen = await world.citizen("0980319245", dials=ANNAS_MOBILE)
    await world.commanded(citizen, "numret du har slagit används inte", within=LONG)
    await asyncio.gather(caller.hangup(), citizen.hangup())
    await world.nothing_left()
    since = world.system.asterisk.log(PLENTY).splitlines()[before:]
    assert not [line for line in since if "not claimed" in line or "Dangerous" in line]


async def outcome_of(line: SipletLine, *headers: tuple[str, str]) -> int | None:
    """What the phone is told of this REFER."""
    try:
        await line.refer(*headers)
    except TransferRefusedError as refusal:
        return refusal.status
    return 200


async def until_rules(world: World, caller: Line, *rules: str) -> None:
    """The story of this caller's call names these rules, and no others."""

    async def named() -> bool:
        told = (await world.story(caller)).rules
        assert told == list(rules), told
        return True

    await until(named, within=LONG, what=f"the rules {rules} in the story")
