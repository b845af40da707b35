"""A person hears the messages that were left for them, and those for their department (S1, M4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.ports import Spoken
from hanvisa.calls.prompts import (
    Goodbye,
    MessageChoices,
    MessageFrom,
    MessageHandled,
    MessagesWaiting,
    NoMoreMessages,
    Prompt,
    WentWrong,
)
from hanvisa.calls.stage import CallingOut, ListeningToMessages, Stage, runs
from hanvisa.calls.stages.arriving import take_mark
from hanvisa.calls.storing import stored
from hanvisa.calls.targets import read_dialled, stage_for
from hanvisa.policy.facts import Message, MessageState
from hanvisa.policy.messages import heard_by
from hanvisa.policy.protected_numbers import hidden

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

ASKED = 2  # times that they are asked what is to become of a message; then it is kept


@runs(ListeningToMessages)
async def listen(call: Call, stage: ListeningToMessages) -> Stage | None:
    """No key goes on to the next message, as 2 does; what was heard stays to be handled."""
    own, departments = heard_by(call.register, stage.person)
    left = [one for one in (*own, *departments) if one.id not in stage.heard]
    said = _counted(call, stage, own, departments if left[:1] == departments[:1] else [])
    if not left:
        await call.say(*(said or [NoMoreMessages()]))
        return None
    message = left[0]
    said += _told(call, message)
    asked = 0
    while asked < ASKED:
        key = await call.say(*said) or await call.key(call.house.settings.key_wait)
        await _mark_heard(call, message)
        match key:
            case "1":
                said = _told(call, message)
            case "2":
                break
            case "5" if message.caller:
                return await _ring_back(call, message)
            case "7":
                if await _mark(call, message, MessageState.HANDLED):
                    await call.say(MessageHandled())
                    break
                said = [WentWrong(), _choices(message)]
            case "*":
                await call.say(Goodbye())
                return None
            case _:
                said = [_choices(message)]
                asked += 1
    return ListeningToMessages(stage.person, (*stage.heard, message.id), message.department_id is not None)


def _counted(
    call: Call, stage: ListeningToMessages, own: list[Message], departments: list[Message]
) -> list[Prompt | Spoken]:
    """How many there are: of their own at the beginning, of their department's where these begin."""
    said: list[Prompt | Spoken] = []
    if not stage.heard:
        said.append(_waiting(own))
        call.tell("outcome", outcome="messages", person=str(stage.person))
    id_ = departments[0].department_id if departments and not stage.departments else None
    department = call.register.department(id_) if id_ else None
    if department is not None:
        said.append(_waiting(departments, department.name))
    return said


def _waiting(messages: list[Message], department: str = "") -> Prompt:
    new = sum(one.state is MessageState.NEW for one in messages)
    return MessagesWaiting(new, len(messages) - new, department)


def _told(call: Call, message: Message) -> list[Prompt | Spoken]:
    sound = call.house.messages.sound(message)
    head = MessageFrom(
        _caller(call, message), message.left_at, ring_back=sound is None, confidential=message.confidential
    )
    return [head, *([Spoken((sound,), "")] if sound else []), _choices(message)]


def _caller(call: Call, message: Message) -> str:
    """As withheld where a call left it from a protected number (M1): they may ring back all the same."""
    is_hidden = not message.written and hidden(message.caller, call.register, call.house.plan) is not None
    return "" if is_hidden else message.caller


def _choices(message: Message) -> Prompt:
    return MessageChoices(can_ring=bool(message.caller))


async def _ring_back(call: Call, message: Message) -> Stage:
    """As if they had dialled it, their phone's mark with it; a confidential message is answered in confidence (M4)."""
    await take_mark(call)
    call.change(dialled=message.caller, confidential=call.state.confidential or message.confidential)
    return stage_for(call, read_dialled(call, message.caller)) or CallingOut()


async def _mark_heard(call: Call, message: Message) -> None:
    now = call.register.message(message.id)
    if now is not None and now.state is MessageState.NEW:
        await _mark(call, message, MessageState.READ)


async def _mark(call: Call, message: Message, state: MessageState) -> bool:
    marking = call.house.messages.mark(message.id, state, call.house.clock.now(), by=call.caller.account)
    if not await stored(f"message {message.id} {state}", marking):
        return False
    call.tell("signal", type=f"message_{state}", person=str(call.caller.person or ""))
    return True
