"""The kinds of plain rows that the register has, and what they need of each other.

What refers to what is read from the tables' own foreign keys.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from hanvisa.directory import tables
from hanvisa.directory.tables.base import Base, Imported
from hanvisa.policy.facts import TargetKind
from hanvisa.policy.model import Text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

Check = Callable[["AsyncSession", Any], Awaitable[None]]
"""Raises FieldRefused when the row, as it is now stored, does not go with the others."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a row lists in rows of another table: in the order of their ``position``."""

    name: str
    table: Any
    parent: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """``sought`` are the columns that `q` looks in; ``aliases`` are fields whose column has another name.

    ``ends_with_it``: rows of these tables, found by the column, end when the row does. All else that needs it keeps it
    from being ended. ``ending`` does what else must be done.
    """

    table: type[Any]
    sought: tuple[str, ...]
    listed: Listed | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    check: Check | None = None
    ends_with_it: tuple[tuple[type[Imported], str], ...] = ()
    ending: Callable[[AsyncSession, UUID, datetime], Awaitable[None]] | None = None

    def column(self, name: str) -> str:
        """The column of a field: its own name, or that with _id."""
        known = self.table.__table__.c
        return self.aliases.get(name) or (name if name in known else f"{name}_id")

    def field_of(self, column: str) -> str:
        aliases = {column: name for name, column in self.aliases.items()}
        return aliases.get(column) or column.removesuffix("_id")

    def refers(self, values: Mapping[str, Any]) -> dict[str, type[Any]]:
        """The columns that name a row of another table, and the table; ``values`` tell of a target which."""
        found = references(self.table)
        if _has_target(self.table):
            found["target_id"] = TARGETS[TargetKind(values["kind"])]
        return found


TARGETS: dict[TargetKind, type[Any]] = {
    TargetKind.PERSON: tables.PersonRow,
    TargetKind.DEPARTMENT: tables.DepartmentRow,
    TargetKind.GROUP: tables.GroupRow,
    TargetKind.SWITCHBOARD: tables.SwitchboardRow,
}
WHAT: dict[str, Text] = {
    "organisations": Text(sv="organisationen", en="organisation"),
    "operations": Text(sv="verksamheten", en="operation"),
    "cost_centres": Text(sv="kostnadsstället", en="cost centre"),
    "departments": Text(sv="avdelningen", en="department"),
    "sites": Text(sv="platsen", en="site"),
    "persons": Text(sv="personen", en="person"),
    "phones": Text(sv="telefonen", en="phone"),
    "extensions": Text(sv="anknytningen", en="extension"),
    "numbers": Text(sv="numret", en="number"),
    "mobiles": Text(sv="mobilen", en="mobile"),
    "groups": Text(sv="gruppen", en="group"),
    "switchboards": Text(sv="växeln", en="switchboard"),
    "operators": Text(sv="telefonisten", en="operator"),
    "codes": Text(sv="koden", en="code"),
    "carriers": Text(sv="operatören", en="carrier"),
    "users": Text(sv="användaren", en="user"),
    "absence_reasons": Text(sv="frånvaroorsaken", en="reason of absence"),
}


def references(table: type[Any]) -> dict[str, type[Any]]:
    """By column: the table that its foreign key leads to."""
    classes = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    return {
        column.name: classes[key.column.table.name]
        for column in table.__table__.c
        for key in column.foreign_keys
    }


async def names_of(session: AsyncSession, table: type[Any], ids: Iterable[UUID]) -> dict[UUID, str]:
    """What people call the rows."""
    if table is tables.OperatorRow:
        rows = await session.execute(select(table.id, table.person_id).where(table.id.in_(set(ids))))
        persons = {row.id: row.person_id for row in rows}
        called = await names_of(session, tables.PersonRow, persons.values())
        return {id_: called[person] for id_, person in persons.items()}
    parts = _CALLED.get(table.__tablename__, ("name",))
    columns = [getattr(table, part) for part in parts]
    found = await session.execute(select(table.id, *columns).where(table.id.in_(set(ids))))
    return {id_: " ".join(map(str, called)) for id_, *called in found}


async def needing(session: AsyncSession, table: type[Any], id_: UUID) -> list[tuple[str, str]]:
    """What is in use and refers to the row: (table, what it is called)."""
    kinds = [kind for kind, target in TARGETS.items() if target is table]
    found: list[tuple[str, str]] = []
    for other in (mapper.class_ for mapper in Base.registry.mappers):
        if not issubclass(other, Imported):
            continue
        named = [getattr(other, column) == id_ for column, to in references(other).items() if to is table]
        if kinds and _has_target(other):
            named.append((other.kind.in_(kinds)) & (other.target_id == id_))  # type: ignore[attr-defined]
        ids: set[UUID] = set()
        for condition in named:
            ids.update(await session.scalars(select(other.id).where(condition, other.ended_at.is_(None))))
        called = await names_of(session, other, ids) if ids else {}
        found += [(other.__tablename__, name) for name in sorted(called.values())]  # type: ignore[attr-defined]
    return found


_CALLED: dict[str, tuple[str, ...]] = {
    "persons": ("given_name", "family_name"),
    "phones": ("account",),
    "extensions": ("number",),
    "numbers": ("number",),
    "mobiles": ("number",),
    "codes": ("code",),
    "absence_reasons": ("name_sv",),
}


def _has_target(table: type[Any]) -> bool:
    return "target_id" in table.__table__.c
