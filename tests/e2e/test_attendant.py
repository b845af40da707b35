"""What attendants live by, with real phones: ringing transfers, recall, waiting for a busy person (G1, O1)."""

from time import monotonic

from e2e.support.switchboard import (
    LONG,
    MAIN_NUMBER,
    ULLA,
    VIKTOR,
    an_operator_with_a_caller,
    comes_back,
    past_the_greeting,
    put_through,
    shown_at,
)
from e2e.support.world import World
from e2e.test_messages import speaks
from hanvisa.lab import hearing
from hanvisa.lab.alaw import RATE
from hanvisa.lab.lines import Line
from hanvisa.lab.waiting import until

DAVID, ELSA, FREDRIK = "hallefors-204", "hallefors-205", "hallefors-206"
ISAK, BOOKING = "nora-310", "0846500490"  # of a group in turn; the next of it has no phone that is plugged in
TONE = 0.5  # seconds of something to hear


async def test_a_cancelled_consultation_and_a_blind_refer_let_the_caller_hear_ringing(world: World) -> None:
    elsa, ulla = await world.phone(ELSA), await world.phone(ULLA)
    caller, line = await an_operator_with_a_caller(world)
    await line.hold()
    consultation = await ulla.call("205")
    first = await elsa.rings(within=LONG)
    await consultation.hangup()
    await first.until_ended(within=LONG)
    await line.transfer("205")
    second = await elsa.rings(within=LONG)
    await hears_ringing(caller, monotonic())
    await line.until_ended()
    await second.answer()
    await caller.talks_to(second, within=LONG)


async def test_an_attended_refer_onto_a_ringing_call_lets_the_caller_hear_ringing_and_frees_the_operator(
    world: World,
) -> None:
    elsa, ulla = await world.phone(ELSA), await world.siplet(ULLA)
    await world.given_operator(ULLA)
    caller = await world.citizen("0980319247", dials=MAIN_NUMBER)
    await past_the_greeting(caller)
    line = await ulla.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    await line.hold()
    consultation = await ulla.call("205")
    first = await elsa.rings(within=LONG)
    await consultation.until_ringing()
    await line.attended(consultation)
    await first.until_ended(within=LONG)
    second = await elsa.rings(within=LONG)
    await hears_ringing(caller, monotonic())
    await consultation.until_ended(within=LONG)
    assert not ulla.live
    await second.answer()
    await caller.talks_to(second, within=LONG)


async def test_the_caller_of_a_busy_person_waits_with_music_and_is_put_through_when_they_are_free(
    world: World,
) -> None:
    david, elsa = await world.phone(DAVID), await world.phone(ELSA)
    talking = await david.call("205")
    elsas = await elsa.rings(within=LONG)
    await elsas.answer()
    await talking.talks_to(elsas, within=LONG)
    elsa.busy = True  # a phone with one line
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer("205")
    await world.commanded(caller, "Elsa Hedström är upptagen i telefon. Vill du vänta", within=LONG)
    await caller.press("5")
    await world.commanded(caller, "Vänta kvar, så kopplas du fram", within=LONG)
    await hears_music(caller)
    elsa.busy = False
    await talking.hangup()
    line = await elsa.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    assert [one["effect"] for one in (await world.story(caller)).decisions if one["rules"]] == ["wait"]


async def test_who_does_not_want_to_wait_is_referred(world: World) -> None:
    elsa = await world.phone(ELSA)
    elsa.busy = True
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer("205")
    offer = await world.commanded(caller, "Elsa Hedström är upptagen i telefon. Vill du vänta", within=LONG)
    await world.commanded(caller, "Elsa Hedström sitter i ett annat samtal", within=LONG)
    await caller.hears(*offer.files[1:], within=LONG)  # her name is said again in the referral


