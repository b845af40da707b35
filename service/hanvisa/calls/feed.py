"""What happens in calls, for those who watch: kept for a while, so that who was away gets what they missed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.live_ports import Envelope, EventType, LiveCall, LiveParty, PausedOperator
from hanvisa.calls.queue import AT_THE_HEAD
from hanvisa.ids import new_id
from hanvisa.policy.emergency import EmergencyCaller

if TYPE_CHECKING:
    from hanvisa.calls.call import Call
    from hanvisa.calls.state import CallState, Leg

KEPT = 1000  # events
LAGGING = 500  # events: who is so far behind is let go, and comes back for what is kept
ALARM = "alarm"  # the side of a call that tells an operator of 112


@dataclass
class Feed:
    _kept: deque[Envelope] = field(default_factory=lambda: deque(maxlen=KEPT))
    _open: set[str] = field(default_factory=set)  # calls that watchers know of
    _watchers: set[asyncio.Queue[Envelope | None]] = field(default_factory=set)

    def told(self, call: Call, kind: str) -> None:
        """The call's story has gone on by an entry of this kind. Never waits.

        A watcher who does not keep up is let go, and comes back with `Last-Event-ID`.
        """
        if kind not in _TELLING or not (call.id in self._open or of_switchboard(call)):
            return
        type_ = EventType.CHANGED if call.id in self._open else EventType.OPENED
        self._open.add(call.id)
        if kind == "closed" or (kind == "stage" and call.state.private):  # sent onto a private call
            type_ = EventType.ENDED
            self._open.discard(call.id)
        self._publish(Envelope(str(new_id()), type_, call.house.clock.now(), shown(call)))

    def operator_paused(self, person: UUID, why: str, at: datetime) -> None:
        """Never waits."""
        self._publish(Envelope(str(new_id()), EventType.OPERATOR_PAUSED, at, PausedOperator(person, why)))

    def emergency(self, caller: EmergencyCaller, at: datetime) -> None:
        """Somebody has dialled 112. Never waits."""
        self._publish(Envelope(str(new_id()), EventType.EMERGENCY, at, caller))

    def _publish(self, event: Envelope) -> None:
        self._kept.append(event)
        for watcher in list(self._watchers):
            if watcher.full():
                self._watchers.discard(watcher)
                while not watcher.empty():  # all: who got the later ones alone would not miss the others
                    watcher.get_nowait()
                watcher.put_nowait(None)
            else:
                watcher.put_nowait(event)

    async def follow(self, after: str | None, now: datetime) -> AsyncIterator[Envelope]:
        """First what came ``after`` that id; RESET and all that is kept where the id is not kept (any more).

        Ends only when the watcher lags too far behind.
        """
        queue: asyncio.Queue[Envelope | None] = asyncio.Queue(LAGGING)
        missed = self._since(after, now) if after is not None else []
        self._watchers.add(queue)
        try:
            for event in missed:
                yield event
            while (event_ := await queue.get()) is not None:
                yield event_
        finally:
            self._watchers.discard(queue)

    def _since(self, after: str, now: datetime) -> list[Envelope]:
        kept = list(self._kept)
        ids = [event.id for event in kept]
        if after in ids:
            return kept[ids.index(after) + 1 :]
        return [Envelope(str(new_id()), EventType.RESET, now, None), *kept]


def of_switchboard(call: Call) -> bool:
    """Whether the call is the operators' matter: one waits for them, has met them, or is theirs.

    A private call (G4, P1) is nobody's matter, and one that tells of 112 is an event of its own.
    """
    if call.state.private or call.state.side == ALARM:
        return False
    caller = call.caller.person
    is_theirs = caller is not None and call.register.operator(caller) is not None
    return call.touched or is_theirs or call.state.stage.get("name") in _WAITING


def shown(call: Call) -> LiveCall:
    state, stage = call.state, call.state.stage.get("name", "")
    args = state.stage.get("args", {})
    sought = args.get("sought")
    return LiveCall(
        id=state.id,
        # Discreet, for watchers know of a call that was no private one before.
        caller=_party(state, state.caller),
        other=_party(state, state.other) if state.other else None,
        dialled=state.discreet(state.dialled),
        stage=stage,
        operator=state.touched_by,
        organisation=state.organisation,
        held=call.is_held,
        confidential=state.confidential,
        threat=state.threat,
        since=_since(call),
        parked_for=call.parked_for,
        rings=tuple(dict.fromkeys(leg.person for leg in call.rung.values() if leg.person)),
        sought=UUID(sought) if sought else None,
        why=args.get("why") if sought else None,
        on_mobile=any(leg.kind.may_be_mobile for leg in (state.caller, state.other) if leg),
    )


def _since(call: Call) -> datetime:
    state, came = call.state, call.state.stage.get("args", {}).get("since")
    if state.held_since is not None:
        return state.held_since
    if came and (began := datetime.fromisoformat(came)) > AT_THE_HEAD:
        return began
    is_talking = state.stage.get("name") == "Talking"
    return (state.talking_since if is_talking else None) or state.stage_since or call.house.clock.now()


def _party(state: CallState, leg: Leg) -> LiveParty:
    return LiveParty(state.discreet(leg.number), leg.person)


_WAITING = ("AtSwitchboard", "LeavingNumber", "Unattended")
_TELLING = ("stage", "signal", "outcome", "closed")
