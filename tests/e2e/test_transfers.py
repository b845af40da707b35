"""What an operator's transfer leads to: inside, outside, to somebody who is not there, and to a mobile (O1, O2)."""

import asyncio
from datetime import timedelta
from time import monotonic

from e2e.support.switchboard import (
    LONG,
    ULLA,
    an_operator_with_a_caller,
    comes_back,
    nobody_outside_was_rung,
    put_through,
    refused,
    shown_at,
)
from e2e.support.world import World
from hanvisa.lab.lines import Line
from hanvisa.lab.siplet_line import SipletLine
from hanvisa.lab.stories import Story
from hanvisa.lab.waiting import until

ANNA, DAVID, ELSA, FREDRIK = "hallefors-201", "hallefors-204", "hallefors-205", "hallefors-206"
ANNAS_MOBILE = "0701740605"
ELSAS_NUMBER = ["noll", "nio", "åtta", "noll", "trettioett", "nittiotvå", "noll", "fem"]

OFFERS = 9  # the files of the ways on, at the end of a referral


async def test_a_blind_transfer_to_an_extension_joins_the_two_and_frees_the_operator(world: World) -> None:
    elsa = await world.phone(ELSA)
    caller, line = await an_operator_with_a_caller(world)
    elsas = await put_through(line.transfer("205"), elsa.rings())
    await caller.talks_to(elsas, within=LONG)
    await line.until_ended()


async def test_an_attended_transfer_to_an_extension_joins_the_two_and_frees_the_operator(
    world: World,
) -> None:
    elsa, ulla = await world.phone(ELSA), await world.phone(ULLA)
    caller, line = await an_operator_with_a_caller(world)
    await line.hold()
    consultation = await ulla.call("205")
    elsas = await elsa.rings(within=LONG)
    await elsas.answer()
    await consultation.talks_to(elsas, within=LONG)
    await line.attended(consultation)
    await caller.talks_to(elsas, within=LONG)
    await line.until_ended()
    await consultation.until_ended()


async def test_an_operator_with_a_caller_from_abroad_is_told_in_swedish_why(world: World) -> None:
    """O2."""
    caller, line = await an_operator_with_a_caller(world, number="+442079460958")
    await refused(line.transfer(ANNAS_MOBILE))
    told = "Koppling till mobil är inte tillåten"
    await world.hears(line, told, in_call_of=caller, pieces=2, within=LONG)
    assert (await world.story(caller)).spoken[0].language == "en"


async def test_an_operator_whose_phone_hangs_up_behind_a_refused_transfer_has_the_caller_again(
    world: World,
) -> None:
    """O2: the caller stays. The phone sends BYE as soon as its REFER is accepted (RFC 5589, 6.1)."""
    ulla = await world.siplet(ULLA)
    caller, line = await an_operator_with_a_caller(world, phone=ulla)
    assert isinstance(line, SipletLine)
    await line.refer(("Refer-To", f"<sip:{ANNAS_MOBILE}@{world.switch}>"), stays=False)
    await comes_back(world, caller, ulla, "ÅTER")
    await nobody_outside_was_rung(world)


async def test_a_transfer_to_a_departments_number_rings_its_members_together(world: World) -> None:
    anna, elsa = await world.phone(ANNA), await world.phone(ELSA)
    caller, line = await an_operator_with_a_caller(world)
    asked = asyncio.create_task(line.transfer("282"))
    annas, elsas = await anna.rings(within=LONG), await elsa.rings(within=LONG)
    await elsas.answer()
    await asked
    await caller.talks_to(elsas, within=LONG)
    await annas.until_ended()


async def test_a_transfer_to_an_outside_fixed_number_goes_out(world: World) -> None:
    caller, line = await an_operator_with_a_caller(world)
    outside = await put_through(line.transfer("0980319260"), world.mobile("0980319260", within=LONG))
    await caller.talks_to(outside, within=LONG)
    await line.until_ended()


async def test_who_is_sent_on_to_an_absent_person_hears_the_direct_number_and_gets_back_with_zero(
    world: World,
) -> None:
    elsa, ulla = await world.phone(ELSA), await world.phone(ULLA)
    await world.given_absent(ELSA, reason="sammanträde", until=timedelta(hours=2))
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer("205")
    said = await world.commanded(caller, "direktnumret är", within=LONG)
    assert "Elsa Hedström är på sammanträde" in said.words
    assert direct_number(said.words) == ELSAS_NUMBER
    await caller.hears(*said.files[:-OFFERS], within=LONG)
    assert not elsa.has_rung

    await caller.press("0")
    await comes_back(world, caller, ulla, "ÅTER Elsa H: frånvarande")


