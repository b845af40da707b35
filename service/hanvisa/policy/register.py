"""The register in memory: the directory's facts with the look-ups a call needs. Immutable; every look-up is a dict's.

When something changes a new one is made, sharing the tables that did not (:meth:`Register.replace`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Generic, TypeVar
from uuid import UUID

from hanvisa.policy.facts import (
    Absence,
    AbsenceReason,
    Callback,
    ChangedSetting,
    Code,
    CodeAction,
    ConfidentialMark,
    Department,
    Extension,
    Forwarding,
    Group,
    Message,
    Mobile,
    Operation,
    Operator,
    OperatorState,
    Organisation,
    OutsideNumber,
    Person,
    Phone,
    PolicyException,
    ProtectedNumber,
    Recording,
    Superuser,
    Switchboard,
    TargetKind,
)

Row = TypeVar("Row")


@dataclass(frozen=True)
class Table(Generic[Row]):
    """The rows of one kind, and its indexes, each made when it is first asked for. An index is named by its fields."""

    rows: tuple[Row, ...] = ()
    _many: dict[str, dict[Any, tuple[Row, ...]]] = field(default_factory=dict, compare=False, repr=False)
    _one: dict[str, dict[Any, Row]] = field(default_factory=dict, compare=False, repr=False)

    def many(self, fields: str, wanted: Hashable) -> tuple[Row, ...]:
        """The rows whose ``fields`` are ``wanted``, in the table's order."""
        if fields not in self._many:
            self._many[fields] = _grouped(zip(map(_key(fields), self.rows), self.rows, strict=True))
        return self._many[fields].get(wanted, ())

    def one(self, fields: str, wanted: Hashable) -> Row | None:
        """The row whose ``fields`` are ``wanted``, the first of several, or None."""
        if fields not in self._one:
            backwards = self.rows[::-1]
            self._one[fields] = dict(zip(map(_key(fields), backwards), backwards, strict=True))
        return self._one[fields].get(wanted)

    def prepare(self, before: Table[Row]) -> None:
        """Make the indexes that the table before this one had, so that no call waits for them."""
        for fields in tuple(before._many):
            self.many(fields, None)
        for fields in tuple(before._one):
            self.one(fields, None)


def _key(fields: str) -> Callable[[Any], Any]:
    """Of a row: the field's value, of several a tuple."""
    return attrgetter(*fields.split())


def _grouped(pairs: Iterable[tuple[Hashable, Row]]) -> dict[Any, tuple[Row, ...]]:
    """By key. Most have one row, so that a list is made for the others only."""
    grouped: dict[Any, tuple[Row, ...]] = {}
    several: dict[Any, list[Row]] = {}
    for key, row in pairs:
        if key not in grouped:
            grouped[key] = (row,)
        elif key in several:
            several[key].append(row)
        else:
            several[key] = [*grouped[key], row]
    grouped.update((key, tuple(rows)) for key, rows in several.items())
    return grouped