async def test_who_has_waited_long_enough_comes_back_to_the_operator(world: World) -> None:
    elsa, ulla = await world.phone(ELSA), await world.phone(ULLA)
    elsa.busy = True
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer("205")
    await world.commanded(caller, "Elsa Hedström är upptagen i telefon", within=LONG)
    await caller.press("5")
    await comes_back(world, caller, ulla, "ÅTER Elsa H: upptagen")
    await world.hears(caller, "Vänta kvar, så kopplas du fram", within=LONG)
    assert "Elsa Hedström har inte blivit ledig; samtalet går tillbaka till telefonisten" in (
        await world.explanation(caller)
    )


async def test_0_while_waiting_for_a_busy_person_leads_back_to_the_operator(world: World) -> None:
    elsa, ulla = await world.phone(ELSA), await world.phone(ULLA)
    elsa.busy = True
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer("205")
    await world.commanded(caller, "Elsa Hedström är upptagen i telefon", within=LONG)
    await caller.press("5")
    await world.commanded(caller, "Vänta kvar, så kopplas du fram", within=LONG)
    await hears_music(caller)
    await caller.press("0")
    await comes_back(world, caller, ulla, "ÅTER Elsa H: upptagen")


async def test_a_caller_whom_nobody_answers_comes_back_where_the_setting_says_so(world: World) -> None:
    await world.given_setting("unanswered_transfer", "recall")
    elsa, ulla = await world.phone(ELSA), await world.phone(ULLA)
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer("205")
    elsas = await elsa.rings(within=LONG)
    await elsas.until_ended(within=LONG)
    await comes_back(world, caller, ulla, "ÅTER Elsa H: svarar ej")
    assert "svarar inte" not in " ".join(one.words for one in (await world.story(caller)).spoken)


async def test_an_operator_talks_with_the_caller_and_the_party_by_turns_and_joins_them(world: World) -> None:
    elsa, ulla = await world.phone(ELSA), await world.phone(ULLA)
    caller, line = await an_operator_with_a_caller(world)
    await line.hold()
    consultation = await ulla.call("205")
    elsas = await elsa.rings(within=LONG)
    await elsas.answer()
    await consultation.talks_to(elsas, within=LONG)
    for talking, other, party in ((line, consultation, caller), (consultation, line, elsas)):
        await other.hold()
        await talking.resume()
        await party.talks_to(talking, within=LONG)
    await line.attended(consultation)
    await caller.talks_to(elsas, within=LONG)


async def test_a_caller_handed_over_to_a_colleague_who_does_not_answer_comes_back(world: World) -> None:
    ulla, viktor = await world.phone(ULLA), await world.phone(VIKTOR)
    caller, line = await an_operator_with_a_caller(world)
    viktors = await put_through(line.transfer("291"), viktor.rings(within=LONG))
    await caller.talks_to(viktors, within=LONG)
    await world.given_operator(VIKTOR)
    await viktors.transfer("290")
    back = await ulla.rings(within=LONG)
    await back.until_ended(within=LONG)
    again = await viktor.rings(within=LONG)
    await shown_at(world, VIKTOR, "ÅTER Ulla B: svarar ej")
    await again.answer()
    await caller.talks_to(again, within=LONG)


async def test_whom_an_operator_sent_to_a_group_in_vain_comes_back_with_its_name(world: World) -> None:
    isak, ulla = await world.phone(ISAK), await world.phone(ULLA)
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer(BOOKING)
    isaks = await isak.rings(within=LONG)
    await isaks.until_ended(within=LONG)
    await comes_back(world, caller, ulla, "ÅTER Lokalbokningen: svarar ej")
    assert len([one for one in (await world.story(caller)).spoken if "Välkommen" in one.words]) == 1


async def hears_ringing(caller: Line, since: float) -> None:
    """A tone comes, though nobody speaks: the switch plays it to a call that is answered already."""

    def tone() -> bool:
        heard = caller.recording.since(since)
        silent = sum(end - start for start, end in hearing.silences(heard))
        return len(heard) / RATE - silent > TONE

    await until(tone, within=LONG, what="a ringing tone")


async def hears_music(caller: Line, seconds: float = 2.0) -> None:
    """Something is to be heard all the time, for so long."""
    since = monotonic()
    await until(lambda: len(caller.recording.since(since)) > seconds * RATE, within=LONG, what="time passes")
    assert caller.longest_silence(since) < 0.5


