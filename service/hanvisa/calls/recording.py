"""Recording what the caller says, and waiting for a recording's end and for what there is of it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import structlog

from hanvisa.calls.signals import Recorded
from hanvisa.errors import TelephonyError

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

log = structlog.get_logger()

T = TypeVar("T")

_LATE = 3.0  # seconds after its time in which the end of a recording is told
_PATIENCE = 1.0  # seconds that a caller waits for the folder where Asterisk records


def recording_id(channel: str) -> str:
    """One recording at a time on a channel, so whoever adopts the channel knows the name."""
    return f"hv-rec-{channel}"


async def record(call: Call) -> None:
    """Record the caller until they press hash, are silent, or have spoken their longest time.

    What there is of it then, the `MessageBox` tells.

    Raises:
        TelephonyError: it can't be recorded.
        CallerGone: they hung up. What they had said is there.
    """
    name, channel = recording_id(call.caller.channel), call.caller.channel
    longest, silence = call.house.settings.message_longest, call.house.settings.message_silence
    await call.answer()
    await call.save()
    call.recording = name
    try:
        await call.house.control.record(channel, name, longest=longest, silence=silence)
        call.tell("signal", type="recording")
        await _until_recorded(call, name, longest + _LATE)
    except TelephonyError:
        # It may have begun all the same, and whatever is played would wait for its end.
        await call.command(call.house.control.stop_recording(name))
        raise
    finally:
        call.recording = None


def keep_beside(
    call: Call, name: str, keep: Callable[[], Awaitable[object]], then: Callable[[], None] = lambda: None
) -> None:
    """What is to become of a recording that nobody in the call waits for: whoever hangs up is free at once.

    The call's end in the log waits for it. A fault of ours in it ends no call. ``then`` is called when it is done, or
    has failed; not where we are stopped before.
    """

    async def without_fault() -> None:
        try:
            await keep()
        except Exception:
            log.exception("call.recording_not_kept", call=call.id, recording=name)
        then()

    call.beside.create_task(without_fault())


async def in_time(asked: Awaitable[T], otherwise: T) -> T:
    """What a `Spool` is asked while a caller waits; ``otherwise`` where it does not answer."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await asked
    except TimeoutError:
        return otherwise


async def _until_recorded(call: Call, name: str, within: float) -> None:
    deadline = asyncio.get_running_loop().time() + within
    while (left := deadline - asyncio.get_running_loop().time()) > 0:
        match await call.next(left):
            case Recorded(recording) if recording == name:
                return
    await call.command(call.house.control.stop_recording(name))


@dataclass
class Endings:
    """Recordings of bridges that have ended: their calls may be over then, and have no queue."""

    _told: defaultdict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))

    def told(self, recording: str) -> None:
        if recording in self._told:
            self._told[recording].set()

    def expect(self, recording: str) -> None:
        self._told[recording].clear()

    async def of(self, recording: str) -> None:
        """Wait until it has ended, or for as long as that may take."""
        try:
            async with asyncio.timeout(_LATE):
                await self._told[recording].wait()
        except TimeoutError:
            pass
        del self._told[recording]
