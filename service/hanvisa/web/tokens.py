"""Tokens, and the users they speak for with their roles."""

from __future__ import annotations

from datetime import UTC, datetime
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


async def create_token(database: Database, role: str, name: str, scope: str = "") -> str:
    """A new token for the user of that name, who is made if need be and given the role. It is told this once only.

    ``scope`` is, for a head or telephone manager, the operation (its id, external id or name), or `cost_centre:` and
    that of a cost centre; for an operator, superuser or person, who the user is (id or external id). Raises
    InvalidInput.
    """
    wanted = _role(role, scope)
    token = new_token()
    async with database.changing(SYSTEM) as session:
        person_id = await _person(session, scope) if scope and wanted not in _SCOPED else None
        user = await _user(session, name, person_id)
        await _give(
            session, user.id, wanted, await _scope(session, scope) if wanted in _SCOPED else (None, None)
        )
        session.add(
            TokenRow(
                user_id=user.id,
                name=name,
                hash=hashed(token),
                created_at=datetime.now(UTC),
                expires_at=None,
                revoked_at=None,
            )
        )
    return token


def _role(role: str, scope: str) -> Role:
    if role not in tuple(Role):
        raise InvalidInput(f"There is no role “{role}”. The roles are " + ", ".join(Role) + ".")
    wanted = Role(role)
    if wanted is Role.ADMIN and scope:
        raise InvalidInput("The role admin reaches everything and takes no scope; leave --scope out.")
    if wanted in _SCOPED and not scope:
        raise InvalidInput(f"The role {role} needs a scope: --scope OPERATION, by its id or name.")
    if wanted is Role.PERSON and not scope:
        raise InvalidInput("The role person needs a scope: --scope PERSON, by the id or external id.")
    return wanted


async def _user(session: AsyncSession, name: str, person_id: UUID | None) -> UserRow:
    user = await session.scalar(select(UserRow).where(UserRow.name == name))
    if user is None:
        user = UserRow(name=name, external_id=None, person_id=None, ended_at=None)
        session.add(user)
    if person_id is not None and user.person_id not in (None, person_id):
        raise InvalidInput(f"The user “{name}” is another person already. Choose another name.")
    user.person_id = person_id or user.person_id
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
    kind, colon, wanted = scope.partition(":")
    if not colon:
        kind, wanted = _OPERATION, scope
    tables: dict[str, type[OperationRow | CostCentreRow]] = {
        _OPERATION: OperationRow,
        _COST_CENTRE: CostCentreRow,
    }
    if kind not in tables:
        raise InvalidInput(f"“{scope}” is no scope. Write the operation's id or name, or cost_centre:NAME.")
    table = tables[kind]
    query = select(table.id).where(
        or_(table.name == wanted, table.id == _uuid(wanted), table.external_id == wanted),
        table.ended_at.is_(None),
    )
    ids = (await session.scalars(query)).all()
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
