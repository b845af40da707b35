"""Users with their roles and tokens in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.tables import (
    CostCentreRow,
    OperationRow,
    PersonRow,
    RoleAssignmentRow,
    TokenRow,
    UserRow,
)
from hanvisa.errors import InvalidInput
from hanvisa.web.auth import hashed, new_token
from hanvisa.web.principals import Principal
from hanvisa.web.roles import TABLE, Assignment, Reach, Role

_OPERATION, _COST_CENTRE = "operation", "cost_centre"
_SCOPED = frozenset(role for row in TABLE.values() for role, reach in row.items() if reach is Reach.SCOPE)


async def find_user(database: Database, hash_: str, now: datetime) -> Principal | None:
    """Whose token it is; None when it is unknown or has ended. Raises StorageError.

    A user who is a person has the role person without being given it.
    """
    async with database.reading() as session:
        user = await session.scalar(
            select(UserRow)
            .join(TokenRow, TokenRow.user_id == UserRow.id)
            .where(
                TokenRow.hash == hash_,
                TokenRow.revoked_at.is_(None),
                or_(TokenRow.expires_at.is_(None), TokenRow.expires_at > now),
                UserRow.ended_at.is_(None),
            )
        )
        if user is None:
            return None
        rows = await session.scalars(select(RoleAssignmentRow).where(RoleAssignmentRow.user_id == user.id))
        given = tuple(_assignment(row) for row in rows)
    own = (Assignment(Role.PERSON),) if user.person_id is not None else ()
    return Principal(user.id, user.name, user.person_id, given + own)


async def create_token(
    database: Database,
    role: str,
    name: str,
    *,
    scope: str | None = None,
    person: str | None = None,
    days: int | None = None,
) -> str:
    """A new token for the user of that name, who is made if need be and given the role. It is told this once only.

    ``scope`` is "operation:…" or "cost_centre:…" with a name or id, for head and telephone manager. ``person`` is the
    id or external id of the person who the user is. ``days`` None: until it is revoked. Raises InvalidInput.
    """
    if role not in tuple(Role):
        raise InvalidInput(f"There is no role “{role}”. The roles are " + ", ".join(Role) + ".")
    if (role in _SCOPED) != (scope is not None):
        raise InvalidInput(
            f"The role {role} needs a scope: --scope operation:NAME or --scope cost_centre:NAME."
            if role in _SCOPED
            else f"The role {role} takes no scope; leave --scope out."
        )
    token, now = new_token(), datetime.now(UTC)
    async with database.changing(SYSTEM) as session:
        user = await _user(session, name, person)
        await _give(session, user.id, role, await _scope(session, scope) if scope else (None, None))
        session.add(
            TokenRow(
                user_id=user.id,
                name=name,
                hash=hashed(token),
                created_at=now,
                expires_at=now + timedelta(days=days) if days is not None else None,
                revoked_at=None,
            )
        )
    return token


async def _user(session: AsyncSession, name: str, person: str | None) -> UserRow:
    user = await session.scalar(select(UserRow).where(UserRow.name == name))
    if user is None:
        user = UserRow(name=name, external_id=None, person_id=None, ended_at=None)
        session.add(user)
    if person is not None:
        user.person_id = await _person(session, person)
    await session.flush()
    return user


async def _person(session: AsyncSession, wanted: str) -> UUID:
    id_ = await session.scalar(
        select(PersonRow.id).where(or_(PersonRow.external_id == wanted, PersonRow.id == _uuid(wanted)))
    )
    if id_ is None:
        raise InvalidInput(f"There is no person “{wanted}”. Give the id or the external id.")
    return id_


async def _give(
    session: AsyncSession, user_id: UUID, role: str, scope: tuple[str | None, UUID | None]
) -> None:
    kind, id_ = scope
    had = await session.scalar(
        select(RoleAssignmentRow.id).where(
            RoleAssignmentRow.user_id == user_id,
            RoleAssignmentRow.role == role,
            RoleAssignmentRow.scope_kind.is_not_distinct_from(kind),
            RoleAssignmentRow.scope_id.is_not_distinct_from(id_),
        )
    )
    if had is None:
        session.add(RoleAssignmentRow(user_id=user_id, role=role, scope_kind=kind, scope_id=id_))


async def _scope(session: AsyncSession, scope: str) -> tuple[str, UUID]:
    kind, _, wanted = scope.partition(":")
    tables: dict[str, type[OperationRow | CostCentreRow]] = {
        _OPERATION: OperationRow,
        _COST_CENTRE: CostCentreRow,
    }
    if kind not in tables or not wanted:
        raise InvalidInput(f"“{scope}” is no scope. Write operation:NAME or cost_centre:NAME.")
    table = tables[kind]
    ids = (
        await session.scalars(
            select(table.id).where(
                or_(table.name == wanted, table.id == _uuid(wanted), table.external_id == wanted),
                table.ended_at.is_(None),
            )
        )
    ).all()
    if len(ids) != 1:
        raise InvalidInput(
            f"There is no {kind} “{wanted}”."
            if not ids
            else f"Several have the name “{wanted}”. Give the id."
        )
    return kind, ids[0]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _assignment(row: RoleAssignmentRow) -> Assignment:
    return Assignment(
        Role(row.role),
        operation_id=row.scope_id if row.scope_kind == _OPERATION else None,
        cost_centre_id=row.scope_id if row.scope_kind == _COST_CENTRE else None,
    )
