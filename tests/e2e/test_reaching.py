"""Reaching somebody of ours: they answer, or the caller learns that they are not there, and what to do (G1, G2)."""

import asyncio
import re
from datetime import timedelta
from time import monotonic, time

from e2e.support.switchboard import LONG, ULLA, comes_back, shown_at
from e2e.support.world import World
from hanvisa.lab.hearing import Hearing
from hanvisa.lab.lines import Line
from hanvisa.lab.siplet_line import SipletLine
from hanvisa.lab.stories import Heard
from hanvisa.lab.waiting import until

ANNA, BERTIL, ELSA, FREDRIK, INGRID = (f"hallefors-{number}" for number in (201, 202, 205, 206, 209))
BJORN, HANNA, CARL = "nora-303", "nora-309", "bkt-505"
ABROAD = "+442079460958"
CALLED_OUT = "0701740626"  # the mobile of the technical on-call group


async def test_a_colleagues_call_rings_with_their_name_and_speech_passes_both_ways(world: World) -> None:
    elsa, fredrik, bjorn = await world.phone(ELSA), await world.phone(FREDRIK), await world.phone(BJORN)
    calling = await fredrik.call("205")
    line = await elsa.rings(within=LONG)
    await shown_at(world, ELSA, "Fredrik Ståhl")
    await line.answer()
    await calling.talks_to(line, within=LONG)
    await line.hangup()
    await calling.until_ended()

    calling = await bjorn.call("81205")  # with Hällefors' prefix, from another organisation
    line = await elsa.rings(within=LONG)
    await calling.hangup()
    await line.until_ended()
    assert not line.is_up


async def test_the_speech_begins_within_a_second_of_the_answer_and_the_phone_never_rings(
    world: World,
) -> None:
    elsa = await world.phone(ELSA)
    await world.given_absent(ELSA, reason="sammanträde", until=timedelta(hours=2))
    caller = await world.citizen("0980319210", dials=world.direct_number(ELSA))
    name, *_ = await world.hears(caller, "Elsa Hedström är på sammanträde", pieces=3, within=LONG)
    assert seconds_to_speech(world, caller, name) < 1.0
    story = await world.story(caller)
    assert story.rules == ["G1"]
    assert not story.told["unreferred"]
    assert not elsa.has_rung


async def test_why_somebody_is_sick_is_nobodys_business(world: World) -> None:
    fredrik = await world.phone(FREDRIK)
    await world.given_absent(ELSA, reason="sjuk", until=None)
    caller = await world.citizen("0980319211", dials=world.direct_number(ELSA))
    inside = await fredrik.call("205")
    await asyncio.gather(
        world.hears(caller, "Elsa Hedström är frånvarande.", pieces=2, within=LONG),
        world.hears(inside, "Elsa Hedström är frånvarande.", pieces=2, within=LONG),
    )
    for line in (caller, inside):
        assert all("sjuk" not in spoken.words for spoken in (await world.story(line)).spoken)


async def test_busy_no_answer_and_unplugged_are_referred_all_the_same_and_counted(world: World) -> None:
    elsa, fredrik = await world.phone(ELSA), await world.phone(FREDRIK)
    elsa.busy = True
    sought = {
        ELSA: ("busy", "Elsa Hedström sitter i ett annat samtal"),
        FREDRIK: ("no_answer", "Fredrik Ståhl svarar inte just nu"),
        INGRID: ("unplugged", "Ingrid Malmros kan inte nås just nu"),
    }

    async def referred(who: str, why: str, words: str) -> None:
        caller = await world.citizen(f"0980319{who[-3:]}", dials=world.direct_number(who))
        await world.hears(caller, words, pieces=2, within=LONG)
        await caller.hangup()
        story = await world.story(caller)
        assert [outcome["why"] for outcome in story.events("outcome")] == [why]
        assert story.told["unreferred"]
        assert story.told["person"]["id"] == str(world.person(who).id)

    await asyncio.gather(*(referred(who, *expected) for who, expected in sought.items()))
    assert elsa.has_rung
    assert fredrik.has_rung


