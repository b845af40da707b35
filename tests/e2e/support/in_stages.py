"""A call in each stage that lasts: how it comes there, and how it goes on to its proper end.

Each is a generator that brings somebody into the stage, gives their line, and then sees to it that the call goes on,
after whatever has happened meanwhile.
"""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from e2e.support.scene import ELSA, MOBILE
from e2e.support.switchboard import (
    LONG,
    MAIN_NUMBER,
    ULLA,
    VIKTOR,
    an_operator_with_a_caller,
    past_the_greeting,
)
from e2e.support.world import World
from e2e.test_attendant import hears_music
from e2e.test_messages import HEMTJANSTEN, SVEN, TORA, WORDS, chooses, speaks
from hanvisa.calls import stage as stages
from hanvisa.calls.stage import Stage
from hanvisa.lab.hearing import melody
from hanvisa.lab.lines import Line
from hanvisa.lab.waiting import until

DAVID, FREDRIK, HENRIK = "hallefors-204", "hallefors-206", "hallefors-208"
ISAK, CARL, ASA, PIA = "nora-310", "bkt-505", "hallefors-294", "ljusnarsberg-405"
PETRA = "hallefors-201"
BOOKING, FAULT_REPORTS = "0846500490", "0406280470"  # rung in turn; closed, with an on-call list
OUTSIDE = "0980319260"
LONG_WORDS = melody(73, 9.0)

Going = AsyncGenerator[Line]


class Begins(IntEnum):
    """Who needs an operator does so one after the other, the others at once; who is there for seconds only at last."""

    WITH_AN_OPERATOR = 1
    AT_ONCE = 2
    AT_LAST = 3


@dataclass(frozen=True)
class Case:
    kind: type[Stage]
    begins: Begins
    going: Callable[[World], Going]


CASES: list[Case] = []
PASSING: frozenset[type[Stage]] = frozenset(
    {
        stages.Arriving,
        stages.RingingBack,
        stages.GivenUp,
        stages.Closed,
        stages.BackToOperator,
        stages.Parking,
        stages.PickingUp,
        stages.SwitchingOpen,
        stages.DialledCode,
        stages.ReviewingOwn,
        stages.Alarming,
        stages.Apologising,
    }
)
"""Gone before others are brought into theirs: `tests/unit/calls/test_killed.py` has them."""


def a_call_in(
    kind: type[Stage], begins: Begins = Begins.AT_ONCE
) -> Callable[[Callable[[World], Going]], Callable[[World], Going]]:
    def register(going: Callable[[World], Going]) -> Callable[[World], Going]:
        CASES.append(Case(kind, begins, going))
        return going

    return register


@a_call_in(stages.Parked, Begins.WITH_AN_OPERATOR)
async def parked(world: World) -> Going:
    caller, line = await an_operator_with_a_caller(world, number="0980319231")
    await line.transfer("*68*205")
    await line.until_ended(within=LONG)
    yield caller
    elsas = await (await world.phone(ELSA)).call("*88")
    await caller.talks_to(elsas, within=LONG)


@a_call_in(stages.CampingOn, Begins.WITH_AN_OPERATOR)
async def camping_on(world: World) -> Going:
    david = await world.phone(DAVID)
    david.busy = True
    caller, line = await an_operator_with_a_caller(world, number="0980319232")
    await line.transfer("204")
    await line.until_ended(within=LONG)
    await chooses(world, caller, "5", "David")
    yield caller
    david.busy = False
    await talks_to_who_is_rung(world, caller, DAVID)


@a_call_in(stages.OfferingToWait, Begins.WITH_AN_OPERATOR)
async def offering_to_wait(world: World) -> Going:
    (await world.phone(DAVID)).busy = True
    caller, line = await an_operator_with_a_caller(world, number="0980319233")
    await line.transfer("204")
    await line.until_ended(within=LONG)
    yield caller
    await says_anew(world, caller, "Vill du vänta")
    await caller.hangup()


