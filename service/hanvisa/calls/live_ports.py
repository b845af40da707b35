"""The calls that are up now as the console sees them, and what an operator asks of one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID

from hanvisa.policy.emergency import EmergencyCaller
from hanvisa.policy.model import Decision

VERSION = 1  # of the envelope and of what it holds


@dataclass(frozen=True, slots=True)
class LiveParty:
    """``number`` is E.164 or an extension's digits, empty where it is not known; ``person`` is one of ours."""

    number: str
    person: UUID | None


@dataclass(frozen=True, slots=True)
class LiveCall:
    """One call now. ``stage`` is what happens in it; ``operator`` the one who has it, or touched it last.

    ``since`` is when the caller began to wait, to be held or to talk, else when the stage began. ``parked_for`` is the
    person for whom the caller is parked. ``rings`` are those whose phones ring for it now. ``sought`` is whom a
    caller who is back was for, and ``why`` that one was not had (absent, busy, no_answer, unplugged, not_rung; None: a
    colleague hands them over). ``on_mobile``: one of the two parties is a mobile, for O2 and M4.
    """

    id: str
    caller: LiveParty
    other: LiveParty | None
    dialled: str
    stage: str
    operator: UUID | None
    organisation: UUID | None
    held: bool
    confidential: bool
    threat: bool
    since: datetime
    parked_for: UUID | None = None
    rings: tuple[UUID, ...] = ()
    sought: UUID | None = None
    why: str | None = None
    on_mobile: bool = False

    def involves(self, person: UUID) -> bool:
        parties = (self.caller.person, self.other.person if self.other else None, self.operator)
        return person in parties

    def is_with(self, person: UUID) -> bool:
        """Whether the person talks in it, or has the caller on hold or parked."""
        talks = person in (self.caller.person, self.other.person if self.other else None)
        return talks or (self.held and person == self.operator)


@dataclass(frozen=True, slots=True)
class PausedOperator:
    """An operator who has been paused, and why: no_answer, busy or unplugged."""

    person: UUID
    why: str


class EventType(StrEnum):
    OPENED = "call.opened"
    CHANGED = "call.changed"
    ENDED = "call.ended"
    OPERATOR_PAUSED = "operator.paused"
    EMERGENCY = "emergency"
    RESET = "calls.reset"  # events are missing: the calls are to be asked for anew


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event. ``id`` is opaque: given back as `Last-Event-ID`, the events after it are replayed.

    ``data`` is who has dialled 112 where the type is EMERGENCY, who is paused where it is OPERATOR_PAUSED, None
    where it is RESET, else a call.
    """

    id: str
    type: EventType
    at: datetime
    data: LiveCall | PausedOperator | EmergencyCaller | None
    version: int = VERSION


class Wish(StrEnum):
    ANSWER = "answer"
    HAND_OVER = "handover"
    TRANSFER = "transfer"
    HOLD = "hold"
    RETRIEVE = "retrieve"
    QUEUE = "queue"
    CONFIDENTIAL = "confidential"
    TAKE_BACK = "takeback"
    THREAT = "threat"
    MESSAGE = "message"
    HANG_UP = "hangup"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a wish. ``refused`` is the policy's decision where it said no.

    ``nowhere``: the number, the other call or the person leads nowhere. ``not_now``: the call is not where this can be
    done. ``kept_apart``: the colleague has somebody on another line who may not meet the caller, for one of them is on
    a mobile (O2, M4).
    """

    what: Literal["done", "refused", "nowhere", "not_now", "kept_apart"]
    refused: Decision | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish on its way to its call. ``by`` is the operator; None: whoever of the call's operators has it.

    ``to`` is what a blind transfer dials, ``consultation`` the other call of an attended one, ``person`` whom a message
    is for, or the operator to whom the caller is handed over.
    """

    wish: Wish
    answer: asyncio.Future[Outcome]
    by: UUID | None = None
    to: str = ""
    consultation: str = ""
    person: UUID | None = None

    def is_answered(self, outcome: Outcome) -> None:
        if not self.answer.done():
            self.answer.set_result(outcome)


class LiveDesk(Protocol):
    """The switchboard's calls now. Raises `NotFound` for a call that is not (any more)."""

    def is_engaged(self, person: UUID, /) -> bool:
        """Whether one of the person's phones is in a call or rings."""
        ...

    def wraps_up(self, person: UUID, /) -> bool:
        """Whether the person has time to themselves after a call, in which an operator is offered nobody."""
        ...

    def calls(self) -> tuple[LiveCall, ...]: ...

    def call(self, call_id: str) -> LiveCall: ...

    async def ask(
        self,
        call_id: str,
        wish: Wish,
        by: UUID | None,
        *,
        to: str = "",
        consultation: str = "",
        person: UUID | None = None,
    ) -> Outcome: ...

    async def dial(self, person: UUID, to: str, *, confidential: bool = False) -> bool:
        """The person's phone rings, or answers by itself, and dials ``to``. False: they talk, or have none.

        ``confidential``: the call is, from its beginning (M4).
        """
        ...

    def events(self, after: str | None) -> AsyncIterator[Envelope]:
        """What happens from now on, first what has happened since ``after``, the id of an event.

        RESET comes before the others where that one is not kept (any more), and then all that is kept.
        """
        ...


class Admitted(Protocol):
    """What becomes of the carrier's next calls, in shares of all of them."""

    @property
    def offered(self) -> float:
        """To the service."""
        ...

    @property
    def turned_away(self) -> float:
        """To the fallback, at once."""
        ...

    @property
    def refused(self) -> float:
        """Not answered."""
        ...

    @property
    def is_whole(self) -> bool:
        """All are offered."""
        ...


@dataclass(frozen=True, slots=True)
class CallLoad:
    """Calls since the start, and what becomes of the next ones.

    ``taken`` by this service; ``not_taken`` are offers that were too late, or that another instance took; the dialplan
    has ``turned_away`` or ``refused`` the others, as it was told to.
    """

    taken: int
    not_taken: int
    turned_away: int
    refused: int
    admitted: Admitted
