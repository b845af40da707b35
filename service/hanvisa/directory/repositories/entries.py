"""The register's plain rows: made, changed and ended, never deleted. One way for all kinds (:mod:`.kinds`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm.attributes import flag_modified

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.kinds import WHAT, Kind, names_of, needing, references
from hanvisa.directory.repositories.refusals import FieldRefused, NotPossible
from hanvisa.directory.repositories.rows import read_before
from hanvisa.directory.repositories.turns import changing_register
from hanvisa.directory.searching import has_words
from hanvisa.errors import NotFound
from hanvisa.policy.model import Text

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor

_NAMED = 5  # that a sentence names


@dataclass(frozen=True, slots=True)
class Entry:
    """``values`` are by column, what is listed by its name; ``names`` are those of the rows that they refer to."""

    id: UUID
    version: int
    ended_at: datetime | None
    values: Mapping[str, Any]
    names: Mapping[UUID, str]


class Entries:
    def __init__(self, database: Database, kind: Kind) -> None:
        self._database = database
        self._kind = kind

    async def get(self, key: Any, by: str = "id") -> Entry:
        """The row whose column ``by`` is the key; by anything but the id it must be in use. Raises NotFound."""
        table = self._kind.table
        query = select(table).where(getattr(table, by) == key)
        if by != "id":
            query = query.where(table.ended_at.is_(None))
        async with self._database.reading() as session:
            row = await session.scalar(query)
            if row is None:
                raise NotFound(f"There is no {_what(table).en} {key}.")
            return await self._entry(session, row)

    async def list(
        self,
        *,
        where: Mapping[str, Any],
        q: str | None = None,
        ended: bool = False,
        after: UUID | None = None,
        limit: int = 100,
    ) -> Sequence[Entry]:
        """In the order in which they were made. ``where`` by column; ``q`` is sought in the kind's texts."""
        table = self._kind.table
        query = select(table).order_by(table.id)
        for column, value in where.items():
            query = query.where(getattr(table, column) == value)
        if not ended:
            query = query.where(table.ended_at.is_(None))
        if after is not None:
            query = query.where(table.id > after)
        async with self._database.reading() as session:
            if q is not None:
                ids = await self._sought(session, query, q, limit)
                query = select(table).where(table.id.in_(ids)).order_by(table.id)
            rows = (await session.scalars(query.limit(limit))).all()
            return await self._entries(session, rows)

    async def create(self, values: Mapping[str, Any], by: Actor) -> Entry:
        """Raises FieldRefused, NotPossible."""
        async with changing_register(self._database, by) as session:
            row = self._kind.table(ended_at=None)
            await self._set(session, row, values, None)
            return await self._entry(session, row)

    async def change(self, id_: UUID, values: Mapping[str, Any], version: int, by: Actor) -> Entry:
        """Raises NotFound, Conflict, and what :meth:`create` raises."""
        async with changing_register(self._database, by) as session:
            row = await read_before(session, self._kind.table, id_, version, _what(self._kind.table).en)
            must_be_in_use(row)
            await self._set(session, row, values, id_)
            return await self._entry(session, row)

    async def end(self, id_: UUID, at: datetime, version: int, by: Actor) -> Entry:
        """Ended already, it stays as it is. Raises NotFound, Conflict; NotPossible when something needs it."""
        kind = self._kind
        async with changing_register(self._database, by) as session:
            row = await read_before(session, kind.table, id_, version, _what(kind.table).en)
            if row.ended_at is None:
                row.ended_at = at
                for table, column in kind.ends_with_it:
                    of_it = select(table).where(getattr(table, column) == id_, table.ended_at.is_(None))
                    for other in await session.scalars(of_it):
                        other.ended_at = at
                if kind.ending is not None:
                    await kind.ending(session, id_, at)
                await session.flush()
                # Only now: who refers to it at the same moment waits for this, or has been waited for.
                _must_not_be_needed(kind, await needing(session, kind.table, id_))
            return await self._entry(session, row)

    async def _set(
        self, session: AsyncSession, row: Any, values: Mapping[str, Any], id_: UUID | None
    ) -> None:
        kind = self._kind
        columns = {name: value for name, value in values.items() if name in kind.table.__table__.c}
        merged = {**(_columns(row) if id_ else {}), **columns}
        await self._must_refer(session, merged, columns, id_)
        await self._must_be_alone(session, merged, id_)
        for name, value in columns.items():
            setattr(row, name, value)
        session.add(row)
        await session.flush()
        if kind.listed is not None and kind.listed.name in values:
            is_other = await self._list(session, row, values[kind.listed.name])
            if is_other and id_ is not None:
                flag_modified(row, "ended_at")  # so that it has a new version
                await session.flush()
        if kind.check is not None:
            await kind.check(session, row)

    async def _must_refer(
        self, session: AsyncSession, merged: Mapping[str, Any], changed: Mapping[str, Any], id_: UUID | None
    ) -> None:
        """Raises FieldRefused for what is not there, has ended, or is the row itself. What is there is kept so."""
        told = {"target_id", *changed} if "kind" in changed else changed
        for column, table in self._kind.refers(merged).items():
            if column in told and merged[column] is not None:
                await must_be_there(session, table, merged[column], self._kind.field_of(column), id_)

    async def _must_be_alone(
        self, session: AsyncSession, merged: Mapping[str, Any], id_: UUID | None
    ) -> None:
        """Raises NotPossible when another row that is in use has what must be unique."""
        table = self._kind.table
        for columns in _unique(table):
            values = {name: merged.get(name) for name in columns}
            if None in values.values():
                continue
            query = select(table.id).filter_by(**values)
            if columns != ("external_id",):
                query = query.where(table.ended_at.is_(None))
            if await session.scalar(query.where(table.id != id_) if id_ else query) is not None:
                shown = values[columns[-1]]
                what = _what(table)
                raise NotPossible(
                    Text(
                        sv=f"{what.sv.capitalize()} {shown} finns redan. Ändra den, eller avsluta den först.",
                        en=f"There is a {what.en} {shown} already. Change that one, or end it first.",
                    )
                )

    async def _list(self, session: AsyncSession, row: Any, items: Sequence[Mapping[str, Any]]) -> bool:
        """True when it differs. Those that stay keep their rows, and so their keys from an import."""
        listed = self._kind.listed
        assert listed is not None  # noqa: S101 - who calls has looked
        table = listed.table
        before = {
            tuple(getattr(one, name) for name in listed.columns): one
            for one in await session.scalars(
                select(table).where(getattr(table, listed.parent) == row.id).order_by(table.position)
            )
        }
        wanted = [tuple(item[name] for name in listed.columns) for item in items]
        if [*before] == wanted:
            return False
        for position, key in enumerate(dict.fromkeys(wanted), start=1):
            one = before.pop(key, None)
            if one is None:
                values = dict(zip(listed.columns, key, strict=True))
                for column, to in _listed_references(self._kind).items():
                    if values[column] is not None:
                        await must_be_there(session, to, values[column], listed.name)
                session.add(table(**{listed.parent: row.id, "position": position, **values}))
            else:
                one.position = position
        for gone in before.values():
            await session.delete(gone)
        await session.flush()
        return True

    async def _sought(self, session: AsyncSession, query: Select[Any], q: str, limit: int) -> Sequence[UUID]:
        """In Python: the databases fold case each in their own way, and not all letters of ours."""
        table = self._kind.table
        texts = [getattr(table, name) for name in self._kind.sought]
        found = await session.execute(query.with_only_columns(table.id, *texts))
        ids = (id_ for id_, *told in found if has_words(q, [text for text in told if text]))
        return [id_ for id_, _ in zip(ids, range(limit), strict=False)]

    async def _entry(self, session: AsyncSession, row: Any) -> Entry:
        (entry,) = await self._entries(session, [row])
        return entry

    async def _entries(self, session: AsyncSession, rows: Sequence[Any]) -> Sequence[Entry]:
        lists = await self._listed(session, [row.id for row in rows])
        values = {row.id: {**_columns(row), **lists.get(row.id, {})} for row in rows}
        names = await self._names(session, list(values.values()))
        return [Entry(row.id, row.version, row.ended_at, values[row.id], names) for row in rows]

    async def _listed(self, session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        listed = self._kind.listed
        if listed is None:
            return {}
        parent = getattr(listed.table, listed.parent)
        found: dict[UUID, list[dict[str, Any]]] = {id_: [] for id_ in ids}
        for one in await session.scalars(
            select(listed.table).where(parent.in_(ids)).order_by(listed.table.position)
        ):
            item = {name: getattr(one, name) for name in listed.columns}
            found[getattr(one, listed.parent)].append(item)
        return {id_: {listed.name: items} for id_, items in found.items()}

    async def _names(self, session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> dict[UUID, str]:
        wanted: defaultdict[type[Any], set[UUID]] = defaultdict(set)
        for values in rows:
            for column, table in self._kind.refers(values).items():
                if values[column] is not None:
                    wanted[table].add(values[column])
            for column, table in _listed_references(self._kind).items():
                items = values[self._kind.listed.name] if self._kind.listed else ()
                wanted[table].update(item[column] for item in items if item[column] is not None)
        names: dict[UUID, str] = {}
        for table, ids in wanted.items():
            names |= await names_of(session, table, ids)
        return names


async def must_be_there(
    session: AsyncSession, table: type[Any], id_: UUID, where: str, own: UUID | None = None
) -> None:
    """Raises FieldRefused for a row that is not there, has ended, or is one's own. What is there is kept so."""
    other = await session.get(table, id_, with_for_update={"read": True})
    if other is None or other.ended_at is not None:
        raise FieldRefused(
            where,
            Text(
                sv=f"{_what(table).sv.capitalize()} finns inte, eller är avslutad.",
                en=f"There is no such {_what(table).en}, or it has ended.",
            ),
        )
    if id_ == own:
        raise FieldRefused(
            where, Text(sv="Ingen kan peka på sig själv.", en="Nothing can refer to itself here.")
        )


def _listed_references(kind: Kind) -> dict[str, type[Any]]:
    if kind.listed is None:
        return {}
    found = references(kind.listed.table)
    return {column: found[column] for column in kind.listed.columns if column in found}


def _columns(row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.c}


def _unique(table: type[Any]) -> list[tuple[str, ...]]:
    indexes = [tuple(index.columns.keys()) for index in table.__table__.indexes if index.unique]
    constraints = [
        tuple(one.columns.keys())
        for one in table.__table__.constraints
        if isinstance(one, UniqueConstraint) and "external_id" in one.columns
    ]
    return indexes + constraints


def _what(table: type[Any]) -> Text:
    return WHAT[table.__tablename__]


def must_be_in_use(row: Any) -> None:
    """Raises NotPossible for a row that has ended."""
    if row.ended_at is not None:
        raise NotPossible(
            Text(
                sv="Den är avslutad, och ändras inte mer. Gör en ny.",
                en="It has ended, and is changed no more. Make a new one.",
            )
        )


def _must_not_be_needed(kind: Kind, by: Sequence[tuple[str, str]]) -> None:
    if not by:
        return
    more = len(by) - _NAMED
    listed = {
        "sv": [f"{WHAT[table].sv} {name}" for table, name in by[:_NAMED]],
        "en": [f"{WHAT[table].en} {name}" for table, name in by[:_NAMED]],
    }
    if more > 0:
        listed["sv"].append(f"{more} till")
        listed["en"].append(f"{more} more")
    raise NotPossible(
        Text(
            sv=f"{_what(kind.table).sv.capitalize()} behövs ännu: av {', '.join(listed['sv'])}."
            " Avsluta eller ändra det först.",
            en=f"The {_what(kind.table).en} is still needed, by {', '.join(listed['en'])}."
            " End or change that first.",
        )
    )
