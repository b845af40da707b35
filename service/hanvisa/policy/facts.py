"""What the register knows, as frozen values: the facts that decisions are made from.

Ids are UUIDv7. Numbers are E.164 ("+46980319201"), extensions are the digits themselves ("201"). Times are
timezone-aware; a naive one is refused where the value is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hanvisa.policy.model import Language, Text

if TYPE_CHECKING:
    from dataclasses import dataclass as fact_of_many
else:

    def fact_of_many(*, frozen: bool, slots: bool) -> Any:
        """What a register has a hundred thousand of is frozen to the type checker alone: it is made sooner so."""
        return dataclass(unsafe_hash=frozen, slots=slots)


def aware(moment: datetime) -> datetime:
    """The moment itself; ValueError when it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment


class CallingClass(StrEnum):
    """What somebody may call. Each includes those before it."""

    INSIDE = "inside"
    NATIONAL = "national"
    ABROAD = "abroad"
    PREMIUM = "premium"

    def covers(self, other: CallingClass) -> bool:
        order = list(CallingClass)
        return order.index(other) <= order.index(self)


class NumberShown(StrEnum):
    """Which number is seen outside when somebody calls out."""

    DIRECT = "direct"
    MAIN = "main"


@dataclass(frozen=True, slots=True)
class Organisation:
    id: UUID
    name: str
    prefix: str | None = None  # dialled before another organisation's extension
    area_code: str | None = None  # with its leading 0: "0980"


@dataclass(frozen=True, slots=True)
class Operation:
    id: UUID
    name: str
    organisation_id: UUID
    telephone_manager_id: UUID | None = None
    head_id: UUID | None = None


class Ringing(StrEnum):
    """How the members of a department or a group are rung."""

    TOGETHER = "together"
    IN_TURN = "in_turn"


@dataclass(frozen=True, slots=True)
class Department:
    id: UUID
    name: str
    operation_id: UUID
    organisation_id: UUID
    confidential: bool = False
    stand_in_id: UUID | None = None  # the department that answers when this one is empty
    may_call: CallingClass | None = None  # None: as everybody
    ringing: Ringing = Ringing.TOGETHER
    cost_centre_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Times of the week (ISO weekdays, 1 Monday to 7 Sunday), local time, ``start`` included, ``end`` not."""

    days: tuple[int, ...]
    start: time
    end: time


@fact_of_many(frozen=True, slots=True)
class Person:
    id: UUID
    given_name: str
    family_name: str
    department_id: UUID
    operation_id: UUID
    organisation_id: UUID
    title: str = ""
    functions: tuple[str, ...] = ()
    language: Language = Language.SV
    protected: bool = False  # no number of theirs is ever told
    confidential: bool = False  # M4: their line is confidential
    best_reached: tuple[Window, ...] = ()  # G2: spoken and shown, closes nothing
    may_call: CallingClass | None = None  # None: as their department
    number_shown: NumberShown = NumberShown.DIRECT

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@fact_of_many(frozen=True, slots=True)
class Mobile:
    id: UUID
    person_id: UUID
    number: str
    protected: bool = False


class TargetKind(StrEnum):
    """What a number leads to."""

    PERSON = "person"
    DEPARTMENT = "department"
    GROUP = "group"
    SWITCHBOARD = "switchboard"


@fact_of_many(frozen=True, slots=True)
class Extension:
    """An inside number of 3 to 5 digits, unique within its organisation."""

    number: str
    organisation_id: UUID
    kind: TargetKind
    target_id: UUID
    confidential: bool = False


@fact_of_many(frozen=True, slots=True)
class OutsideNumber:
    """A number of ours in the public network (E.164)."""

    number: str
    kind: TargetKind
    target_id: UUID
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class ProtectedNumber:
    """E.164, of somebody who is protected or whose mobile is; also of who has left, and of a mobile that was ended."""

    number: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A SIP account. ``account`` is the PJSIP endpoint's name; ``owner_id`` None is a shared phone."""

    id: UUID
    account: str
    organisation_id: UUID
    owner_id: UUID | None = None
    location_number: str | None = None  # of its site, E.164: tells 112 where the caller is
    site: str = ""  # its name


@dataclass(frozen=True, slots=True)
class Group:
    id: UUID
    name: str
    organisation_id: UUID
    member_ids: tuple[UUID, ...] = ()  # persons
    numbers: tuple[str, ...] = ()  # outside numbers that are members, E.164; in turn they come last
    ringing: Ringing = Ringing.TOGETHER


@dataclass(frozen=True, slots=True)
class Switchboard:
    id: UUID
    name: str
    organisation_id: UUID
    greeting: Text
    hours: tuple[Window, ...] = ()  # none: always open
    closed: Text | None = None  # its own words when closed; None: when it opens is said
    night_group_id: UUID | None = None  # the on-call list that callers are put through to when it is closed


