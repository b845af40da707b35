"""Recording a call that is marked as a threat, while two talk and in silence, and keeping it as evidence."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hanvisa.calls.decisions import decide, tell
from hanvisa.calls.recording import keep_beside
from hanvisa.errors import HanvisaError, TelephonyError
from hanvisa.policy.in_call import ThreatFacts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from hanvisa.calls.call import Call


def threat_id(bridge: str) -> str:
    """One recording at a time of a bridge, so whoever adopts the call knows the name."""
    return f"hv-threat-{bridge}"


class ThreatRecording:
    """Of one talk; what the two say while one of them is on hold is a talk of its own."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._decided: ThreatFacts | None = None
        self._name: str | None = None
        self._began: datetime = call.house.clock.now()

    async def look(self) -> None:
        """The call may have been marked, as a threat or as confidential: begin then, or end."""
        call = self._call
        if not call.state.threat or call.state.bridge is None:
            return
        facts = ThreatFacts(
            call.house.settings.record_threats, call.state.confidential, bool(call.state.private)
        )
        if facts == self._decided or threat_id(call.state.bridge) in dict(
            call.state.unkept
        ):  # it is woken then
            return
        self._decided = facts
        decision = decide(facts)
        tell(call, facts, decision)
        if decision.allowed:
            await self._begin(call.state.bridge)
        else:
            await self.over()

    async def over(self) -> None:
        """Stop, and keep what there is beside the call: whoever is left does not wait for the folder."""
        if self._name is None:
            return
        name, self._name = self._name, None
        await self._call.command(self._call.house.control.stop_recording(name))
        # Whoever takes the call on keeps it, should we be stopped before the folder answers.
        self._call.change(unkept=(*self._call.state.unkept, (name, self._began)))
        _keep_beside(self._call, name, partial(self._keep, name, self._began))

    async def _keep(self, name: str, began: datetime) -> None:
        await self._call.house.recordings.of(name)
        await keep_evidence(self._call, name, began)

    async def _begin(self, bridge: str) -> None:
        control, name = self._call.house.control, threat_id(bridge)
        self._call.house.recordings.expect(name)
        try:
            if not await control.is_recording(name):
                await control.record_bridge(bridge, name)
        except TelephonyError as error:
            self._call.tell("command", failed=str(error))
            return
        self._name, self._began = name, self._call.house.clock.now()
        self._call.tell("signal", type="threat_recording")


def keep_what_is_left(call: Call) -> None:
    """Beside the call: what was over before it was taken on, and not kept."""
    for name, began in call.state.unkept:
        _keep_beside(call, name, partial(keep_if_there, call, name, began))


async def keep_if_there(call: Call, name: str, began: datetime) -> None:
    """As `keep_evidence`, unless that was done already, or nothing is heard in it."""
    if await call.house.evidence.seconds(name):
        await keep_evidence(call, name, began)


def _keep_beside(call: Call, name: str, keep: Callable[[], Awaitable[object]]) -> None:
    def noted() -> None:
        call.change(unkept=tuple(one for one in call.state.unkept if one[0] != name))
        call.wake()

    keep_beside(call, name, keep, then=noted)


async def keep_evidence(call: Call, name: str, began: datetime) -> None:
    """What was recorded under this name goes with the call's record."""
    evidence = call.house.evidence
    try:
        seconds = await evidence.seconds(name)
        file = await evidence.keep(name, f"{call.id}-{began:%Y%m%dT%H%M%S%f}")
    except HanvisaError as error:  # it stays where Asterisk has put it
        call.tell("signal", type="threat_not_kept", why=str(error), recording=name)
        return
    await evidence.discard(name)
    call.tell(
        "signal",
        type="threat_recorded",
        file=file,
        began_at=began.isoformat(),
        seconds=seconds or 0.0,
    )