@a_call_in(stages.Transferred, Begins.WITH_AN_OPERATOR)
async def transferred(world: World) -> Going:
    """A use of an exception, which is not taken once more."""
    exception = await world.given_exception(max_uses=5)
    caller, line = await an_operator_with_a_caller(world, number="0980319234")
    await line.transfer(MOBILE)
    mobile = await world.mobile(MOBILE, within=LONG)
    await line.until_ended(within=LONG)
    yield caller
    await mobile.until_ended(within=LONG)
    mobile = await world.mobile(MOBILE, within=LONG)
    await mobile.answer()
    await caller.talks_to(mobile, within=LONG)
    assert (await world.api.get(f"/exceptions/{exception['id']}"))["uses"] == 1


@a_call_in(stages.OnHold, Begins.WITH_AN_OPERATOR)
async def on_hold(world: World) -> Going:
    caller, line = await an_operator_with_a_caller(world, number="0980319235")
    await world.api.do(f"/live/calls/{(await world.story(caller)).id}/hold")
    yield caller
    await hears_music(caller)
    await world.api.do(f"/live/calls/{(await world.story(caller)).id}/retrieve")
    await caller.talks_to(line, within=LONG)


@a_call_in(stages.Talking, Begins.WITH_AN_OPERATOR)
async def talking(world: World) -> Going:
    caller, line = await an_operator_with_a_caller(world, operator=VIKTOR, number="0980319236")
    yield caller
    await caller.talks_to(line, within=LONG)
    await caller.hangup()


@a_call_in(stages.AtSwitchboard)
async def at_switchboard(world: World) -> Going:
    """Whoever is free next has them: Viktor, when he has talked to the end."""
    caller = await world.citizen("0980319237", dials=MAIN_NUMBER)
    await past_the_greeting(caller)
    yield caller
    line = await (await world.phone(VIKTOR)).rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)


@a_call_in(stages.LeavingNumber)
async def leaving_number(world: World) -> Going:
    caller = await world.citizen("0980319238", dials=MAIN_NUMBER)
    await past_the_greeting(caller)
    await chooses(world, caller, "4", "Alla telefonister är upptagna")
    yield caller
    await says_anew(world, caller, "Vi ringer upp dig på")
    await caller.hangup()


@a_call_in(stages.ReachingPerson)
async def reaching_person(world: World) -> Going:
    await world.phone(FREDRIK)
    caller = await world.citizen("0980319221", dials=world.direct_number(FREDRIK))
    yield caller
    await talks_to_who_is_rung(world, caller, FREDRIK)


@a_call_in(stages.ReachingMembers)
async def reaching_members(world: World) -> Going:
    await world.phone(ISAK)
    caller = await world.citizen("0980319222", dials=BOOKING)
    yield caller
    await talks_to_who_is_rung(world, caller, ISAK)


@a_call_in(stages.NightService)
async def night_service(world: World) -> Going:
    await world.phone(CARL)
    caller = await world.citizen("0980319223", dials=FAULT_REPORTS)
    await past_the_greeting(caller)
    yield caller
    await talks_to_who_is_rung(world, caller, CARL)


@a_call_in(stages.Unattended)
async def unattended(world: World) -> Going:
    await world.given_operator(ULLA, "closed")
    caller = await world.citizen("0980319224", dials=MAIN_NUMBER)
    await past_the_greeting(caller)
    yield caller
    await says_anew(world, caller, "Ingen telefonist")


@a_call_in(stages.Referring, Begins.AT_LAST)
async def referring(world: World) -> Going:
    await world.given_absent(ELSA, until=timedelta(hours=2))
    caller = await world.citizen("0980319225", dials=world.direct_number(ELSA))
    yield caller
    await says_anew(world, caller, "Elsa Hedström är på sammanträde")


