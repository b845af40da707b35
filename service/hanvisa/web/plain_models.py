"""What each plain resource of the register is made of. Bodies, answers and queries follow (:mod:`.plain`)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from hanvisa.policy.facts import CallingClass, CodeAction, Ringing, TargetKind, TimeKind
from hanvisa.policy.model import Text
from hanvisa.web.fields import Incoming, Line, Wrong
from hanvisa.web.plain_fields import (
    Account,
    Address,
    AreaCode,
    DefaultUntil,
    Extension,
    ExternalId,
    Member,
    Name,
    Number,
    PhoneCode,
    Prefix,
    Spoken,
)
from hanvisa.web.windows import Windows


def _one_each(members: list[Member]) -> list[Member]:
    if any((one.person is None) == (one.number is None) for one in members):
        raise Wrong(
            Text(sv="ska var och en vara en person eller ett nummer", en="must each be a person or a number")
        )
    if len({(one.person, one.number) for one in members}) != len(members):
        raise Wrong(Text(sv="har samma två gånger", en="has the same twice"))
    return members


Members = Annotated[list[Member], Field(max_length=200), AfterValidator(_one_each)]


class Keyed(Incoming):
    external_id: ExternalId | None = None


class Organisation(Keyed):
    name: Name
    prefix: Prefix | None = None
    area_code: AreaCode | None = None


class Operation(Keyed):
    name: Name
    organisation: UUID
    telephone_manager: UUID | None = Field(default=None, description="a person (T1)")
    head: UUID | None = Field(default=None, description="a person (F1)")


class CostCentre(Keyed):
    name: Name
    code: Line
    organisation: UUID
    manager: UUID | None = Field(default=None, description="a person (F1)")


class Department(Keyed):
    name: Name
    operation: UUID
    cost_centre: UUID | None = None
    confidential: bool = Field(default=False, description="M4: its calls never reach a mobile")
    stand_in_department: UUID | None = Field(default=None, description="answers when it is empty (G3)")
    working_hours: Windows = Field(default_factory=list, description="none: the usual")
    may_call: CallingClass | None = Field(default=None, description="null: as everybody")
    ringing: Ringing = Ringing.TOGETHER


class Site(Keyed):
    name: Name
    organisation: UUID
    address: Address = ""
    location_number: Number | None = Field(default=None, description="tells 112 where its callers are")


class Phone(Keyed):
    account: Account
    organisation: UUID
    site: UUID | None = None
    owner: UUID | None = Field(default=None, description="a person; null: a shared desk")


class ExtensionFields(Keyed):
    number: Extension
    organisation: UUID
    kind: TargetKind
    target: UUID = Field(description="of that kind")
    confidential: bool = Field(default=False, description="M4")


class OutsideNumber(Keyed):
    number: Number
    kind: TargetKind
    target: UUID = Field(description="of that kind")
    confidential: bool = Field(default=False, description="M4")


class Group(Keyed):
    name: Name
    organisation: UUID
    ringing: Ringing = Ringing.TOGETHER
    members: Members = Field(default_factory=list, description="in the order in which they are rung")


class Switchboard(Keyed):
    name: Name
    organisation: UUID
    greeting: Spoken
    hours: Windows = Field(default_factory=list, description="the switchboard's own; none: always")
    closed: Spoken | None = Field(default=None, description="null: when it opens")
    night_group: UUID | None = Field(default=None, description="the on-call list")


class Code(Keyed):
    code: PhoneCode
    action: CodeAction


class Carrier(Keyed):
    name: Name
    appointed: bool = Field(default=False, description="by IT, for mobile subscriptions (B1)")


class AbsenceReason(Incoming):
    name: Spoken
    spoken: Spoken = Field(description="follows the person's name")
    time_kind: TimeKind
    default_until: DefaultUntil | None = None
    private: bool = Field(default=False, description="spoken and shown neutrally")
    reachable: bool = Field(default=False, description="can be reached all the same: the phone rings")
    cannot_wait: bool = Field(default=False, description="saved whatever G3 says, and alarms")
