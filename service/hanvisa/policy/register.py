"""The register in memory: the directory's facts with the look-ups a call needs. Immutable; every look-up is a dict's.

When something changes a new one is made, sharing the tables that did not (:meth:`Register.replace`).
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
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
    Recording,
    Superuser,
    Switchboard,
    TargetKind,
)

Row = TypeVar("Row")


Key = Callable[[Row], Hashable]


@dataclass(frozen=True)
class Table(Generic[Row]):
    """The rows of one kind, and its indexes, each made when it is first asked for."""

    rows: tuple[Row, ...] = ()
    _many: dict[str, tuple[Key[Row], dict[Any, tuple[Row, ...]]]] = field(
        default_factory=dict, compare=False, repr=False
    )
    _one: dict[str, tuple[Key[Row], dict[Any, Row]]] = field(default_factory=dict, compare=False, repr=False)

    def many(self, index: str, key: Key[Row], wanted: Hashable) -> tuple[Row, ...]:
        """The rows whose ``key`` is ``wanted``, in the table's order. ``index`` names the key."""
        if index not in self._many:
            grouped: defaultdict[Hashable, list[Row]] = defaultdict(list)
            for row in self.rows:
                grouped[key(row)].append(row)
            self._many[index] = key, {k: tuple(v) for k, v in grouped.items()}
        return self._many[index][1].get(wanted, ())

    def one(self, index: str, key: Key[Row], wanted: Hashable) -> Row | None:
        """The row whose ``key`` is ``wanted``, the first of several, or None."""
        if index not in self._one:
            self._one[index] = key, {key(row): row for row in reversed(self.rows)}
        return self._one[index][1].get(wanted)

    def prepare(self, before: Table[Row]) -> None:
        """Make the indexes that the table before this one had, so that no call waits for them."""
        for index, (key, _) in tuple(before._many.items()):
            self.many(index, key, None)
        for index, (key, _) in tuple(before._one.items()):
            self.one(index, key, None)