async def test_an_operators_prefix_gets_past_a_referral(world: World) -> None:
    elsa = await world.phone(ELSA)
    await world.given_absent(ELSA)
    caller, line = await an_operator_with_a_caller(world)
    elsas = await put_through(line.transfer("*60*205"), elsa.rings(within=LONG))
    await caller.talks_to(elsas, within=LONG)
    assert "Telefonisten vet att Elsa Hedström är på plats" in await world.explanation(caller)


async def test_an_operator_rings_past_a_referral_to_announce_the_caller(world: World) -> None:
    """G1."""
    elsa, ulla = await world.phone(ELSA), await world.phone(ULLA)
    await world.given_absent(ELSA)
    caller, line = await an_operator_with_a_caller(world)
    await line.hold()
    consultation = await ulla.call("*60*205")
    elsas = await elsa.rings(within=LONG)
    await elsas.answer()
    await consultation.talks_to(elsas, within=LONG)
    await line.attended(consultation)
    await caller.talks_to(elsas, within=LONG)
    fredriks = await (await world.phone(FREDRIK)).call("*60*205")
    await world.commanded(fredriks, "Elsa Hedström är på sammanträde", within=LONG)
    assert not elsa.live[1:]


async def test_an_operator_lets_the_caller_leave_a_message_by_a_prefix(world: World) -> None:
    """S1."""
    elsa = await world.phone(ELSA)
    caller, line = await an_operator_with_a_caller(world)
    await line.transfer("*62*205")
    await line.until_ended(within=LONG)
    await leaves_a_message(world, caller, ELSA)
    assert not elsa.has_rung


async def leaves_a_message(world: World, caller: Line, who: str) -> None:
    """They are told whom it is for, speak after the tone, and hear that it is kept."""
    name = world.person(who).name
    await world.hears(caller, f"Lämna ditt meddelande till {name} efter tonen", pieces=2, within=LONG)
    await speaks(world, caller, hearing.melody(73, 1.2))
    await caller.press("#")
    await world.commanded(caller, "Tryck ett för att skicka meddelandet", within=LONG)
    await caller.press("1")
    await world.hears(caller, f"Meddelandet är lämnat till {name}", pieces=2, within=LONG)
    story = await world.story(caller)
    assert (story.outcome, "S1" in story.rules) == ("message", True)


async def test_serial_calls_come_back_to_the_operator_after_each_party(world: World) -> None:
    elsa, fredrik, ulla = await world.phone(ELSA), await world.phone(FREDRIK), await world.phone(ULLA)
    caller, line = await an_operator_with_a_caller(world)
    elsas = await put_through(line.transfer("*63*205"), elsa.rings(within=LONG))
    await caller.talks_to(elsas, within=LONG)
    await elsas.hangup()
    line = await ulla.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    fredriks = await put_through(line.transfer("206"), fredrik.rings(within=LONG))
    await caller.talks_to(fredriks, within=LONG)
    await fredriks.hangup()
    line = await ulla.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    await line.hangup()
    await caller.until_ended(within=LONG)


async def test_a_caller_is_put_through_to_112_blind_and_attended(world: World) -> None:
    ulla = await world.phone(ULLA)
    caller, line = await an_operator_with_a_caller(world)
    emergency = await put_through(line.transfer("112"), world.mobile("112", within=LONG))
    await caller.talks_to(emergency, within=LONG)
    await caller.hangup()
    await emergency.until_ended(within=LONG)

    caller, line = await an_operator_with_a_caller(world)
    await line.hold()
    await world.given_operator(VIKTOR)  # who is told of it at once, or else whoever opens after this test
    consultation = await ulla.call("112")
    first = await world.mobile("112", within=LONG)
    await first.answer()
    await consultation.talks_to(first, within=LONG)
    second = await put_through(line.attended(consultation), world.mobile("112", within=LONG))
    await caller.talks_to(second, within=LONG)