async def test_busy_and_no_answer_are_referred_likewise(world: World) -> None:
    elsa, fredrik, ulla = await world.phone(ELSA), await world.phone(FREDRIK), await world.phone(ULLA)
    elsa.busy = True
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer("205")
    said = await world.commanded(caller, "Elsa Hedström sitter i ett annat samtal", within=LONG)
    assert direct_number(said.words) == ELSAS_NUMBER
    await caller.hears(*said.files[:4], within=LONG)
    await caller.press("0")
    line = await comes_back(world, caller, ulla, "ÅTER Elsa H: upptagen")

    await line.transfer("206")
    rings = await fredrik.rings(within=LONG)
    await rings.until_ended(within=LONG)
    said = await world.commanded(caller, "Fredrik Ståhl svarar inte just nu", within=LONG)
    assert "Direktnumret är" in said.words
    await caller.hears(*said.files[:4], within=LONG)
    await caller.press("0")
    line = await ulla.rings(within=LONG)
    await shown_at(world, ULLA, "ÅTER Fredrik S: svarar ej")
    assert (await world.story(caller)).rules == ["G1", "O1"]


async def test_a_mobile_is_refused_the_operator_is_told_why_alone_and_the_caller_hears_music(
    world: World,
) -> None:
    caller, line = await an_operator_with_a_caller(world)
    since = monotonic()
    await refused(line.transfer(ANNAS_MOBILE))
    reason = await world.commanded(caller, "koppling till mobil är inte tillåten", within=LONG)
    assert "Du får lämna ut mobilnumret, eller direktnumret" in reason.words
    await line.hears(*reason.files, within=LONG, since=since)
    assert not caller.has_heard(reason.files[0])
    assert caller.longest_silence(since) < 1.0, "the caller hears music meanwhile"
    await caller.talks_to(line, within=LONG)
    await nobody_outside_was_rung(world)

    story = await told(world, caller, "transfer_refused")
    assert story.rules == ["O2"]
    assert story.outcome == "transfer_refused"
    assert "Kopplingen nekades, enligt O2. Den som ringer är kvar hos Ulla Brandt." in (
        await world.explanation(caller)
    )


async def test_an_operator_who_holds_the_caller_rings_no_mobile_and_is_told_when_taking_the_hold_off(
    world: World,
) -> None:
    ulla = await world.phone(ULLA)
    caller, line = await an_operator_with_a_caller(world)
    await line.hold()
    consultation = await ulla.call(ANNAS_MOBILE)
    await world.hears(
        consultation, "du kan inte ringa en mobil medan du har ett samtal", pieces=1, within=LONG
    )
    await consultation.hangup()

    await refused(line.transfer(ANNAS_MOBILE))
    story = await told(world, caller, "transfer_refused")
    assert story.saying("koppling till mobil") is None, "nothing is said to a phone that holds"
    await line.resume()
    await world.hears(line, "koppling till mobil är inte tillåten", in_call_of=caller, pieces=2, within=LONG)
    await nobody_outside_was_rung(world)


async def test_without_a_caller_an_operator_rings_mobiles_as_anyone_does(world: World) -> None:
    ulla = await world.phone(ULLA)
    line = await ulla.call(ANNAS_MOBILE)
    mobile = await world.mobile(ANNAS_MOBILE, within=LONG)
    await mobile.answer()
    await line.talks_to(mobile, within=LONG)


async def told(world: World, caller: Line, outcome: str) -> Story:
    """The story of this caller's call, as soon as it tells this outcome."""

    async def so_far() -> Story | None:
        story = await world.story(caller)
        return story if outcome in [each["outcome"] for each in story.events("outcome")] else None

    return await until(so_far, within=LONG, what=f"{outcome} in {caller.name}'s story")


def direct_number(words: str) -> list[str]:
    """The digit groups that are said after "direktnumret är", up to the sentence's end."""
    return words.partition("irektnumret är ")[2].partition(".")[0].replace(",", "").split()
