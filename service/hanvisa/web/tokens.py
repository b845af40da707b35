"""Tokens as an administrator at the machine makes them, and what they are asked for, by its name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.users import SCOPES, in_use
from hanvisa.directory.tables import PersonRow, RoleAssignmentRow, TokenRow, UserRow
from hanvisa.errors import InvalidInput
from hanvisa.web.auth import hashed, new_token
from hanvisa.web.fields import Line
from hanvisa.web.roles import SCOPED, Role


async def create_token(
    database: Database,
    role: str,
    name: str,
    scope: str = "",
    *,
    days: int = 365,
    now: datetime | None = None,
) -> str:
    """A new token for the user of that name, who is made if need be and given the role. It is told this once only.

    ``scope`` is, for a head or telephone manager, the operation (its id, external id or name), or `cost_centre:` and
    that of a cost centre; for an operator, superuser or person, who the user is (id or external id). It ends after so
    many ``days`` from ``now``. Raises InvalidInput.
    """
    wanted = role_given(role, scope)
    named = name_given(name)
    token = new_token()
    at = now or datetime.now(UTC)
    async with database.changing(SYSTEM) as session:
        person_id = await person_given(session, scope) if scope and wanted not in SCOPED else None
        user = await _user(session, named, person_id)
        await _give(
            session, user.id, wanted, await scope_given(session, scope) if wanted in SCOPED else (None, None)
        )
        session.add(
            TokenRow(
                user_id=user.id,
                name=named,
                hash=hashed(token),
                created_at=at,
                expires_at=at + timedelta(days=days),
                revoked_at=None,
            )
        )
    return token


def name_given(name: str) -> str:
    """The name of a user, as the API takes it too. Raises InvalidInput."""
    try:
        return str(TypeAdapter(Line).validate_python(name))
    except ValidationError as error:
        raise InvalidInput(
            f"“{name}” is no name. Give one that can be seen, in one line of 200 characters at most."
        ) from error


def role_given(role: str, scope: str) -> Role:
    """The role, which fits its scope. Raises InvalidInput."""
    if role not in tuple(Role):
        raise InvalidInput(f"There is no role “{role}”. The roles are " + ", ".join(Role) + ".")
    wanted = Role(role)
    if wanted is Role.ADMIN and scope:
        raise InvalidInput("The role admin reaches everything and takes no scope; leave --scope out.")
    if wanted in SCOPED and not scope:
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
    if await session.scalar(select(UserRow.id).where(UserRow.id == user.id, in_use())) is None:
        raise InvalidInput(
            f"The user “{name}” has ended, or is a person who has left: no token lets them in. Choose another name."
        )
    return user


async def person_given(session: AsyncSession, wanted: str) -> UUID:
    """The person of that id or external id, who has not left. Raises InvalidInput."""
    id_ = await session.scalar(
        select(PersonRow.id).where(
            or_(PersonRow.external_id == wanted, PersonRow.id == _uuid(wanted)), PersonRow.ended_at.is_(None)
        )
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


async def scope_given(session: AsyncSession, scope: str) -> tuple[str, UUID]:
    """The operation or cost centre: its kind and id. Raises InvalidInput."""
    kind, colon, wanted = scope.partition(":")
    if not colon:
        kind, wanted = "operation", scope
    if kind not in SCOPES:
        raise InvalidInput(f"“{scope}” is no scope. Write the operation's id or name, or cost_centre:NAME.")
    table = SCOPES[kind]
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
