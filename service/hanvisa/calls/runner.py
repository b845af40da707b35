"""One task a call: runs stage after stage, and leaves nothing behind.

When Asterisk does not answer, the call waits until it does, and goes on in the stage in which it was
(docs/adr, "A call outlives its line to Asterisk").
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from hanvisa.calls import stages as _stages  # noqa: F401 - makes every stage's work known
from hanvisa.calls.adoption import quiet
from hanvisa.calls.call import Call, CallerGone, LegTaken
from hanvisa.calls.marking import Dismissed
from hanvisa.calls.signals import HungUp
from hanvisa.calls.stage import Apologising, DialledCode, Stage, SwitchingOpen, Talking, run
from hanvisa.calls.state import VARIABLE
from hanvisa.calls.threats import keep_what_is_left
from hanvisa.errors import Gone, Refused, TelephonyError, Unavailable

log = structlog.get_logger()

ASK_AGAIN = 0.25  # seconds
# Times in a row at most: where Asterisk answers and yet does not carry a stage out, it is no lost line.
BEGUN_ANEW = 3
ONCE = (SwitchingOpen, DialledCode)  # carried out twice they would undo what they did


async def run_call(call: Call, stage: Stage | None) -> None:
    """Run the call from this stage to its end.

    Raises nothing but CancelledError: then the call is left as it is, for another instance to take on.
    """
    async with call.beside:
        keep_what_is_left(call)
        reason = await _run_stages(call, stage)
        await call.end()
        call.house.live.release_all(call)
        call.house.queues.freed(call, call.house.clock.now())
        call.over.set()
    call.tell("closed", reason=reason)


async def _run_stages(call: Call, stage: Stage | None) -> str:
    """One after the other; why the call is over."""
    anew = 0  # how many times in a row this stage was begun again
    is_anew = True  # another instance may have begun the first one
    try:
        while stage is not None:
            call.enter(stage, is_anew=is_anew)
            before, stage = stage, await _next_stage(call, stage, may_begin_anew=anew < BEGUN_ANEW)
            is_anew = stage is before
            anew = anew + 1 if is_anew else 0
    except CallerGone:
        return "brought_out" if call.brought_out else "caller_hung_up"
    except LegTaken:
        return "joined_to_another_call"
    except Dismissed:
        return "ended_by_operator"
    return "ended"


async def _next_stage(call: Call, stage: Stage, *, may_begin_anew: bool) -> Stage | None:
    """The stage's outcome. Whatever goes wrong, nobody is dropped: who talks goes on talking, others get an apology."""
    try:
        return await run(call, stage)
    except (CallerGone, LegTaken, Dismissed):
        raise
    except Gone as error:
        # A leg was, in the moment it was joined; or it is the caller, whose hang-up comes behind the end of what was
        # playing: then nothing has failed, and nobody hears an apology.
        with suppress(Unavailable):
            await call.make_sure_of_caller()
        log.info("call.gone", call=call.id, stage=type(stage).__name__, why=str(error))
        failure = str(error)
    except Unavailable as error:
        log.warning("call.interrupted", call=call.id, stage=type(stage).__name__, why=str(error))
        failure = str(error)
        is_begun_anew = may_begin_anew and not isinstance(stage, ONCE)
        call.tell("signal", type="interrupted", stage=type(stage).__name__, why=failure)
        await _until_asterisk_answers(call)
        if is_begun_anew and not _is_talking(call):
            return stage
    except TelephonyError as error:
        log.warning("call.stage_failed", call=call.id, stage=type(stage).__name__, why=str(error))
        failure = str(error)
    except Exception as error:  # a fault of ours must not drop a caller
        log.exception("call.stage_broken", call=call.id, stage=type(stage).__name__)
        failure = repr(error)
    call.tell("signal", type="failure", stage=type(stage).__name__, why=failure)
    if _is_talking(call) and await _talks_on(call):
        return Talking()
    return None if isinstance(stage, Apologising) else Apologising()


def _is_talking(call: Call) -> bool:
    return call.other is not None and call.state.bridge is not None


async def _talks_on(call: Call) -> bool:
    """Whether the talk can go on, or end as any other.

    It may have failed over the other party's hang-up, which is heeded then and comes no more: it is told once more. Not
    twice, where the talk fails over it again. Where Asterisk does not know, they count as there.
    """
    other = call.other
    if other is None or call.found_gone == other.channel:
        return False
    try:
        await call.house.control.variable(other.channel, VARIABLE)
    except Gone:
        call.found_gone = other.channel
        call.inbox.put_nowait(HungUp(other.channel))
    except TelephonyError as error:
        log.info("call.not_known_who_is_there", call=call.id, why=str(error))
    return True


async def _until_asterisk_answers(call: Call) -> None:
    """Wait, and leave the caller as one is taken on: without what they heard last.

    Raises CallerGone when Asterisk knows the caller no more, or they were brought out meanwhile.
    """
    call.interrupted = True
    while not call.brought_out:
        try:
            await call.make_sure_of_caller()
            with suppress(Refused):
                await quiet(call.house, call.caller.channel)
        except Gone as error:
            raise CallerGone from error
        except Unavailable:
            await asyncio.sleep(ASK_AGAIN)
        else:
            call.interrupted = False
            return
    raise CallerGone