async def test_when_somebody_is_best_reached_is_told_and_closes_nothing(world: World) -> None:
    """Anna is best reached in the mornings; her phone rings whenever it is rung (G2)."""
    anna = await world.phone(ANNA)
    caller = await world.citizen("0980319220", dials=world.direct_number(ANNA))
    await anna.rings(within=LONG)
    await world.commanded(caller, "Träffas säkrast vardagar mellan klockan åtta och klockan nio", within=LONG)


async def test_keys_interrupt_the_speech_and_lead_on(world: World) -> None:
    """Star says it again, 3 tells the mobile number, 9 speaks English, 0 leads to an operator who sees whom."""
    ulla = await world.phone(ULLA)
    await world.given_operator(ULLA)
    await world.given_absent(ELSA, reason="sammanträde", until=timedelta(hours=2))
    caller = await world.citizen("0980319212", dials=world.direct_number(ELSA))
    referral = await world.commanded(caller, "är på sammanträde", within=LONG)
    assert (
        "Tryck ett för att lämna ett meddelande, två för avdelningen, tre för mobilnumret, noll för telefonisten, "
        "fyra för att bli uppringd, stjärna för att höra igen" in referral.words
    )
    assert referral.words.endswith("For English, press nine.")
    await caller.hears(*referral.files[:2], within=LONG)

    pressed = await press(caller, "*")
    again = await spoken_anew(world, caller, after=referral)
    assert again.files == referral.files
    await caller.hears(*again.files[:2], since=pressed, within=LONG)

    pressed = await press(caller, "3")
    assert not caller.has_heard(offer_of_english(referral)), "the key has interrupted the speech"
    number = await world.commanded(caller, "mobilnumret till Elsa Hedström", within=LONG)
    assert number.words.startswith(
        "Mobilnumret till Elsa Hedström är noll sju noll, ett sju fyra, noll sex, noll åtta."
    )
    await caller.hears(*number.files[:7], since=pressed, within=LONG)

    pressed = await press(caller, "9")
    english = await world.commanded(caller, "Elsa Hedström is in a meeting", within=LONG)
    assert "press nine" not in english.words
    await caller.hears(*english.files[:2], since=pressed, within=LONG)

    await caller.press("0")
    await comes_back(world, caller, ulla, "ÅTER Elsa H: frånvarande")


async def test_a_protected_mobile_is_not_offered_and_who_presses_nothing_is_bidden_goodbye(
    world: World,
) -> None:
    """Oskar's mobile is protected, Ulrika's is not; both phones are unplugged."""
    oskars, ulrikas = (
        await world.citizen("0980319213", dials=world.direct_number("ljusnarsberg-404")),
        await world.citizen("0980319214", dials=world.direct_number("ljusnarsberg-409")),
    )
    referral = await world.commanded(oskars, "Oskar Thelin kan inte nås just nu", within=LONG)
    assert "mobilnumret" not in referral.words
    assert "mobilnumret" in (await world.commanded(ulrikas, "Ulrika Palm kan inte nås", within=LONG)).words
    await ulrikas.hangup()

    await oskars.press("3")
    offers = await spoken_anew(world, oskars, after=referral)
    assert "meddelande, två för avdelningen, noll för telefonisten" in offers.words, (
        "what is not offered only says the ways on"
    )
    await world.hears(oskars, "Tack för ditt samtal. Hej då", within=LONG)
    await oskars.until_ended()
    assert not any("sju noll" in spoken.words for spoken in (await world.story(oskars)).spoken)


