"""Whose calls are confidential (M4): a line, a person or a department can be marked."""

from __future__ import annotations

from uuid import UUID

from hanvisa.policy.facts import Person, TargetKind
from hanvisa.policy.register import Register


def is_confidential(register: Register, kind: TargetKind, target_id: UUID) -> bool:
    """Whether what a number leads to is confidential, whatever the line is."""
    if kind is TargetKind.PERSON:
        person = register.person(target_id)
        return person is not None and is_confidential_person(register, person)
    if kind is TargetKind.DEPARTMENT:
        department = register.department(target_id)
        return department is not None and department.confidential
    return False


def has_confidential_line(register: Register, kind: TargetKind, target_id: UUID) -> bool:
    """Whether this person, department or group, or one of their numbers, inside or outside, is confidential."""
    return (
        is_confidential(register, kind, target_id)
        or any(line.confidential for line in register.extensions_of(kind, target_id))
        or any(line.confidential for line in register.numbers_of(kind, target_id))
    )


def is_confidential_person(register: Register, person: Person) -> bool:
    """Whether the person, or the department they belong to, is confidential."""
    return person.confidential or is_confidential(register, TargetKind.DEPARTMENT, person.department_id)