class OperatorState(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Operator:
    person_id: UUID
    switchboard_ids: tuple[UUID, ...]
    state: OperatorState
    phone_id: UUID
    since: datetime  # of the state


class TimeKind(StrEnum):
    TIME = "time"  # until a time of day
    DATE = "date"  # until a date
    NONE = "none"  # until cancelled


@dataclass(frozen=True, slots=True)
class AbsenceReason:
    """``spoken`` follows the person's name: "Anna Berg *är på sammanträde*". A ``private`` one is left out (G1).

    ``default_until`` is how long one lasts for which nobody said: "30m", "next_working_day", or "" by the kind.
    One that ``cannot_wait`` (sickness, care of a child) is saved whatever G3 says.
    """

    code: str
    name: Text
    spoken: Text
    time_kind: TimeKind
    private: bool = False
    reachable: bool = False  # can be reached all the same (G3): the phone rings
    default_until: str = ""
    cannot_wait: bool = False


@dataclass(frozen=True, slots=True)
class Absence:
    id: UUID
    person_id: UUID
    reason: AbsenceReason
    starts_at: datetime
    ends_at: datetime | None  # None: until cancelled
    best_reached: tuple[Window, ...] = ()
    substitute_id: UUID | None = None

    def __post_init__(self) -> None:
        aware(self.starts_at)
        if self.ends_at is not None:
            aware(self.ends_at)


class ForwardingKind(StrEnum):
    """When a forwarding is followed."""

    ALWAYS = "always"
    BUSY = "busy"
    NO_ANSWER = "no_answer"  # nor plugged in


@dataclass(frozen=True, slots=True)
class Forwarding:
    """M3. ``target`` as it was dialled; it is read and judged anew at each call."""

    id: UUID
    person_id: UUID
    target: str
    starts_at: datetime
    ends_at: datetime
    kind: ForwardingKind = ForwardingKind.ALWAYS


class CodeAction(StrEnum):
    """What a code on the phone does."""

    SET_ABSENCE = "set_absence"  # *code*time
    END_ABSENCE = "end_absence"
    SET_ABSENCE_FOR = "set_absence_for"  # *extension*code*time, by an operator
    END_ABSENCE_FOR = "end_absence_for"  # *extension
    FORWARD = "forward"  # *number*time
    FORWARD_WHEN_BUSY = "forward_when_busy"
    FORWARD_WHEN_NO_ANSWER = "forward_when_no_answer"
    STOP_FORWARDING = "stop_forwarding"
    STOP_FORWARDING_WHEN_BUSY = "stop_forwarding_when_busy"
    STOP_FORWARDING_WHEN_NO_ANSWER = "stop_forwarding_when_no_answer"
    TELL_WHAT_IS_SET = "tell_what_is_set"
    OPEN_OR_CLOSE = "open_or_close"  # an operator
    PAUSE = "pause"  # an operator
    CONFIDENTIAL = "confidential"  # the phone's next call; keyed during a call: that one
    TAKE_BACK = "take_back"  # by an operator: the confidential call that a mobile is on
    LISTEN_TO_MESSAGES = "listen_to_messages"
    THREAT = "threat"  # the call during which it is keyed
    GUIDE = "guide"  # a superuser
    RECORD_NAME = "record_name"
    RECORD_GREETING = "record_greeting"  # for the absence that lasts now
    PARK = "park"  # *extension, where an operator transfers a caller to
    PICK_UP = "pick_up"  # whom one has parked; *extension, by an operator, for somebody


@dataclass(frozen=True, slots=True)
class Code:
    """How a code begins on the phone, up to what is keyed with it: "*23", "#23"."""

    code: str
    action: CodeAction


class RecordingKind(StrEnum):
    """What people record of themselves by phone."""

    NAME = "name"
    GREETING = "greeting"  # for one absence


@dataclass(frozen=True, slots=True)
class Recording:
    """What somebody has recorded of themselves. ``sound`` names it among the sounds that can be played."""

    person_id: UUID
    kind: RecordingKind
    sound: str
    absence_id: UUID | None = None  # a greeting's


@dataclass(frozen=True, slots=True)
class Superuser:
    """O3: a person who introduces others to the referral system and the telephone."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class ConfidentialMark:
    """M4: the next call that the phone of this account makes is confidential."""

    account: str


class MessageState(StrEnum):
    NEW = "new"
    READ = "read"  # heard, and still to be handled
    HANDLED = "handled"


@dataclass(frozen=True, slots=True)
class Message:
    """S1, for a person or a department. ``caller`` is what is dialled to ring back, "" withheld.

    ``recording`` None: "please ring me". ``written``: not left by a call, and ``caller`` is what somebody wrote.
    """

    id: UUID
    person_id: UUID | None
    caller: str
    recording: str | None
    state: MessageState
    left_at: datetime
    due_at: datetime
    confidential: bool = False  # M4
    department_id: UUID | None = None
    written: bool = False


@dataclass(frozen=True, slots=True)
class Callback:
    """A caller who has left a number instead of waiting. ``since`` is their place in the switchboard's queue.

    They have been tried so many times (``tries``), and are not rung before ``due_at``. ``language`` is theirs.
    """

    id: UUID
    switchboard_id: UUID
    number: str
    since: datetime
    due_at: datetime
    language: Language = Language.SV
    confidential: bool = False
    tries: int = 0

    def __post_init__(self) -> None:
        aware(self.since)
        aware(self.due_at)


class ScopeKind(StrEnum):
    EVERYONE = "everyone"
    ORGANISATION = "organisation"
    DEPARTMENT = "department"
    PERSON = "person"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class PolicyException:
    """An exception to O2 (docs/policy.md). ``id_`` is the organisation, department or person; ``number`` is E.164.

    ``operators`` are persons; None is all operators. ``weekly`` empty is all the week. ``call`` is the id of the one
    call that an operator has made it for, on the spot; None for those that are granted beforehand.
    """

    id: UUID
    scope: ScopeKind
    reason: str
    granted_by: str
    starts_at: datetime
    ends_at: datetime
    scope_id: UUID | None = None
    number: str | None = None
    operators: frozenset[UUID] | None = None
    weekly: tuple[Window, ...] = ()
    max_uses: int | None = None
    uses: int = 0
    revoked_at: datetime | None = None
    call: str | None = None

    def __post_init__(self) -> None:
        aware(self.starts_at)
        aware(self.ends_at)


@dataclass(frozen=True, slots=True)
class ChangedSetting:
    """A setting that an admin has changed while the service runs."""

    key: str
    value: Any
