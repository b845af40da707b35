"""The switchboard: a main number's greeting, who answers next, who waits, and that nobody is there (G1)."""

import asyncio
from time import monotonic

from e2e.support.switchboard import LONG, MAIN_NUMBER, ULLA, VIKTOR, past_the_greeting, shown_at
from e2e.support.world import World
from hanvisa.lab.alaw import RATE
from hanvisa.lab.lines import Line, Phone
from hanvisa.lab.waiting import until

ELSA, FREDRIK = "hallefors-205", "hallefors-206"
MAIN_NUMBERS = {
    "0846500400": "Välkommen till Nora kommun.",
    "0313900600": "Välkommen till Ljusnarsbergs kommun.",
    "0406280400": "Välkommen till Bergslagens Kommunalteknik.",
    MAIN_NUMBER: "Välkommen till Hällefors kommun.",
}


async def test_each_main_number_greets_in_its_organisations_words_and_leads_to_the_operator(
    world: World,
) -> None:
    ulla = await world.phone(ULLA)
    await world.given_operator(ULLA)

    async def greeted(position: int, number: str, words: str) -> Line:
        caller = await world.citizen(f"098031922{position}", dials=number)
        await world.hears(caller, words, within=LONG)
        return caller

    async def answered() -> Line:
        """The operator waits for nobody's ear: an offer ends after a time."""
        line = await ulla.rings(within=LONG)
        await line.answer()
        return line

    answering = asyncio.create_task(answered())
    callers = await asyncio.gather(
        *(greeted(position, number, words) for position, (number, words) in enumerate(MAIN_NUMBERS.items()))
    )
    line = await answering
    await until(lambda: any(caller.is_up for caller in callers))
    first = await whom_it_is(world, callers, line)
    await first.talks_to(line, within=LONG)
    assert (await world.story(first)).outcome == "operator"


async def test_the_operator_who_has_been_idle_longest_is_rung_first(world: World) -> None:
    ulla, viktor = await world.phone(ULLA), await world.phone(VIKTOR)
    await world.given_operator(ULLA)
    await world.given_operator(VIKTOR)
    first, _ = await a_short_call(world, ulla, viktor)
    second, _ = await a_short_call(world, ulla, viktor)
    assert {first, second} == {ulla, viktor}
    assert (await a_short_call(world, ulla, viktor))[0] is first

    # Who was away comes last, however long ago their last call was.
    await world.given_operator(second.name, "closed")
    await world.given_operator(second.name, "open")
    assert (await a_short_call(world, ulla, viktor))[0] is first


async def test_who_waits_hears_music_and_is_served_in_turn(world: World) -> None:
    ulla = await world.phone(ULLA)
    await world.given_operator(ULLA)
    served = await rings_the_main_number(world, "0980319224")
    line = await ulla.rings(within=LONG)
    await line.answer()
    await served.talks_to(line, within=LONG)

    second = await rings_the_main_number(world, "0980319225")
    await world.hears(second, "Alla telefonister är upptagna", pieces=1, within=LONG)
    third = await rings_the_main_number(world, "0980319226")
    await world.commanded(third, "Alla telefonister är upptagna", within=LONG)
    fourth = await rings_the_main_number(world, "0980319227")
    await world.commanded(fourth, "Alla telefonister är upptagna", within=LONG)
    for caller in (second, third, fourth):
        await caller.press("5")  # enough of the speech
    await asyncio.gather(*(hears_music(caller) for caller in (second, third)))
    assert not any(other.is_ringing for other in ulla.live), "an operator who talks is left in peace"

    await third.hangup()
    for caller in (second, fourth):
        await line.hangup()
        line = await ulla.rings(within=LONG)
        await line.answer()
        await caller.talks_to(line, within=LONG)