async def test_a_caller_from_abroad_hears_english_and_one_without_a_number_swedish(world: World) -> None:
    await world.given_absent(ELSA, reason="sammanträde", until=timedelta(hours=2))
    abroad, withheld = (
        await world.citizen(ABROAD, dials=world.direct_number(ELSA)),
        await world.citizen(None, dials=world.direct_number(ELSA)),
    )
    await asyncio.gather(
        world.hears(abroad, "Elsa Hedström is in a meeting", pieces=3, within=LONG),
        world.hears(withheld, "Elsa Hedström är på sammanträde", pieces=3, within=LONG),
    )
    assert (await world.story(withheld)).told["caller"] == ""
    assert (await world.story(abroad)).told["caller"] == ABROAD


async def test_a_departments_number_rings_those_who_are_there_together(world: World) -> None:
    """Bertil of the department is away, by the directory."""
    anna, bertil, elsa = await world.phone(ANNA), await world.phone(BERTIL), await world.phone(ELSA)
    caller = await world.citizen("0980319215", dials="0980319282")
    annas, elsas = await anna.rings(within=LONG), await elsa.rings(within=LONG)
    await elsas.answer()
    await caller.talks_to(elsas, within=LONG)
    await annas.until_ended()
    assert not bertil.has_rung


async def test_where_nobody_of_a_department_is_there_its_stand_in_is_rung_and_else_an_operator(
    world: World,
) -> None:
    """Bygg och miljö has Kansliet as its stand-in; Medborgarkontoret in Nora has none."""
    fredrik, ulla, hanna = await world.phone(FREDRIK), await world.phone(ULLA), await world.phone(HANNA)
    await world.given_operator(ULLA)
    stood_in_for = await world.citizen("0980319216", dials="0980319282")
    on_to_the_operator = await world.citizen("0980319217", dials="0846500483")
    line = await fredrik.rings(within=LONG)
    await line.answer()
    await stood_in_for.talks_to(line, within=LONG)
    assert "G3" in (await world.story(stood_in_for)).rules

    not_answered = await hanna.rings(within=LONG)
    await not_answered.until_ended(within=LONG)
    line = await ulla.rings(within=LONG)
    await shown_at(world, ULLA, "ÅTER Medborgarkontoret: svarar ej")
    await line.answer()
    await on_to_the_operator.talks_to(line, within=LONG)


async def test_a_group_rings_its_phones_and_its_mobile_for_a_caller_no_operator_has_touched(
    world: World,
) -> None:
    carl = await world.phone(CARL)
    caller = await world.citizen("0980319218", dials="0406280490")
    line, mobile = await carl.rings(within=LONG), await world.mobile(CALLED_OUT, within=LONG)
    await mobile.answer()
    await caller.talks_to(mobile, within=LONG)
    await line.until_ended()


async def press(line: Line, keys: str) -> float:
    """The moment just before the keys were pressed."""
    moment = monotonic()
    await line.press(keys)
    return moment


async def spoken_anew(world: World, caller: Line, *, after: Heard) -> Heard:
    """The next speech after this one, which must be the only one until now."""

    async def second() -> Heard | None:
        spoken = (await world.story(caller)).spoken
        return spoken[spoken.index(after) + 1] if len(spoken) > spoken.index(after) + 1 else None

    return await until(second, within=LONG, what=f"more spoken than {after.words!r}")


def offer_of_english(speech: Heard) -> str:
    """The last file of a Swedish speech that is no pause."""
    return speech.files[-2]


def seconds_to_speech(world: World, caller: SipletLine, first: Hearing) -> float:
    """From the answer, as the caller's SIP tells it, to the first sound of the speech."""
    answered = next(
        float(message.split(" ", 1)[0])
        for message in world.trace
        if re.match(r"\S+ RX [^\n]*\nSIP/2.0 200", message)
        and f"Call-ID: {caller.call_id}" in message
        and re.search(r"CSeq: \d+ INVITE", message)
    )
    assert caller.recording.started is not None
    return time() - monotonic() + caller.recording.started + first.at - answered