@dataclass(frozen=True)
class Register:
    organisations: Table[Organisation] = Table()
    operations: Table[Operation] = Table()
    departments: Table[Department] = Table()
    persons: Table[Person] = Table()
    mobiles: Table[Mobile] = Table()
    extensions: Table[Extension] = Table()
    numbers: Table[OutsideNumber] = Table()
    protected_numbers: Table[ProtectedNumber] = Table()
    phones: Table[Phone] = Table()
    groups: Table[Group] = Table()
    switchboards: Table[Switchboard] = Table()
    operators: Table[Operator] = Table()
    reasons: Table[AbsenceReason] = Table()
    absences: Table[Absence] = Table()
    forwardings: Table[Forwarding] = Table()
    codes: Table[Code] = Table()
    marks: Table[ConfidentialMark] = Table()
    messages: Table[Message] = Table()
    callbacks: Table[Callback] = Table()
    superusers: Table[Superuser] = Table()
    recordings: Table[Recording] = Table()
    exceptions: Table[PolicyException] = Table()
    settings: Table[ChangedSetting] = Table()

    def replace(self, **rows: Iterable[Any]) -> Register:
        """This register with other rows of the named tables."""
        return dataclasses.replace(self, **{name: Table(tuple(new)) for name, new in rows.items()})

    def prepare(self, before: Register) -> None:
        """Make the indexes that the register before this one had. It takes a while for a hundred thousand persons."""
        for name in (one.name for one in dataclasses.fields(self)):
            getattr(self, name).prepare(getattr(before, name))

    # by id

    def organisation(self, id_: UUID) -> Organisation | None:
        return self.organisations.one("id", id_)

    def operation(self, id_: UUID) -> Operation | None:
        return self.operations.one("id", id_)

    def department(self, id_: UUID) -> Department | None:
        return self.departments.one("id", id_)

    def person(self, id_: UUID) -> Person | None:
        return self.persons.one("id", id_)

    def group(self, id_: UUID) -> Group | None:
        return self.groups.one("id", id_)

    def switchboard(self, id_: UUID) -> Switchboard | None:
        return self.switchboards.one("id", id_)

    def phone(self, id_: UUID) -> Phone | None:
        return self.phones.one("id", id_)

    def operator(self, person_id: UUID) -> Operator | None:
        return self.operators.one("person_id", person_id)

    def operator_at(self, phone_id: UUID) -> Operator | None:
        """The operator who sits at this phone; of several, one who is open."""
        sitting = self.operators.many("phone_id", phone_id)
        return next(
            (row for row in sitting if row.state is OperatorState.OPEN), sitting[0] if sitting else None
        )

    def user_of(self, phone: Phone) -> UUID | None:
        """Whose phone it is: its owner's, else the operator's who sits at it."""
        operator = None if phone.owner_id else self.operator_at(phone.id)
        return operator.person_id if operator else phone.owner_id

    # by number and account

    def extension(self, number: str, organisation_id: UUID) -> Extension | None:
        return self.extensions.one("organisation_id number", (organisation_id, number))

    def number(self, e164: str) -> OutsideNumber | None:
        """A number of ours in the public network."""
        return self.numbers.one("number", e164)

    def mobile(self, e164: str) -> Mobile | None:
        """A registered mobile."""
        return self.mobiles.one("number", e164)

    def is_protected(self, e164: str) -> bool:
        """It is of somebody protected, or was when they left or it was ended."""
        return self.protected_numbers.one("number", e164) is not None

    def phone_of_account(self, account: str) -> Phone | None:
        return self.phones.one("account", account)

    # what belongs to whom

    def departments_at(self, cost_centre_id: UUID) -> tuple[Department, ...]:
        return self.departments.many("cost_centre_id", cost_centre_id)

    def members(self, department_id: UUID) -> tuple[Person, ...]:
        return self.persons.many("department_id", department_id)

    def phones_of(self, person_id: UUID) -> tuple[Phone, ...]:
        return self.phones.many("owner_id", person_id)

    def accounts_of(self, operator: Operator) -> tuple[str, ...]:
        """Of the operator's own phones, and of the one they sit at."""
        desk = self.phone(operator.phone_id)
        accounts = [one.account for one in (*self.phones_of(operator.person_id), desk) if one is not None]
        return tuple(dict.fromkeys(accounts))

    def mobiles_of(self, person_id: UUID) -> tuple[Mobile, ...]:
        return self.mobiles.many("person_id", person_id)

    def extensions_of(self, kind: TargetKind, target_id: UUID) -> tuple[Extension, ...]:
        those = self.extensions.many("target_id", target_id)
        return tuple(row for row in those if row.kind is kind)

    def numbers_of(self, kind: TargetKind, target_id: UUID) -> tuple[OutsideNumber, ...]:
        those = self.numbers.many("target_id", target_id)
        return tuple(row for row in those if row.kind is kind)

    def absences_of(self, person_id: UUID) -> tuple[Absence, ...]:
        """All absences of the person that have not ended when the register was made."""
        return self.absences.many("person_id", person_id)

    def forwardings_of(self, person_id: UUID) -> tuple[Forwarding, ...]:
        """Those of the past two months among them: they count towards M3's allowance."""
        return self.forwardings.many("person_id", person_id)

    def messages_of(self, person_id: UUID) -> tuple[Message, ...]:
        """Those that are still to be handled."""
        return self.messages.many("person_id", person_id)

    def messages_of_department(self, department_id: UUID) -> tuple[Message, ...]:
        """Those that are still to be handled, by whoever of the department."""
        return self.messages.many("department_id", department_id)

    def recordings_of(self, person_id: UUID) -> tuple[Recording, ...]:
        return self.recordings.many("person_id", person_id)

    def operators_of(self, switchboard_id: UUID) -> tuple[Operator, ...]:
        return tuple(row for row in self.operators.rows if switchboard_id in row.switchboard_ids)

    def switchboard_of(self, organisation_id: UUID) -> Switchboard | None:
        return self.switchboards.one("organisation_id", organisation_id)

    def reason(self, code: str) -> AbsenceReason | None:
        return self.reasons.one("code", code)

    # codes on the phone

    def code(self, code: str) -> Code | None:
        return self.codes.one("code", code)

    def codes_of(self, action: CodeAction) -> tuple[Code, ...]:
        return self.codes.many("action", action)

    def is_superuser(self, person_id: UUID) -> bool:
        return self.superusers.one("person_id", person_id) is not None

    def is_marked(self, account: str) -> bool:
        """The phone's next call is confidential (M4)."""
        return self.marks.one("account", account) is not None

    # what callers have left

    def message(self, id_: UUID) -> Message | None:
        return self.messages.one("id", id_)

    def callback(self, id_: UUID) -> Callback | None:
        return self.callbacks.one("id", id_)

    # what may be told

    def direct_number(self, person: Person) -> str | None:
        """O1: the person's direct number, else their department's; a protected person has none."""
        if person.protected:
            return None
        own = self.numbers_of(TargetKind.PERSON, person.id)
        department = own or self.numbers_of(TargetKind.DEPARTMENT, person.department_id)
        return department[0].number if department else None