@dataclass(frozen=True)
class Register:
    organisations: Table[Organisation] = Table()
    operations: Table[Operation] = Table()
    departments: Table[Department] = Table()
    persons: Table[Person] = Table()
    mobiles: Table[Mobile] = Table()
    extensions: Table[Extension] = Table()
    numbers: Table[OutsideNumber] = Table()
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
        return self.organisations.one("id", lambda row: row.id, id_)

    def operation(self, id_: UUID) -> Operation | None:
        return self.operations.one("id", lambda row: row.id, id_)

    def department(self, id_: UUID) -> Department | None:
        return self.departments.one("id", lambda row: row.id, id_)

    def person(self, id_: UUID) -> Person | None:
        return self.persons.one("id", lambda row: row.id, id_)

    def group(self, id_: UUID) -> Group | None:
        return self.groups.one("id", lambda row: row.id, id_)

    def switchboard(self, id_: UUID) -> Switchboard | None:
        return self.switchboards.one("id", lambda row: row.id, id_)

    def phone(self, id_: UUID) -> Phone | None:
        return self.phones.one("id", lambda row: row.id, id_)

    def operator(self, person_id: UUID) -> Operator | None:
        return self.operators.one("person", lambda row: row.person_id, person_id)

    def operator_at(self, phone_id: UUID) -> Operator | None:
        """The operator who sits at this phone; of several, one who is open."""
        sitting = self.operators.many("phone", lambda row: row.phone_id, phone_id)
        return next(
            (row for row in sitting if row.state is OperatorState.OPEN), sitting[0] if sitting else None
        )

    def user_of(self, phone: Phone) -> UUID | None:
        """Whose phone it is: its owner's, else the operator's who sits at it."""
        operator = None if phone.owner_id else self.operator_at(phone.id)
        return operator.person_id if operator else phone.owner_id

    # by number and account

    def extension(self, number: str, organisation_id: UUID) -> Extension | None:
        return self.extensions.one(
            "number", lambda row: (row.organisation_id, row.number), (organisation_id, number)
        )

    def number(self, e164: str) -> OutsideNumber | None:
        """A number of ours in the public network."""
        return self.numbers.one("number", lambda row: row.number, e164)

    def mobile(self, e164: str) -> Mobile | None:
        """A registered mobile."""
        return self.mobiles.one("number", lambda row: row.number, e164)

    def phone_of_account(self, account: str) -> Phone | None:
        return self.phones.one("account", lambda row: row.account, account)

    # what belongs to whom

    def departments_at(self, cost_centre_id: UUID) -> tuple[Department, ...]:
        return self.departments.many("cost centre", lambda row: row.cost_centre_id, cost_centre_id)

    def members(self, department_id: UUID) -> tuple[Person, ...]:
        return self.persons.many("department", lambda row: row.department_id, department_id)

    def phones_of(self, person_id: UUID) -> tuple[Phone, ...]:
        return self.phones.many("owner", lambda row: row.owner_id, person_id)

    def mobiles_of(self, person_id: UUID) -> tuple[Mobile, ...]:
        return self.mobiles.many("person", lambda row: row.person_id, person_id)

    def extensions_of(self, kind: TargetKind, target_id: UUID) -> tuple[Extension, ...]:
        return self.extensions.many("target", lambda row: (row.kind, row.target_id), (kind, target_id))

    def numbers_of(self, kind: TargetKind, target_id: UUID) -> tuple[OutsideNumber, ...]:
        return self.numbers.many("target", lambda row: (row.kind, row.target_id), (kind, target_id))

    def absences_of(self, person_id: UUID) -> tuple[Absence, ...]:
        """All absences of the person that have not ended when the register was made."""
        return self.absences.many("person", lambda row: row.person_id, person_id)

    def forwardings_of(self, person_id: UUID) -> tuple[Forwarding, ...]:
        """Those of the past two months among them: they count towards M3's allowance."""
        return self.forwardings.many("person", lambda row: row.person_id, person_id)

    def messages_of(self, person_id: UUID) -> tuple[Message, ...]:
        """Those that are still to be handled."""
        return self.messages.many("person", lambda row: row.person_id, person_id)

    def messages_of_department(self, department_id: UUID) -> tuple[Message, ...]:
        """Those that are still to be handled, by whoever of the department."""
        return self.messages.many("department", lambda row: row.department_id, department_id)

    def recordings_of(self, person_id: UUID) -> tuple[Recording, ...]:
        return self.recordings.many("person", lambda row: row.person_id, person_id)

    def operators_of(self, switchboard_id: UUID) -> tuple[Operator, ...]:
        return tuple(row for row in self.operators.rows if switchboard_id in row.switchboard_ids)

    def switchboard_of(self, organisation_id: UUID) -> Switchboard | None:
        return self.switchboards.one("organisation", lambda row: row.organisation_id, organisation_id)

    def reason(self, code: str) -> AbsenceReason | None:
        return self.reasons.one("code", lambda row: row.code, code)

    # codes on the phone

    def code(self, code: str) -> Code | None:
        return self.codes.one("code", lambda row: row.code, code)

    def codes_of(self, action: CodeAction) -> tuple[Code, ...]:
        return self.codes.many("action", lambda row: row.action, action)

    def is_superuser(self, person_id: UUID) -> bool:
        return self.superusers.one("person", lambda row: row.person_id, person_id) is not None

    def is_marked(self, account: str) -> bool:
        """The phone's next call is confidential (M4)."""
        return self.marks.one("account", lambda row: row.account, account) is not None

    # what callers have left

    def message(self, id_: UUID) -> Message | None:
        return self.messages.one("id", lambda row: row.id, id_)

    def callback(self, id_: UUID) -> Callback | None:
        return self.callbacks.one("id", lambda row: row.id, id_)

    # what may be told

    def direct_number(self, person: Person) -> str | None:
        """O1: the person's direct number, else their department's; a protected person has none."""
        if person.protected:
            return None
        own = self.numbers_of(TargetKind.PERSON, person.id)
        department = own or self.numbers_of(TargetKind.DEPARTMENT, person.department_id)
        return department[0].number if department else None
