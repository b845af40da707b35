"""The stages of a call: each a name and its arguments, written on the channel before it is entered.

What a stage does is one coroutine (`calls/stages/`), which reads facts, asks the policy, commands the call, and returns
the next stage, or None at the end. The coroutine is found by the stage's type, so that the families need not import
each other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from hanvisa.calls.prompts import Why
from hanvisa.policy.emergency import EmergencyCall
from hanvisa.policy.facts import RecordingKind, TargetKind
from hanvisa.policy.transfer import Via

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


@dataclass(frozen=True)
class Arriving:
    """A new call, from the carrier or from a phone."""


@dataclass(frozen=True)
class ReachingPerson:
    """Absent: referral, and the phone does not ring. There: it rings; nobody answers: referral all the same.

    ``followed`` are those whose forwardings led here, so that forwardings never go round in a circle. ``waited_since``
    is of a caller who has waited for this person to be free. ``past_referral``: an operator knows that they are there.
    ``via`` is SUBSTITUTE where the caller has chosen whoever stands in for the person sought.
    """

    person: UUID
    followed: tuple[UUID, ...] = ()
    waited_since: datetime | None = None
    past_referral: bool = False
    via: Via = Via.DIRECT


@dataclass(frozen=True)
class ReachingMembers:
    """The members' phones ring, together or in turn; nobody: the stand-in department, else the operators (G3).

    ``tried`` are the departments that were rung, or found empty, before this one, the one that was asked for first.
    """

    kind: TargetKind
    id: UUID
    tried: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Referring:
    """The referral of a person is spoken, and the key that the caller chooses is followed; no key: goodbye.

    ``told``: they have heard it, and only the ways on are spoken.
    """

    person: UUID
    why: Why
    told: bool = False


@dataclass(frozen=True)
class ReferringMembers:
    """Nobody of the department (nor of its stand-ins) or group is to be had, and there are no operators (G3).

    ``told``: only the ways on are spoken.
    """

    kind: TargetKind
    id: UUID
    why: Why
    told: bool = False


@dataclass(frozen=True)
class LeavingMessage:
    """The caller leaves a message for a person or a department: a tone, then what they say is recorded.

    ``why`` is why they were not to be had, here and in what follows: the ways on are told again where it fails.
    """

    to: UUID
    why: Why


@dataclass(frozen=True)
class ReviewingMessage:
    """The message is recorded; it is kept, heard again or recorded anew. ``message`` is its id when it is kept."""

    to: UUID
    why: Why
    message: UUID


@dataclass(frozen=True)
class AskingToBeRung:
    """A message without a sound: the caller wants to be rung back. ``message`` is its id."""

    to: UUID
    why: Why
    message: UUID


@dataclass(frozen=True)
class AtSwitchboard:
    """A caller at a switchboard: greeted, then an open operator rings; all busy: music, and served in order.

    ``sought`` (a person, department or group) and ``why`` are of a caller who comes back: the operator sees who it was
    for, and the caller is not greeted anew. ``since`` keeps the place
    in the queue when another instance takes the call on.
    """

    switchboard: UUID
    sought: UUID | None = None
    why: Why | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class LeavingNumber:
    """A caller who waits leaves a number instead, and keeps the place in the queue: it is theirs ``since`` then.

    ``unattended``: nobody was there, which is told again where nothing comes of this.
    """

    switchboard: UUID
    since: datetime
    sought: UUID | None = None
    why: Why | None = None
    unattended: bool = False


@dataclass(frozen=True)
class RingingBack:
    """An operator has answered for a caller who left a number, who is rung now; ``tries`` were in vain before."""

    callback: UUID
    tries: int = 0


@dataclass(frozen=True)
class GivenUp:
    """Whoever left a number that is not rung back after all (M4, O2) has been rung, and is told why."""

    callback: UUID


@dataclass(frozen=True)
class Closed:
    """The switchboard is closed: its closed message is spoken, then the ways on of whom the caller ``sought``."""

    switchboard: UUID
    sought: UUID | None = None
    why: Why | None = None


@dataclass(frozen=True)
class Unattended:
    """The switchboard is open and nobody is there, nor expected back: the caller is told, and may leave a number.

    Whoever was sent back from somebody ``sought`` hears the ways on there. The place in the queue is ``since`` then.
    """

    switchboard: UUID
    since: datetime
    sought: UUID | None = None
    why: Why | None = None


@dataclass(frozen=True)
class NightService:
    """The switchboard is closed and its on-call list is rung, one after the other; ``turn`` is whose it is (from 0).

    Where nobody answers it is closed, with the ways on of whom they ``sought``. Who has waited ``since`` then, as it
    closed, goes on as `Unattended`, with what is told there.
    """

    switchboard: UUID
    turn: int = 0
    since: datetime | None = None
    sought: UUID | None = None
    why: Why | None = None


@dataclass(frozen=True)
class BackToOperator:
    """The caller is offered back to the operator who had them; who is not to be had leaves them to the switchboard.

    ``sought`` and ``why`` are those of whom the operator had sent them to, ``handed_by`` the colleague who hands them
    over: the operator sees it. ``told``: the caller has heard that ``sought`` is not to be had.
    """

    operator: UUID
    sought: UUID | None = None
    why: Why | None = None
    handed_by: UUID | None = None
    told: bool = False


@dataclass(frozen=True)
class OfferingToWait:
    """An operator's caller for a busy person is asked whether to wait; who does not want to is referred.

    ``past_referral`` and ``via`` as they were for `ReachingPerson`.
    """

    person: UUID
    past_referral: bool = False
    via: Via = Via.DIRECT


@dataclass(frozen=True)
class CampingOn:
    """The caller waits with music until the person is free, and after a time goes back to the operator.

    ``past_referral`` and ``via`` as they were for `ReachingPerson`, and are again.
    """

    person: UUID
    since: datetime
    past_referral: bool = False
    via: Via = Via.DIRECT


@dataclass(frozen=True)
class Parked:
    """An operator has parked the caller for a person: music until they are picked up, or go to the queue's head."""

    person: UUID


