"""What AstDB holds for the fallback, as pure functions of the register. The keys are listed in dialplan/README.md.

Each function gives the entries of one family as (key below the family, value). Ids are 32 hexadecimal digits,
numbers E.164 without the plus, and ``&`` stands between the parts of a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from hanvisa.policy.facts import Person, TargetKind
from hanvisa.policy.register import Register

Entries = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Family:
    """A family of AstDB below ``hanvisa``, and the register's tables that it is made from."""

    name: str
    tables: tuple[str, ...]
    entries: Callable[[Register], Entries]


def _numbers(register: Register) -> Entries:
    for number in register.numbers.rows:
        yield number.number.removeprefix("+"), _target(number.kind, number.target_id)


def _extensions(register: Register) -> Entries:
    """By organisation, and under ``any`` with the organisation's prefix before it."""
    for extension in register.extensions.rows:
        target = _target(extension.kind, extension.target_id)
        yield f"{extension.organisation_id.hex}/{extension.number}", target
        organisation = register.organisation(extension.organisation_id)
        if organisation and organisation.prefix:
            yield f"any/{organisation.prefix}{extension.number}", target


def _organisations(register: Register) -> Entries:
    for phone in register.phones.rows:
        yield phone.account, phone.organisation_id.hex


def _phones(register: Register) -> Entries:
    """Of a person their own; of a department and a group those of the members."""
    for person in register.persons.rows:
        yield from _numbered(person.id, [_phones_of(register, person)])
    for department in register.departments.rows:
        members = register.members(department.id)
        yield from _numbered(department.id, [_phones_of(register, person) for person in members])
    for group in register.groups.rows:
        found = [register.person(id_) for id_ in group.member_ids]
        yield from _numbered(group.id, [_phones_of(register, person) for person in found if person])


def _operators(register: Register) -> Entries:
    """All operators, the closed ones too: without the service nobody can open, and somebody must be rung."""
    for switchboard in register.switchboards.rows:
        places = []
        for operator in register.operators_of(switchboard.id):
            phone = register.phone(operator.phone_id)
            places.append(f"{operator.person_id.hex}&{phone.account}" if phone else "")
        yield from _numbered(switchboard.id, places)


def _stand_ins(register: Register) -> Entries:
    for department in register.departments.rows:
        if department.stand_in_id:
            yield department.id.hex, department.stand_in_id.hex


def _switchboards(register: Register) -> Entries:
    """Whose operators serve the calls of an organisation, a department, a group."""
    for organisation in register.organisations.rows:
        yield from _served_by(register, organisation.id, organisation.id)
    for department in register.departments.rows:
        yield from _served_by(register, department.id, department.organisation_id)
    for group in register.groups.rows:
        yield from _served_by(register, group.id, group.organisation_id)


def _mobiles(register: Register) -> Entries:
    for mobile in register.mobiles.rows:
        yield mobile.number.removeprefix("+"), mobile.person_id.hex


FAMILIES = (
    Family("mobile", ("mobiles",), _mobiles),
    Family("number", ("numbers",), _numbers),
    Family("extension", ("extensions", "organisations"), _extensions),
    Family("organisation", ("phones",), _organisations),
    Family("operators", ("operators", "switchboards", "phones"), _operators),
    Family("switchboard", ("organisations", "departments", "groups", "switchboards"), _switchboards),
    Family("standin", ("departments",), _stand_ins),
    Family("phones", ("persons", "departments", "groups", "phones"), _phones),
)


def _target(kind: TargetKind, id_: UUID) -> str:
    return f"{kind}&{id_.hex}"


def _phones_of(register: Register, person: Person) -> str:
    accounts = [phone.account for phone in register.phones_of(person.id)]
    return "&".join((person.id.hex, *accounts)) if accounts else ""


def _numbered(id_: UUID, places: Iterable[str]) -> Entries:
    """The places, numbered from 1 without a gap: the dialplan reads until there is none."""
    for number, place in enumerate((place for place in places if place), start=1):
        yield f"{id_.hex}/{number}", place


def _served_by(register: Register, id_: UUID, organisation_id: UUID) -> Entries:
    switchboard = register.switchboard_of(organisation_id)
    if switchboard:
        yield id_.hex, switchboard.id.hex