@a_call_in(stages.ReferringMembers, Begins.AT_LAST)
async def referring_members(world: World) -> Going:
    caller = await world.citizen("0980319226", dials=HEMTJANSTEN)
    yield caller
    await says_anew(world, caller, "Ingen på Hemtjänsten kan svara just nu")


@a_call_in(stages.ReviewingMessage)
async def reviewing_message(world: World) -> Going:
    caller = await records_for(world, SVEN, "0980319227")
    await speaks(world, caller, WORDS)
    await caller.press("#")
    yield caller
    await sends_the_message(world, caller)


@a_call_in(stages.LeavingMessage)
async def leaving_message(world: World) -> Going:
    """What they had said is kept."""
    caller = await records_for(world, TORA, "0980319229")
    await speaks(world, caller, WORDS)
    caller.say(LONG_WORDS)
    yield caller
    await sends_the_message(world, caller)


@a_call_in(stages.AskingToBeRung, Begins.AT_LAST)
async def asking_to_be_rung(world: World) -> Going:
    await world.given_absent(HENRIK, until=timedelta(hours=2))
    caller = await world.citizen("0980319228", dials=world.direct_number(HENRIK))
    await chooses(world, caller, "4", "fyra för att bli uppringd")
    yield caller
    await says_anew(world, caller, "Henrik Öberg får veta att du vill bli uppringd")


@a_call_in(stages.CallingOut)
async def calling_out(world: World) -> Going:
    caller = await (await world.phone(DAVID)).call(OUTSIDE)
    outside = await world.mobile(OUTSIDE, within=LONG)
    yield caller
    await outside.until_ended(within=LONG)
    again = await world.mobile(OUTSIDE, within=LONG)
    await again.answer()
    await caller.talks_to(again, within=LONG)


@a_call_in(stages.Guiding)
async def guiding(world: World) -> Going:
    caller = await (await world.siplet(ASA)).call("*200%23")
    yield caller
    await says_anew(world, caller, "Välkommen till guiden om telefonen")


@a_call_in(stages.ListeningToMessages)
async def listening_to_messages(world: World) -> Going:
    person = str(world.person(PIA).id)
    await world.api.post("/messages", {"person": person, "caller": OUTSIDE, "text": "Ring mig."})
    caller = await (await world.siplet(PIA)).call("*26%23")
    yield caller
    await says_anew(world, caller, "Du har ett nytt meddelande")


@a_call_in(stages.RecordingOwn)
async def recording_own(world: World) -> Going:
    caller = await (await world.siplet(PETRA)).call("*24%23")
    yield caller
    await says_anew(world, caller, "Säg ditt namn efter tonen")


async def records_for(world: World, who: str, number: str) -> Line:
    await world.given_absent(who, until=timedelta(hours=2))
    caller = await world.citizen(number, dials=world.direct_number(who))
    await chooses(world, caller, "1", "Tryck ett för att lämna ett meddelande")
    return caller


async def sends_the_message(world: World, caller: Line) -> None:
    await says_anew(world, caller, "Tryck ett för att skicka meddelandet")
    await caller.press("1")
    await world.commanded(caller, "Meddelandet är lämnat till", within=LONG)


async def says_anew(world: World, caller: Line, words: str) -> None:
    """What was said when the service was killed is said by the one that has started."""

    async def said() -> bool:
        events = (await world.story_so_far(caller)).told["events"]
        taken_on = [index for index, event in enumerate(events) if event["data"].get("type") == "adopted"]
        spoken = [event["data"]["words"] for event in events[taken_on[-1] :] if event["kind"] == "heard"]
        return any(words.casefold() in one.casefold() for one in spoken)

    await until(said, within=LONG, what=f"{words!r} said anew")


async def talks_to_who_is_rung(world: World, caller: Line, account: str) -> None:
    """The phone that rang rings anew."""
    phone = await world.phone(account)
    await until(lambda: phone.live and not phone.live[-1].has_ended, within=LONG, what=f"{account} is rung")
    line = phone.live[-1]
    await line.answer()
    await caller.talks_to(line, within=LONG)
