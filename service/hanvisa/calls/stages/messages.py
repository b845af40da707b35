"""Messages that callers leave for somebody who was not to be had (S1, M4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.call import CallerGone
from hanvisa.calls.decisions import decide, tell
from hanvisa.calls.marking import Dismissed
from hanvisa.calls.ports import NewMessage, Spoken
from hanvisa.calls.prompts import (
    Goodbye,
    MessageFailed,
    MessageKept,
    MessageReview,
    NothingHeard,
    Prompt,
    RecordingTone,
    SpeakAfterTheTone,
    UnknownNumber,
    WillRingBack,
)
from hanvisa.calls.recording import record, recording_id
from hanvisa.calls.stage import (
    AskingToBeRung,
    LeavingMessage,
    Referring,
    ReviewingMessage,
    Stage,
    runs,
)
from hanvisa.calls.storing import stored
from hanvisa.errors import Gone, TelephonyError
from hanvisa.ids import new_id
from hanvisa.policy.facts import Person
from hanvisa.policy.messages import MessageKind, due_at, message_facts, number_to_ring

if TYPE_CHECKING:
    from uuid import UUID

    from hanvisa.calls.call import Call

ASKED = 2  # times that the caller is asked what is to become of the message; then it is kept


@runs(LeavingMessage)
async def leave_message(call: Call, stage: LeavingMessage) -> Stage | None:
    person = call.register.person(stage.person)
    if person is None:  # ended in the register since the stage was written
        await call.say(UnknownNumber())
        return None
    if not _may(call, person, MessageKind.RECORDED):
        return Referring(stage.person, stage.why, told=True)
    try:
        seconds = await _recorded(call, person)
    except Gone:  # before a word was said
        raise
    except TelephonyError:
        seconds = None
    if seconds is None:
        return await _failed(call, person, stage)
    if not seconds:
        await call.say(NothingHeard())
        return Referring(stage.person, stage.why, told=True)
    return ReviewingMessage(stage.person, stage.why, new_id())


@runs(ReviewingMessage)
async def review(call: Call, stage: ReviewingMessage) -> Stage | None:
    """What was said is kept, unless they want to say it anew: also without a key, and when they hang up."""
    person = call.register.person(stage.person)
    if person is None:
        await call.say(UnknownNumber())
        return None
    recording = recording_id(call.caller.channel)
    try:
        anew = await _wants_it_anew(call, recording)
    except (CallerGone, Dismissed, TelephonyError):
        # Also where the caller has hung up and nothing can be played any more, which is told in a moment.
        await _keep(call, person, stage.message, recording)
        raise
    if anew:
        await call.house.messages.discard(recording)
        return LeavingMessage(stage.person, stage.why)
    if not await _keep(call, person, stage.message, recording):
        return await _failed(call, person, stage)
    await call.say(MessageKept(person.name), Goodbye())
    return None


@runs(AskingToBeRung)
async def ask_to_be_rung(call: Call, stage: AskingToBeRung) -> Stage | None:
    person = call.register.person(stage.person)
    if person is None:
        await call.say(UnknownNumber())
        return None
    if not _may(call, person, MessageKind.RING_BACK):
        return Referring(stage.person, stage.why, told=True)
    if not await _keep(call, person, stage.message, None):
        await call.say(MessageFailed(person.name))
        return Referring(stage.person, stage.why, told=True)
    await call.say(WillRingBack(person.name, number_of(call, person)), Goodbye())
    return None


def number_of(call: Call, person: Person) -> str:
    """What the person dials to ring this caller back; "" withheld."""
    phone = call.register.phone_of_account(call.caller.account) if call.caller.account else None
    return number_to_ring(call.register, phone, call.caller.number, person)


async def _recorded(call: Call, person: Person) -> float | None:
    """Let them speak after the tone; what the `MessageBox` has of it then. Who hangs up has left what they had said."""
    box, recording = call.house.messages, recording_id(call.caller.channel)
    if seconds := await box.seconds(recording):  # it is there already where another instance recorded it
        return seconds
    await call.say(SpeakAfterTheTone(person.name, call.state.confidential))
    while await call.say(RecordingTone()):
        """A key came late: they have not heard the tone yet."""
    try:
        await record(call)
    except (CallerGone, Dismissed):
        if await box.seconds(recording):
            await _keep(call, person, new_id(), recording)
        raise
    return await box.seconds(recording)


async def _wants_it_anew(call: Call, recording: str) -> bool:
    """Ask until they have chosen. Other keys than those that are offered count as none."""
    said: list[Prompt | Spoken] = [MessageReview(cut=await call.house.messages.is_full())]
    asked = 0
    while asked < ASKED:
        match await call.say(*said) or await call.key(call.house.settings.key_wait):
            case "1":
                return False
            case "2":
                said = [Spoken((call.house.messages.path(recording),), ""), MessageReview()]
            case "3":
                return True
            case _:
                said = [MessageReview()]
                asked += 1
    return False


def _may(call: Call, person: Person, kind: MessageKind) -> bool:
    number = number_of(call, person)
    facts = message_facts(call.register, person, kind, number, confidential=call.state.confidential)
    decision = decide(facts)
    tell(call, facts, decision)
    return decision.allowed


async def _keep(call: Call, person: Person, message: UUID, recording: str | None) -> bool:
    """Store it whole. False when it could not be."""
    now = call.house.clock.now()
    left = NewMessage(
        id=message,
        person_id=person.id,
        caller=number_of(call, person),
        call_id=call.id,
        recording=recording,
        confidential=call.state.confidential,
        left_at=now,
        due_at=due_at(now, call.house.settings.message_due),
    )
    if not await stored(f"message for {person.id}", call.house.messages.leave(left)):
        return False
    call.tell("outcome", outcome="message" if recording else "ring_back", person=str(person.id))
    return True


async def _failed(call: Call, person: Person, stage: LeavingMessage | ReviewingMessage) -> Stage:
    """They are told, and that they want to be rung back is stored instead where it can be."""
    ring_back = bool(number_of(call, person)) and await _keep(call, person, new_id(), None)
    await call.house.messages.discard(recording_id(call.caller.channel))
    call.tell("signal", type="message_failed", person=str(person.id))
    await call.say(MessageFailed(person.name, ring_back))
    return Referring(stage.person, stage.why, told=True)