@dataclass(frozen=True)
class Parking:
    """`*68*extension#`: an operator hears for whom a caller is parked who is transferred here now."""

    person: UUID


@dataclass(frozen=True)
class PickingUp:
    """`*88#`: the caller who has been parked longest for this person comes to the phone that dialled it."""

    person: UUID


@dataclass(frozen=True)
class CallingOut:
    """From one of our phones to an outside number."""


@dataclass(frozen=True)
class SwitchingOpen:
    """`*27#`: an operator opens, or closes when open; ``pauses``: `*270#`. Confirmed by voice."""

    pauses: bool = False


@dataclass(frozen=True)
class DialledCode:
    """A code was dialled (docs/import.md): it is carried out and confirmed by voice, or what is wrong is said."""


@dataclass(frozen=True)
class ListeningToMessages:
    """`*26#`: a person hears their messages, then their department's, new ones first. ``heard`` are those before this.

    ``departments``: those before this were the department's already.
    """

    person: UUID
    heard: tuple[UUID, ...] = ()
    departments: bool = False


@dataclass(frozen=True)
class RecordingOwn:
    """`*24#`, `*25#`: a person records their name, or a greeting for an ``absence``, after a tone."""

    person: UUID
    kind: RecordingKind
    absence: UUID | None = None


@dataclass(frozen=True)
class ReviewingOwn:
    """What was recorded is heard again, and kept by a key or recorded anew; without a key nothing is kept."""

    person: UUID
    kind: RecordingKind
    absence: UUID | None = None


@dataclass(frozen=True)
class Guiding:
    """`*200`: a superuser hears of one of the telephone's functions; ``step`` 0 is the beginning (O3)."""

    step: int = 0


@dataclass(frozen=True)
class Talking:
    """Caller and other party talk; their phones may ask for transfers."""


@dataclass(frozen=True)
class OnHold:
    """An operator has put the other party on hold by the API: that one, at ``channel``, hears music alone."""

    channel: str


@dataclass(frozen=True)
class Transferred:
    """The caller has been sent on to what was dialled; whoever sent them is free.

    ``past_referral``: an operator knows that whoever is sought is there.
    """

    dialled: str
    past_referral: bool = False


@dataclass(frozen=True)
class Alarming:
    """An operator's phone is rung and told that 112 was dialled, or somebody put through to it."""

    emergency: EmergencyCall


@dataclass(frozen=True)
class Apologising:
    """Something of ours failed: the caller is told so and given to the operators, never dropped."""


Stage = (
    Arriving
    | ReachingPerson
    | ReachingMembers
    | Referring
    | ReferringMembers
    | LeavingMessage
    | ReviewingMessage
    | AskingToBeRung
    | AtSwitchboard
    | LeavingNumber
    | RingingBack
    | GivenUp
    | Closed
    | Unattended
    | NightService
    | BackToOperator
    | OfferingToWait
    | CampingOn
    | Parked
    | Parking
    | PickingUp
    | CallingOut
    | SwitchingOpen
    | DialledCode
    | ListeningToMessages
    | RecordingOwn
    | ReviewingOwn
    | Guiding
    | Talking
    | OnHold
    | Transferred
    | Alarming
    | Apologising
)

Work = Callable[["Call", Any], Awaitable[Stage | None]]
S = TypeVar("S")

_KINDS: dict[str, Any] = {kind.__name__: kind for kind in Stage.__args__}
_WORK: dict[type[Stage], Work] = {}


def runs(kind: type[Stage]) -> Callable[[Work], Work]:
    """Marks the coroutine that does this stage's work."""

    def register(work: Work) -> Work:
        _WORK[kind] = work
        return work

    return register


async def run(call: Call, stage: Stage) -> Stage | None:
    """Do the stage's work; gives the next stage, or None at the end."""
    return await _WORK[type(stage)](call, stage)


def to_json(stage: Stage) -> dict[str, Any]:
    return {
        "name": type(stage).__name__,
        "args": _adapter(type(stage).__name__).dump_python(stage, mode="json"),
    }


def from_json(written: dict[str, Any]) -> Stage:
    """Raises KeyError when no stage has that name, ValueError when the arguments are not its."""
    stage: Stage = _adapter(written["name"]).validate_python(written["args"])
    return stage


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    """Made when it is first needed, and not all of them while callers wait for a start."""
    return TypeAdapter(_KINDS[kind])
