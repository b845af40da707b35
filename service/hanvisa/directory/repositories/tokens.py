"""Tokens of the API as they are listed and revoked; none is ever shown again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import or_, select

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.rows import found, must_exist, read_before
from hanvisa.directory.tables import TokenRow, UserRow

if TYPE_CHECKING:
    from hanvisa.directory.auditing import Actor


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """``expires_at`` None: made before tokens had an end."""

    id: UUID
    user_id: UUID
    name: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    version: int


class Tokens:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id_: UUID) -> TokenRecord:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return _record(await found(session, TokenRow, id_, "token"))

    async def list(
        self,
        *,
        valid_at: datetime | None = None,
        user_id: UUID | None = None,
        after: UUID | None = None,
        limit: int = 100,
    ) -> list[TokenRecord]:
        """In the order in which they were made; ``valid_at`` leaves out those that let nobody in then."""
        query = select(TokenRow).order_by(TokenRow.id).limit(limit)
        if valid_at is not None:
            query = query.where(
                TokenRow.revoked_at.is_(None),
                or_(TokenRow.expires_at.is_(None), TokenRow.expires_at > valid_at),
            )
        if user_id is not None:
            query = query.where(TokenRow.user_id == user_id)
        if after is not None:
            query = query.where(TokenRow.id > after)
        async with self._database.reading() as session:
            return [_record(row) for row in await session.scalars(query)]

    async def create(
        self, user_id: UUID, name: str, hash_: str, *, at: datetime, expires_at: datetime, by: Actor
    ) -> TokenRecord:
        """Raises InvalidInput when there is no such user."""
        async with self._database.changing(by) as session:
            await must_exist(session, UserRow, user_id, "user", "user")
            row = TokenRow(
                user_id=user_id,
                name=name,
                hash=hash_,
                created_at=at,
                expires_at=expires_at,
                revoked_at=None,
            )
            session.add(row)
            await session.flush()
            return _record(row)

    async def revoke(self, id_: UUID, at: datetime, version: int | None, by: Actor) -> TokenRecord:
        """It lets nobody in any more. Revoked again, it stays as it was. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, TokenRow, id_, version, "token")
            row.revoked_at = row.revoked_at or at
            await session.flush()
            return _record(row)


def _record(row: TokenRow) -> TokenRecord:
    return TokenRecord(
        row.id, row.user_id, row.name, row.created_at, row.expires_at, row.revoked_at, row.version
    )
