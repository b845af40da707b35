"""Who is rung first, before their call begins: a phone of ours, or whoever left a number."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from enum import Enum, auto
from typing import TYPE_CHECKING

from hanvisa.calls.parties import would_meet_a_mobile
from hanvisa.calls.ringing import CARRIER, Display, is_dialled, none_has_rung, variables
from hanvisa.calls.signals import Answered, Entered, HungUp
from hanvisa.calls.state import VARIABLE
from hanvisa.errors import Gone, Refused, Unavailable

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


class Answer(Enum):
    """What came of ringing the phone."""

    YES = auto()
    NO = auto()
    APART = auto()  # they have answered, and have rung a mobile meanwhile (O2)
    UNHEARD = auto()  # no phone was told: the proxy before several nodes is away, or no leg was made


async def own_phone_answers(call: Call, shown: Display, digits: str = "") -> Answer:
    """Ring the caller's phone, or where it is outside these ``digits``.

    The call's state is written on the channel as it is made: whoever takes the call on once it has been answered goes
    on with it. Raises Unavailable.
    """
    control, channel, account = call.house.control, call.caller.channel, call.caller.account
    call.house.live.bind(channel, call)
    call.keep()
    try:
        dial_string = f"PJSIP/{digits}@{CARRIER}" if digits else f"PJSIP/{account}"
        written = variables(call, shown) | {VARIABLE: call.state.to_json()}
        await control.create(channel, dial_string, written, "")
    except (Refused, Gone) as error:
        call.tell("signal", type="unreachable", account=account, digits=digits, why=str(error))
        return Answer.UNHEARD if digits else Answer.NO  # the carrier is never unplugged
    call.tell("signal", type="ringing", account=account, digits=digits, person=str(call.caller.person or ""))
    settings = call.house.settings
    with suppress(TimeoutError):
        async with asyncio.timeout(settings.ring_person if digits else settings.ring_operator):
            while True:
                match await call.inbox.get():
                    case Entered(new, _, replaced) if replaced is not None:
                        await call.hang_up(new.id)  # another phone has picked it up, whose place is not here
                    case Entered():
                        if not await is_dialled(call, channel):
                            raise Unavailable(f"{dial_string} was made, and is not dialled")
                    case Answered(answered) if answered == channel:
                        return Answer.APART if would_meet_a_mobile(call, call.caller) else Answer.YES
                    case HungUp(gone, cause) if gone == channel and cause:
                        return Answer.NO
    return Answer.UNHEARD if await none_has_rung(call, [channel]) else Answer.NO


async def end_unanswered(call: Call) -> None:
    """The call has not begun, and whoever was rung is free."""
    await call.end()
    call.house.live.release_all(call)
    call.house.queues.wake()
    call.tell("closed", reason="ended")
