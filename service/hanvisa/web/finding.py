"""Whom a token or a session's cookie speaks for, with their roles."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.signing_in import is_open
from hanvisa.directory.repositories.users import in_use
from hanvisa.directory.tables import PersonRow, RoleAssignmentRow, SessionRow, TokenRow, UserRow
from hanvisa.web.auth import hashed
from hanvisa.web.principals import Principal, SignedIn
from hanvisa.web.roles import Assignment, Role

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

FOUND_IN = frozenset(row.__tablename__ for row in (UserRow, PersonRow, RoleAssignmentRow, TokenRow))
"""The tables that say whom a token or a session speaks for, and whether it still does. A session's end counts as a
change of its user (`Sessions`)."""
_OPERATION, _COST_CENTRE = "operation", "cost_centre"


async def find_by_token(database: Database, hash_: str, now: datetime) -> Principal | None:
    """Whose token it is; None when it is unknown or has ended. Raises StorageError."""
    query = (
        select(UserRow, TokenRow.expires_at)
        .join(TokenRow, TokenRow.user_id == UserRow.id)
        .where(
            TokenRow.hash == hash_,
            TokenRow.revoked_at.is_(None),
            or_(TokenRow.expires_at.is_(None), TokenRow.expires_at > now),
            in_use(),
        )
    )
    async with database.reading() as session:
        found = (await session.execute(query)).one_or_none()
        if found is None:
            return None
        user, ends_at = found
        return await _principal(session, user, ends_at)


async def find_by_session(database: Database, hash_: str, now: datetime, idle: timedelta) -> Principal | None:
    """Who has signed in with this cookie; None when nobody has, or it has ended. Raises StorageError.

    One that was not used for as long as ``idle`` has ended.
    """
    query = (
        select(UserRow, SessionRow.id, SessionRow.expires_at, SessionRow.used_at)
        .join(SessionRow, SessionRow.user_id == UserRow.id)
        .where(SessionRow.hash == hash_, is_open(now, now - idle), in_use())
    )
    async with database.reading() as session:
        found = (await session.execute(query)).one_or_none()
        if found is None:
            return None
        user, session_id, ends_at, used_at = found
        return await _principal(session, user, ends_at, SignedIn(session_id, csrf_of(hash_), used_at))


def csrf_of(hash_: str) -> str:
    """What a change must bring along with the cookie of this hash. Who has not the cookie can't make it."""
    return hashed(f"csrf {hash_}")


async def _principal(
    session: AsyncSession, user: UserRow, ends_at: datetime | None, signed_in: SignedIn | None = None
) -> Principal:
    """A user who is a person has the role person without being given it."""
    rows = await session.scalars(select(RoleAssignmentRow).where(RoleAssignmentRow.user_id == user.id))
    given = tuple(_assignment(row) for row in rows)
    own = (Assignment(Role.PERSON),) if user.person_id is not None else ()
    return Principal(user.id, user.name, user.person_id, given + own, ends_at, signed_in)


def _assignment(row: RoleAssignmentRow) -> Assignment:
    return Assignment(
        Role(row.role),
        operation_id=row.scope_id if row.scope_kind == _OPERATION else None,
        cost_centre_id=row.scope_id if row.scope_kind == _COST_CENTRE else None,
    )
