"""Accounts: who they are, which roles they have, and their passwords' hashes. Ended, never deleted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select, update
from sqlalchemy.orm.attributes import flag_modified

from hanvisa.directory.auditing import touch
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.rows import found, must_exist, read_before
from hanvisa.directory.tables import (
    CostCentreRow,
    OperationRow,
    PersonRow,
    RoleAssignmentRow,
    SessionRow,
    UserRow,
)
from hanvisa.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor

SCOPES: dict[str, type[OperationRow | CostCentreRow]] = {
    "operation": OperationRow,
    "cost_centre": CostCentreRow,
}


@dataclass(frozen=True, slots=True)
class RoleGiven:
    """``scope_kind`` is one of :data:`SCOPES`; None with None for a role that has no scope."""

    role: str
    scope_kind: str | None = None
    scope_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class UserFields:
    name: str
    person_id: UUID | None = None
    roles: frozenset[RoleGiven] = frozenset()


@dataclass(frozen=True, slots=True)
class UserRecord:
    id: UUID
    fields: UserFields
    has_password: bool
    ended_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """``password_hash`` None: this account has no password."""

    user_id: UUID
    name: str
    password_hash: str | None


class Users:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id_: UUID) -> UserRecord:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return (await _records(session, [await found(session, UserRow, id_, "user")]))[0]

    async def named(self, name: str) -> UserRecord:
        """Raises InvalidInput when there is none in use."""
        query = select(UserRow).where(UserRow.name == name, in_use())
        async with self._database.reading() as session:
            row = await session.scalar(query)
            if row is None:
                raise InvalidInput(f"There is no user “{name}”. “hanvisa user list” shows them.")
            return (await _records(session, [row]))[0]

    async def list(
        self,
        *,
        ended: bool = False,
        person_id: UUID | None = None,
        words: str = "",
        after: UUID | None = None,
        limit: int = 100,
    ) -> list[UserRecord]:
        """In the order in which they were made. ``words`` is part of the name; ``after`` the last id that was seen."""
        query = select(UserRow).order_by(UserRow.id).limit(limit)
        if not ended:
            query = query.where(UserRow.ended_at.is_(None))
        if person_id is not None:
            query = query.where(UserRow.person_id == person_id)
        if words:
            query = query.where(func.lower(UserRow.name).contains(words.lower(), autoescape=True))
        if after is not None:
            query = query.where(UserRow.id > after)
        async with self._database.reading() as session:
            return await _records(session, (await session.scalars(query)).all())

    async def create(self, fields: UserFields, password_hash: str | None, by: Actor) -> UserRecord:
        """Raises InvalidInput for what is not there, Conflict when the name is taken."""
        async with self._database.changing(by) as session:
            row = UserRow(external_id=None, ended_at=None, password_hash=password_hash)
            await _set(session, row, fields)
            return (await _records(session, [row]))[0]

    async def change(self, id_: UUID, fields: UserFields, version: int | None, by: Actor) -> UserRecord:
        """Raises NotFound, and what :meth:`create` raises."""
        async with self._database.changing(by) as session:
            row = await read_before(session, UserRow, id_, version, "user")
            flag_modified(
                row, "ended_at"
            )  # who has other roles is another version too; what is flagged is not told of
            await _set(session, row, fields)
            return (await _records(session, [row]))[0]

    async def end(self, id_: UUID, at: datetime, version: int | None, by: Actor) -> UserRecord:
        """Their tokens and sessions let nobody in any more. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, UserRow, id_, version, "user")
            row.ended_at = row.ended_at or at
            await session.flush()
            return (await _records(session, [row]))[0]

    async def set_password(
        self, id_: UUID, password_hash: str, at: datetime, version: int | None, by: Actor
    ) -> UserRecord:
        """Whoever has signed in as this user is signed out. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, UserRow, id_, version, "user")
            row.password_hash = password_hash
            await session.execute(
                update(SessionRow)
                .where(SessionRow.user_id == id_, SessionRow.ended_at.is_(None))
                .values(ended_at=at)
            )
            touch(session, [SessionRow.__tablename__])
            await session.flush()
            return (await _records(session, [row]))[0]

    async def credentials(self, name: str) -> Credentials | None:
        """None when there is no user of that name, or they have ended, or left."""
        query = select(UserRow).where(UserRow.name == name, in_use())
        async with self._database.reading() as session:
            row = await session.scalar(query)
        return Credentials(row.id, row.name, row.password_hash) if row else None

    async def several(self, ids: Collection[UUID]) -> dict[UUID, UserRecord]:
        """By their ids, the ended ones too."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(UserRow).where(UserRow.id.in_(ids)))
            return {record.id: record for record in await _records(session, rows.all())}


def in_use() -> ColumnElement[bool]:
    """Neither the user has ended, nor the person whose account it is."""
    left = exists().where(PersonRow.id == UserRow.person_id, PersonRow.ended_at.is_not(None))
    return and_(UserRow.ended_at.is_(None), ~left)


async def _set(session: AsyncSession, row: UserRow, fields: UserFields) -> None:
    await must_exist(session, PersonRow, fields.person_id, "person", "person")
    for role in fields.roles:
        if role.scope_kind is not None:
            await must_exist(session, SCOPES[role.scope_kind], role.scope_id, "roles", role.scope_kind)
    row.name = fields.name
    row.person_id = fields.person_id
    session.add(row)
    await session.flush()
    kept = set()
    for had in (
        await session.scalars(select(RoleAssignmentRow).where(RoleAssignmentRow.user_id == row.id))
    ).all():
        given = RoleGiven(had.role, had.scope_kind, had.scope_id)
        kept.add(given)
        if given not in fields.roles:
            await session.delete(had)
    session.add_all(
        RoleAssignmentRow(
            user_id=row.id,
            role=role.role,
            scope_kind=role.scope_kind,
            scope_id=role.scope_id,
            external_id=None,
        )
        for role in fields.roles - kept
    )
    await session.flush()


async def _records(session: AsyncSession, rows: Iterable[UserRow]) -> list[UserRecord]:
    users = list(rows)
    roles: defaultdict[UUID, set[RoleGiven]] = defaultdict(set)
    given = select(RoleAssignmentRow).where(RoleAssignmentRow.user_id.in_([user.id for user in users]))
    for one in await session.scalars(given):
        roles[one.user_id].add(RoleGiven(one.role, one.scope_kind, one.scope_id))
    return [
        UserRecord(
            id=user.id,
            fields=UserFields(user.name, user.person_id, frozenset(roles[user.id])),
            has_password=user.password_hash is not None,
            ended_at=user.ended_at,
            version=user.version,
        )
        for user in users
    ]