async def test_with_no_operator_open_it_is_said_so_and_what_to_do(world: World) -> None:
    """To a new caller, and to one who waits when the last operator closes."""
    ulla = await world.phone(ULLA)
    await world.given_operator(ULLA)
    served = await rings_the_main_number(world, "0980319228")
    line = await ulla.rings(within=LONG)
    await line.answer()
    await served.talks_to(line, within=LONG)
    waiting = await rings_the_main_number(world, "0980319229")
    await world.commanded(waiting, "Alla telefonister är upptagna", within=LONG)
    await waiting.press("5")

    await world.given_operator(ULLA, "closed")
    new = await rings_the_main_number(world, "0980319230")
    words = "Du har kommit till Hällefors kommun. Just nu är ingen telefonist på plats. Slå direktnumret"
    await asyncio.gather(*(world.hears(caller, words, pieces=3, within=LONG) for caller in (waiting, new)))
    await asyncio.gather(*(caller.until_ended(within=LONG) for caller in (waiting, new)))
    assert (await world.story(new)).outcome == "no_operator"
    await served.talks_to(line, within=LONG)


async def test_an_operator_opens_and_closes_by_code_and_hears_it_confirmed(world: World) -> None:
    ulla, viktor = await world.phone(ULLA), await world.siplet(VIKTOR)
    await world.given_operator(ULLA, "closed")
    await world.given_operator(VIKTOR, "closed")

    dialling = await viktor.call("*27%23")
    await world.hears(dialling, "Telefonistplatsen är öppen", within=LONG)
    await dialling.until_ended()
    assert await state(world, VIKTOR) == "open"
    caller = await rings_the_main_number(world, "0980319231")
    line = await viktor.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    await caller.hangup()
    await line.until_ended()

    dialling = await viktor.call("*27")  # as phones do that take # for "send"
    await world.hears(dialling, "Telefonistplatsen är stängd", within=LONG)
    assert await state(world, VIKTOR) == "closed"
    assert not ulla.has_rung


async def test_an_operator_pauses_by_code_and_is_offered_nobody(world: World) -> None:
    ulla, viktor = await world.phone(ULLA), await world.siplet(VIKTOR)
    await world.given_operator(VIKTOR)
    await world.given_operator(ULLA)
    dialling = await viktor.call("*270%23")
    await world.hears(dialling, "Telefonistplatsen är pausad", within=LONG)
    await dialling.until_ended()
    assert await state(world, VIKTOR) == "paused"
    caller = await rings_the_main_number(world, "0980319233")
    line = await ulla.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    assert not viktor.has_rung

    dialling = await viktor.call("*27%23")
    await world.hears(dialling, "Telefonistplatsen är öppen", within=LONG)
    assert await state(world, VIKTOR) == "open"


async def test_the_code_is_refused_to_whoever_is_no_operator(world: World) -> None:
    elsa = await world.phone(ELSA)
    dialling = await elsa.call("*27#")
    await world.hears(dialling, "Koden kan inte användas här", within=LONG)
    await dialling.until_ended()
    assert (await world.story(dialling)).outcome == "code_refused"


async def test_an_operator_who_does_not_answer_is_paused_and_another_has_the_caller(world: World) -> None:
    ulla = await world.phone(ULLA)
    await world.given_operator(ULLA)
    caller = await rings_the_main_number(world, "0980319232")
    ringing = await ulla.rings(within=LONG)
    viktor = await world.phone(VIKTOR)
    await world.given_operator(VIKTOR)
    await ringing.until_ended(within=LONG)
    line = await viktor.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    assert await state(world, ULLA) == "paused"


async def test_no_caller_is_lost_when_the_only_operator_does_not_answer(world: World) -> None:
    """Both who wait hear what is going on, and music; they are served when the operator opens again."""
    ulla = await world.phone(ULLA)
    await world.given_operator(ULLA)
    first = await rings_the_main_number(world, "0980319232")
    ringing = await ulla.rings(within=LONG)
    second = await rings_the_main_number(world, "0980319234")
    await ringing.until_ended(within=LONG)
    await asyncio.gather(*(is_told_to_wait(world, caller) for caller in (first, second)))
    await asyncio.gather(*(hears_music(caller) for caller in (first, second)))
    assert await state(world, ULLA) == "paused"
    line = await opens_again(world, ulla)
    await first.talks_to(line, within=LONG)
    await line.hangup()
    line = await ulla.rings(within=LONG)
    await line.answer()
    await second.talks_to(line, within=LONG)
    assert "står kvar (G1)" in await world.explanation(first)


