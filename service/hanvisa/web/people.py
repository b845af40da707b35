"""Persons as the handlers need them: found, within reach, and named."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from hanvisa.policy.facts import Department, Person
from hanvisa.policy.model import Text
from hanvisa.policy.register import Register
from hanvisa.web.fields import Named
from hanvisa.web.problems import FORBIDDEN, Problem, invalid
from hanvisa.web.roles import Scope


class HasName(Protocol):
    @property
    def name(self) -> str: ...


def person_given(register: Register, id_: UUID, where: str) -> Person:
    """The person that a field of the request names. Raises Problem (422) when there is none."""
    person = register.person(id_)
    if person is None:
        raise invalid(where, Text(sv="Den personen finns inte.", en="There is no such person."))
    return person


def department_given(register: Register, id_: UUID, where: str) -> Department:
    """The department that a field of the request names. Raises Problem (422) when there is none."""
    department = register.department(id_)
    if department is None:
        raise invalid(where, Text(sv="Den avdelningen finns inte.", en="There is no such department."))
    return department


def must_reach(scope: Scope, department: Department | None, own: frozenset[UUID] = frozenset()) -> None:
    """Raises Problem (403) when the department is out of reach. One that has ended is reached by who reaches all."""
    if scope.everything or (
        department is not None and (scope.covers_department(department) or department.id in own)
    ):
        return
    raise Problem(
        FORBIDDEN,
        Text(
            sv="Avdelningen ligger utanför det som dina roller omfattar.",
            en="The department lies outside of what your roles reach.",
        ),
    )


def reaches(scope: Scope, person: Person | None) -> bool:
    """One who has left (None) is reached by who reaches all."""
    return scope.everything or (person is not None and scope.covers(person))


def must_cover(scope: Scope, person: Person | None) -> None:
    """Raises Problem (403) when the person is out of reach."""
    if reaches(scope, person):
        return
    raise Problem(
        FORBIDDEN,
        Text(
            sv="Personen ligger utanför det som dina roller omfattar.",
            en="The person lies outside of what your roles reach.",
        ),
    )


def named_person(register: Register, id_: UUID) -> Named:
    """With an empty name when the person has left."""
    return named(register.person(id_), id_)


def named(thing: HasName | None, id_: UUID) -> Named:
    return Named(id=id_, name=thing.name if thing is not None else "")
