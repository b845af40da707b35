"""What reports are made from, as it was stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from hanvisa.calls.ports import CallEntry
from hanvisa.policy.coverage import Team
from hanvisa.policy.facts import Absence
from hanvisa.reports.model import Place


@dataclass(frozen=True, slots=True)
class Referral:
    """A caller of the person heard the referral, for ``why``: absent, busy, no_answer or unplugged.

    ``unreferred``: it counts as an unreferred absence (G1); else it met a registered one, also of who can be reached
    all the same and did not answer. ``person_id`` None: they have been removed.
    """

    call_id: str
    at: datetime
    person_id: UUID | None
    place: Place
    why: str
    unreferred: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """The policy refused a step. ``rules`` are those that determined it, the first one first."""

    call_id: str
    at: datetime
    rules: tuple[str, ...]
    person_id: UUID | None
    operator_id: UUID | None
    place: Place


@dataclass(frozen=True, slots=True)
class ExceptionInForce:
    """In force at some time of the month; ``calls`` are those of its uses in it. ``whom``: an id, a number, none."""

    id: UUID
    scope: str
    whom: UUID | str | None
    reason: str
    granted_by: str
    starts_at: datetime
    ends_at: datetime
    calls: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class SwitchboardCall:
    """A call that came to a switchboard. ``places`` are those of the switchboards."""

    call_id: str
    steps: tuple[CallEntry, ...]
    places: Mapping[UUID, Place]


@dataclass(frozen=True, slots=True)
class PrivateCall:
    call_id: str
    person_id: UUID | None
    place: Place
    steps: tuple[CallEntry, ...]


@dataclass(frozen=True, slots=True)
class MobileCall:
    """A call in which a mobile took part."""

    call_id: str
    place: Place
    steps: tuple[CallEntry, ...]


@dataclass(frozen=True, slots=True)
class MessageDue:
    """To be handled in the month, and not handled in time."""

    id: UUID
    person_id: UUID | None
    department_id: UUID | None
    left_at: datetime
    due_at: datetime
    handled_at: datetime | None
    place: Place


@dataclass(frozen=True, slots=True)
class ForwardedToMobile:
    """``days`` are those of the month; ``calls`` is how many were put through by it."""

    person_id: UUID
    target: str
    starts_at: datetime
    ends_at: datetime
    days: frozenset[date]
    calls: int
    place: Place


@dataclass(frozen=True, slots=True)
class UncheckedMobile:
    """Without a greeting that is known to be valid (M2)."""

    person_id: UUID
    number: str
    checked_at: datetime | None
    place: Place


@dataclass(frozen=True, slots=True)
class DepartmentCall:
    """Somebody called a department."""

    call_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DepartmentMonth:
    """The ``chain`` is the department and those that stand in for it, one for the other.

    ``absences`` are their people's, ``days`` those of the month that are over, ``calls`` those for the department.
    """

    chain: tuple[Team, ...]
    absences: tuple[Absence, ...]
    days: tuple[date, ...]
    calls: tuple[DepartmentCall, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class StaleDetails:
    person_id: UUID
    confirmed_at: datetime | None
    place: Place


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """An operation without a telephone manager (T1)."""

    operation_id: UUID
    head_id: UUID | None
    place: Place


@dataclass(frozen=True, slots=True)
class Holding:
    """Somebody has a number from one time up to another; none is for ever."""

    person_id: UUID | None
    starts_at: datetime | None
    ends_at: datetime | None
    itemised: bool

    def covers(self, at: datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= at) and (
            self.ends_at is None or at < self.ends_at
        )


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """``number`` is the line's in the file."""

    number: int
    at: datetime | None
    seconds: int
    private: bool


@dataclass(frozen=True, slots=True)
class Subscription:
    """A number that is on the month's invoice, or ought to be. ``holdings`` are those of the month."""

    number: str
    lines: tuple[InvoiceLine, ...]
    holdings: tuple[Holding, ...]
    place: Place
