"""The register that cases speak of, read from TOML: the facts by their own field names, with names in place of ids."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import TypeAdapter, ValidationError

from hanvisa.policy.facts import (
    Absence,
    AbsenceReason,
    Code,
    Department,
    Extension,
    Group,
    Mobile,
    Operation,
    Organisation,
    OutsideNumber,
    Person,
    Phone,
    Superuser,
    Switchboard,
)
from hanvisa.policy.register import Register, Table

Fact = TypeVar("Fact")

TABLES: dict[str, type[Any]] = {
    "organisations": Organisation,
    "operations": Operation,
    "departments": Department,
    "persons": Person,
    "mobiles": Mobile,
    "extensions": Extension,
    "numbers": OutsideNumber,
    "phones": Phone,
    "groups": Group,
    "switchboards": Switchboard,
    "reasons": AbsenceReason,
    "codes": Code,
    "superusers": Superuser,
}


class CaseError(ValueError):
    """What is wrong with what is written: where, what, and what to do."""


@dataclasses.dataclass(frozen=True)
class World:
    """A register whose ids are made from names."""

    register: Register
    names: frozenset[str]

    def id_(self, name: str) -> UUID:
        """Raises CaseError when nothing in the register has that name."""
        if name not in self.names:
            raise CaseError(
                f"nothing in the register has the id “{name}”. It has {', '.join(sorted(self.names))}."
            )
        return id_of(name)

    def person(self, name: str) -> Person:
        person = self.register.person(self.id_(name))
        if person is None:
            raise CaseError(f"“{name}” is not a person. Name one of [[persons]].")
        return person

    def department(self, name: str) -> Department:
        department = self.register.department(self.id_(name))
        if department is None:
            raise CaseError(f"“{name}” is not a department. Name one of [[departments]].")
        return department

    def operation(self, name: str) -> Operation:
        id_ = self.id_(name)
        operation = next((one for one in self.register.operations.rows if one.id == id_), None)
        if operation is None:
            raise CaseError(f"“{name}” is not an operation. Name one of [[operations]].")
        return operation

    def organisation(self, name: str) -> Organisation:
        organisation = self.register.organisation(self.id_(name))
        if organisation is None:
            raise CaseError(f"“{name}” is not an organisation. Name one of [[organisations]].")
        return organisation

    def facts(self, kind: type[Fact], rows: Iterable[Mapping[str, Any]]) -> tuple[Fact, ...]:
        """Rows of a case as facts. What they refer to must be in the register; their own ids are new."""
        return tuple(self._fact(kind, row) for row in rows)

    def _fact(self, kind: type[Fact], row: Mapping[str, Any]) -> Fact:
        for key, value in row.items():
            if key != "id" and _is_reference(key) and value is not None:
                for name in [value] if isinstance(value, str) else value:
                    self.id_(name)
        if kind is Absence and isinstance(row.get("reason"), str):
            row = {"ends_at": None, **row, "reason": self._reason(row["reason"])}  # TOML has no null
        return fact(kind, row)

    def _reason(self, name: str) -> AbsenceReason:
        for reason in self.register.reasons.rows:
            if name in (reason.code, reason.name.sv, reason.name.en):
                return reason
        raise CaseError(f"“{name}” is no reason of absence. Use a code or a name of [[reasons]].")


def world_of(tables: Mapping[str, Any]) -> World:
    """The register that a file's tables describe. Raises CaseError."""
    if unknown := sorted(set(tables) - set(TABLES)):
        raise CaseError(f"there is no table “{unknown[0]}”. The tables are {', '.join(TABLES)}.")
    if wrong := [name for name, rows in tables.items() if not _is_rows(rows)]:
        raise CaseError(f"“{wrong[0]}” must be a list of rows. Write [[{wrong[0]}]] before each.")
    names = frozenset(row["id"] for rows in tables.values() for row in rows if isinstance(row.get("id"), str))
    empty = World(Register(), names)
    return World(
        Register(**{name: Table(empty.facts(TABLES[name], rows)) for name, rows in tables.items()}), names
    )


def fact(kind: type[Fact], row: Mapping[str, Any]) -> Fact:
    """One row as a fact, its names made ids. Raises CaseError."""
    fields = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]  # a dataclass
    if unknown := sorted(set(row) - fields):
        raise CaseError(f"{kind.__name__} has no “{unknown[0]}”. It has {', '.join(sorted(fields))}.")
    ids = {key: _ids(value) if _is_reference(key) else value for key, value in row.items()}
    try:
        known: Fact = _adapter(kind).validate_python(ids)  # type: ignore[arg-type]  # a class can be hashed
    except ValidationError as error:
        raise CaseError(in_words(error)) from error
    return known


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """Kept: to make one takes a hundred times as long as a row."""
    return TypeAdapter(kind)


def in_words(error: ValidationError) -> str:
    """The first thing that pydantic found, as where and what."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    match first["type"]:
        case "missing":
            return f"“{where}” is missing. Add it."
        case "extra_forbidden" | "unexpected_keyword_argument":
            return f"“{where}” is not known here. Correct its spelling or remove it."
    return f"“{where}” is wrong: {first['msg']}. It is {first['input']!r}."


def id_of(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"hanvisa:{name}")


def _is_rows(rows: Any) -> bool:
    return isinstance(rows, list) and all(isinstance(row, dict) for row in rows)


def _is_reference(key: str) -> bool:
    return key in ("id", "operators") or key.endswith(("_id", "_ids"))


def _ids(value: Any) -> Any:
    if isinstance(value, str):
        return id_of(value)
    return [id_of(name) for name in value] if isinstance(value, list) else value
