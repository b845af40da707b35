"""One task a call: runs stage after stage, and leaves nothing behind."""

from __future__ import annotations

import structlog

from hanvisa.calls import stages as _stages  # noqa: F401 - makes every stage's work known
from hanvisa.calls.call import Call, CallerGone, LegTaken
from hanvisa.calls.marking import Dismissed
from hanvisa.calls.stage import Apologising, Stage, Talking, run
from hanvisa.errors import Gone, TelephonyError

log = structlog.get_logger()


async def run_call(call: Call, stage: Stage | None) -> None:
    """Run the call from this stage to its end.

    Raises nothing but CancelledError: then the call is left as it is, for another instance to take on.
    """
    reason = "ended"
    try:
        while stage is not None:
            call.enter(stage)
            stage = await _next_stage(call, stage)
    except CallerGone:
        reason = "caller_hung_up"
    except LegTaken:
        reason = "joined_to_another_call"
    except Dismissed:
        reason = "ended_by_operator"
    await call.end()
    call.house.live.release_all(call)
    call.house.queues.freed(call, call.house.clock.now())
    call.tell("closed", reason=reason)
    call.over.set()


async def _next_stage(call: Call, stage: Stage) -> Stage | None:
    """The stage's outcome. Whatever goes wrong, nobody is dropped: who talks goes on talking, others get an apology."""
    try:
        return await run(call, stage)
    except (CallerGone, LegTaken, Dismissed):
        raise
    except Gone as error:
        # The caller's own channel is gone, or a leg was in the moment it was joined.
        log.info("call.gone", call=call.id, stage=type(stage).__name__, why=str(error))
        failure = str(error)
    except TelephonyError as error:
        log.warning("call.stage_failed", call=call.id, stage=type(stage).__name__, why=str(error))
        failure = str(error)
    except Exception as error:  # a fault of ours must not drop a caller
        log.exception("call.stage_broken", call=call.id, stage=type(stage).__name__)
        failure = repr(error)
    call.tell("signal", type="failure", stage=type(stage).__name__, why=failure)
    if call.other is not None and call.state.bridge is not None:
        return Talking()
    return None if isinstance(stage, Apologising) else Apologising()
