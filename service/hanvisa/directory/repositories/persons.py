"""What is kept of persons beside the register's facts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hanvisa.directory.engine import Database
from hanvisa.directory.tables import PersonRow
from hanvisa.errors import NotFound
from hanvisa.policy.facts import Window


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """``schedule`` is when the person works; empty: the usual hours."""

    id: UUID
    external_id: str | None
    email: str | None
    schedule: tuple[Window, ...]
    details_confirmed_at: datetime | None
    version: int


class Persons:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id_: UUID) -> PersonDetails:
        """Raises NotFound."""
        details = await self.details([id_])
        if id_ not in details:
            raise NotFound(f"There is no person {id_}.")
        return details[id_]

    async def details(self, ids: Collection[UUID]) -> dict[UUID, PersonDetails]:
        """Of those of the persons who are there."""
        table = PersonRow
        query = select(
            table.id,
            table.external_id,
            table.email,
            table.schedule,
            table.details_confirmed_at,
            table.version,
        ).where(table.id.in_(ids))
        async with self._database.reading() as session:
            return {row.id: PersonDetails(*row) for row in await session.execute(query)}
