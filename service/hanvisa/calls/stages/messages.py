"""Messages that callers leave for a person, or a department, that was not to be had (S1, M4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.call import CallerGone
from hanvisa.calls.leaving import may_leave, number_of, recipient
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
from hanvisa.calls.recording import in_time, keep_beside, record, recording_id
from hanvisa.calls.stage import (
    AskingToBeRung,
    LeavingMessage,
    Referring,
    ReferringMembers,
    ReviewingMessage,
    Stage,
    runs,
)
from hanvisa.calls.storing import stored
from hanvisa.errors import Gone, TelephonyError
from hanvisa.ids import new_id
from hanvisa.policy.facts import Person, TargetKind
from hanvisa.policy.messages import MessageKind, Recipient, due_at

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from uuid import UUID

    from hanvisa.calls.call import Call

ASKED = 2  # times that the caller is asked what is to become of the message; then it is kept


@runs(LeavingMessage)
async def leave_message(call: Call, stage: LeavingMessage) -> Stage | None:
    to = recipient(call, stage.to)
    if to is None:  # ended in the register since the stage was written
        await call.say(UnknownNumber())
        return None
    if not may_leave(call, call.caller, to, MessageKind.RECORDED).allowed:
        return _ways_on(stage, to)
    try:
        seconds = await _recorded(call, to)
    except Gone:  # before a word was said
        raise
    except TelephonyError:
        seconds = None
    if seconds is None:
        return await _failed(call, to, stage)
    if not seconds:
        await call.say(NothingHeard())
        return _ways_on(stage, to)
    return ReviewingMessage(stage.to, stage.why, new_id())


@runs(ReviewingMessage)
async def review(call: Call, stage: ReviewingMessage) -> Stage | None:
    """What was said is kept, unless they want to say it anew: also without a key, and when they hang up."""
    to = recipient(call, stage.to)
    if to is None:
        await call.say(UnknownNumber())
        return None
    recording = recording_id(call.caller.channel)
    try:
        anew = await _wants_it_anew(call, recording)
    except (CallerGone, Dismissed, TelephonyError):
        # Also where the caller has hung up and nothing can be played any more, which is told in a moment.
        await _keep(call, to, stage.message, recording)
        raise
    if anew:
        await in_time(call.house.messages.discard(recording), None)
        return LeavingMessage(stage.to, stage.why)
    if not await _keep(call, to, stage.message, recording):
        return await _failed(call, to, stage)
    await call.say(MessageKept(to.name), Goodbye())
    return None


@runs(AskingToBeRung)
async def ask_to_be_rung(call: Call, stage: AskingToBeRung) -> Stage | None:
    to = recipient(call, stage.to)
    if to is None:
        await call.say(UnknownNumber())
        return None
    if not may_leave(call, call.caller, to, MessageKind.RING_BACK).allowed:
        return _ways_on(stage, to)
    if not await _keep(call, to, stage.message, None):
        await call.say(MessageFailed(to.name))
        return _ways_on(stage, to)
    await call.say(WillRingBack(to.name, number_of(call, call.caller, to)), Goodbye())
    return None


async def keep_what_was_said(call: Call, stage: LeavingMessage | ReviewingMessage) -> None:
    """Who hung up while no service was there has left what they had said."""
    to, recording = recipient(call, stage.to), recording_id(call.caller.channel)
    if to is not None and await call.house.messages.seconds(recording):
        await _keep(call, to, stage.message if isinstance(stage, ReviewingMessage) else new_id(), recording)


async def _recorded(call: Call, to: Recipient) -> float | None:
    """Let them speak after the tone; what the `MessageBox` has of it then. Who hangs up has left what they had said."""
    box, recording = call.house.messages, recording_id(call.caller.channel)
    if seconds := await in_time(
        box.seconds(recording), None
    ):  # it is there already where another instance recorded it
        return seconds
    await call.say(SpeakAfterTheTone(to.name, call.state.confidential))
    while await call.say(RecordingTone()):
        """A key came late: they have not heard the tone yet."""
    try:
        await record(call)
    except CallerGone:
        # Who has hung up waits for nothing any more: it is kept whenever the folder answers.
        keep_beside(call, recording, lambda: _keep_if_said(call, to, recording, box.seconds(recording)))
        raise
    except Dismissed:
        await _keep_if_said(call, to, recording, in_time(box.seconds(recording), None))
        raise
    return await in_time(box.seconds(recording), None)


async def _keep_if_said(call: Call, to: Recipient, recording: str, said: Awaitable[float | None]) -> None:
    if await said:
        await _keep(call, to, new_id(), recording)


async def _is_cut(call: Call, recording: str) -> bool:
    """Whether they may have had more to say: they have spoken their longest time, or the disk is full."""
    box, longest = call.house.messages, call.house.settings.message_longest
    seconds = await in_time(box.seconds(recording), None) or 0.0
    return seconds >= longest or await in_time(box.is_full(), otherwise=False)


async def _wants_it_anew(call: Call, recording: str) -> bool:
    """Ask until they have chosen. Other keys than those that are offered count as none."""
    said: list[Prompt | Spoken] = [MessageReview(cut=await _is_cut(call, recording))]
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


async def _keep(call: Call, to: Recipient, message: UUID, recording: str | None) -> bool:
    """Store it whole. False when it could not be."""
    now = call.house.clock.now()
    left = NewMessage(
        id=message,
        person_id=to.id if isinstance(to, Person) else None,
        department_id=None if isinstance(to, Person) else to.id,
        caller=number_of(call, call.caller, to),
        call_id=call.id,
        recording=recording,
        confidential=call.state.confidential,
        left_at=now,
        due_at=due_at(now, call.house.settings.message_due),
    )
    if not await stored(f"message for {to.id}", call.house.messages.leave(left)):
        return False
    call.tell("outcome", outcome="message" if recording else "ring_back", **_told_of(to))
    return True


async def _failed(call: Call, to: Recipient, stage: LeavingMessage | ReviewingMessage) -> Stage:
    """They are told, and that they want to be rung back is stored instead where it can be.

    It has the id of what they said, which may be stored though nobody was told so, or be so yet: one of them is there.
    """
    message = stage.message if isinstance(stage, ReviewingMessage) else new_id()
    ring_back = bool(number_of(call, call.caller, to)) and await _keep(call, to, message, None)
    await in_time(call.house.messages.discard(recording_id(call.caller.channel)), None)
    call.tell("signal", type="message_failed", **_told_of(to))
    await call.say(MessageFailed(to.name, ring_back))
    return _ways_on(stage, to)


def _ways_on(stage: LeavingMessage | ReviewingMessage | AskingToBeRung, to: Recipient) -> Stage:
    if isinstance(to, Person):
        return Referring(to.id, stage.why, told=True)
    return ReferringMembers(TargetKind.DEPARTMENT, to.id, stage.why, told=True)


def _told_of(to: Recipient) -> dict[str, str]:
    return {"person" if isinstance(to, Person) else "department": str(to.id)}