async def test_who_has_waited_for_a_paused_operator_may_leave_the_number(world: World) -> None:
    await world.given_setting("wait_for_paused", 6)
    ulla = await world.phone(ULLA)
    await world.given_operator(ULLA, "paused")
    caller = await rings_the_main_number(world, "0980319235")
    await is_told_to_wait(world, caller)
    offer = await world.commanded(
        caller, "Just nu är ingen telefonist på plats. Slå direktnumret", within=LONG
    )
    assert "Tryck fyra för att bli uppringd" in offer.words
    await caller.press("4")
    await world.commanded(caller, "Vi ringer upp dig på noll nio åtta noll", within=LONG)
    await caller.press("1")
    await world.commanded(caller, "Du behåller din plats", within=LONG)
    await caller.hangup()
    await world.given_operator(ULLA)
    line = await ulla.rings(within=LONG)
    await line.answer()
    rung = await world.mobile("0980319235", within=LONG)
    await rung.answer()
    await rung.talks_to(line, within=LONG)


async def test_zero_from_a_referral_shows_the_operator_whom_it_was_for(world: World) -> None:
    """Nobody answers at Fredrik's; the main number's greeting is not said again."""
    fredrik, ulla = await world.phone(FREDRIK), await world.phone(ULLA)
    await world.given_operator(ULLA)
    fredrik.busy = True
    caller = await world.citizen("0980319233", dials=world.direct_number(FREDRIK))
    await world.commanded(caller, "Fredrik Ståhl sitter i ett annat samtal", within=LONG)
    await caller.press("0")
    line = await ulla.rings(within=LONG)
    await shown_at(world, ULLA, "ÅTER Fredrik S: upptagen")
    await shown_at(world, ULLA, "980319233")
    await line.answer()
    await caller.talks_to(line, within=LONG)
    assert (await world.story(caller)).saying("Välkommen") is None


async def rings_the_main_number(world: World, number: str) -> Line:
    """A citizen who has heard enough of the greeting."""
    caller = await world.citizen(number, dials=MAIN_NUMBER)
    await past_the_greeting(caller)
    return caller


async def a_short_call(world: World, *phones: Phone) -> tuple[Phone, Line]:
    """A call to the main number that one of these operators answers and ends: whose phone rang."""
    caller = await rings_the_main_number(world, "0980319223")
    ringing = [asyncio.create_task(phone.rings(within=LONG)) for phone in phones]
    done, others = await asyncio.wait(ringing, return_when=asyncio.FIRST_COMPLETED)
    for other in others:
        other.cancel()
    (rang,) = done
    line = rang.result()
    await line.answer()
    await caller.talks_to(line, within=LONG)
    await line.hangup()
    await caller.until_ended()
    return phones[ringing.index(rang)], line


async def whom_it_is(world: World, callers: list[Line], line: Line) -> Line:
    """Which of the callers this line is connected with, by the call log."""

    async def served() -> Line | None:
        stories = [(caller, await world.story(caller)) for caller in callers]
        return next((caller for caller, story in stories if story.outcome == "operator"), None)

    return await until(served, within=LONG, what=f"a caller connected with {line.name}")


async def hears_music(caller: Line, seconds: float = 2.0) -> None:
    """Something is to be heard all the time, for so long."""
    since = monotonic()
    await until(lambda: len(caller.recording.since(since)) > seconds * RATE, what="time passes")
    assert caller.longest_silence(since) < 0.5


async def is_told_to_wait(world: World, caller: Line) -> None:
    """A key ends the speech."""
    words = "Just nu är ingen telefonist på plats. Vänta kvar, så svarar vi så snart någon är tillbaka."
    await world.commanded(caller, words, within=LONG)
    await world.hears(caller, words, pieces=1, within=LONG)
    await caller.press("5")


async def opens_again(world: World, operator: Phone) -> Line:
    """The operator opens by the code, and answers whoever is first in the queue."""
    dialling = await operator.call("*27#")
    await world.hears(dialling, "Telefonistplatsen är öppen", pieces=1, within=LONG)
    await dialling.hangup()
    line = await operator.rings(within=LONG)
    await line.answer()
    return line


async def state(world: World, operator: str) -> str:
    return str((await world.api.get(f"/operators/{world.person(operator).id}"))["state"])
