"""What a call is told by Asterisk, as values. Made by `ari` and `ami`, consumed by the call's one queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hanvisa.calls.live_ports import Asked


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as Asterisk describes it.

    ``account`` is the PJSIP endpoint's name; numbers are as presented; ``dialled`` is the extension it came to.
    """

    id: str
    account: str
    caller_number: str
    dialled: str = ""
    up: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """A channel is offered to every instance; the first to claim it has it.

    ``since`` is when Asterisk made the channel, ``at`` when it offered it, by its own clock; None: not known.
    """

    channel: Channel
    since: datetime | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """A channel is ours to command: new, made by us and now to be dialled, moved to us, or in ``replaced``'s place."""

    channel: Channel
    args: tuple[str, ...] = ()
    replaced: Channel | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A channel that we ring has been answered."""

    channel: str


NORMAL = 16  # Q.850: normal call clearing
# Q.850: no user responding (a session's timer), subscriber absent, destination or network out of order, temporary
# failure, channel unavailable (nothing came from it for too long: Asterisk's RTP time-out).
LOST = frozenset({18, 20, 27, 38, 41, 44})


@dataclass(frozen=True, slots=True)
class HungUp:
    """A channel is gone. ``cause`` is Q.850's, ``sip`` the SIP status where there was one.

    ``cause`` 0: it has only left our hands so far, and why it ended is told in a moment.
    """

    channel: str
    cause: int = 0
    sip: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    channel: str
    digit: str


@dataclass(frozen=True, slots=True)
class Played:
    """A playback has ended, by itself or because it was stopped."""

    playback: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording has ended; how, only what there is of it tells."""

    recording: str


@dataclass(frozen=True, slots=True)
class Redirected:
    """A phone that was rung answered with a 302; ``to`` is the user part of where it points."""

    channel: str
    to: str


@dataclass(frozen=True, slots=True)
class TransferRequested:
    """A phone's REFER on ``channel``. When ``attended``, ``other`` is its other leg, if that is known here.

    ``by`` is the operator who asks the same by the API: no phone waits for an answer. The leg on ``channel`` makes way.
    """

    channel: str
    target: str
    attended: bool = False
    other: str | None = None
    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Held:
    channel: str


@dataclass(frozen=True, slots=True)
class Unheld:
    channel: str


@dataclass(frozen=True, slots=True)
class PhoneLost:
    """The phone of this account has unregistered, or does not answer when it is asked whether it is there."""

    account: str


@dataclass(frozen=True, slots=True)
class Woken:
    """Something the call waits for has changed (an operator is free, a queue has moved)."""


@dataclass(frozen=True, slots=True)
class Surrendered:
    """Another call has taken a leg of this one; this call is over."""


@dataclass(frozen=True, slots=True)
class BroughtOut:
    """The dialplan goes on with the caller; this call is over."""


@dataclass(frozen=True, slots=True)
class Reconnected:
    """The event stream is up (again): what was missed must be found out. ``node`` is whose, where there are several."""

    node: str = ""


@dataclass(frozen=True, slots=True)
class NodeLost:
    """One of several Asterisks has been away for so long that what was on it counts as gone."""

    node: str


Signal = (
    Offered
    | Entered
    | Answered
    | HungUp
    | Key
    | Played
    | Recorded
    | Redirected
    | TransferRequested
    | Held
    | Unheld
    | PhoneLost
    | Woken
    | Surrendered
    | BroughtOut
    | Reconnected
    | NodeLost
    | Asked
)
