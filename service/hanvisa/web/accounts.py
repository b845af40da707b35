"""Users as an administrator at the machine makes and changes them, by their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select

from hanvisa.config import Settings
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.signing_in import SignInTries
from hanvisa.directory.repositories.users import RoleGiven, UserFields, UserRecord, Users
from hanvisa.directory.tables import UserRow
from hanvisa.errors import InvalidInput
from hanvisa.policy.sign_in import account_key
from hanvisa.web.passwords import SHORTEST, Passwords
from hanvisa.web.roles import SCOPED, Role
from hanvisa.web.signing_in import limits
from hanvisa.web.tokens import name_given, person_given, role_given, scope_given

Asked = Callable[[], str]


async def create_user(
    database: Database, name: str, *, role: str, scope: str, person: str, password: Asked | None
) -> None:
    """``person`` may be "". The ``password`` is asked for when the rest will do; None: they have none.

    Raises InvalidInput, also when the name is taken.
    """
    roles = frozenset({await _role(database, role, scope)} if role else ())
    async with database.reading() as session:
        person_id = await person_given(session, person) if person else None
        if await session.scalar(select(UserRow.id).where(UserRow.name == name_given(name))) is not None:
            raise InvalidInput(f"The name “{name}” is taken, perhaps by one who has ended. Choose another.")
    hash_ = await Passwords().hash(_long_enough(password())) if password is not None else None
    await Users(database).create(UserFields(name, person_id, roles), hash_, SYSTEM)


async def set_password(database: Database, settings: Settings, name: str, password: Asked) -> None:
    """The ``password`` is asked for when there is such a user. Raises InvalidInput."""
    user = await Users(database).named(name)
    hash_ = await Passwords().hash(_long_enough(password()))
    await Users(database).set_password(user.id, hash_, datetime.now(UTC), None, SYSTEM)
    await SignInTries(database, limits(settings)).forgive(account_key(name))


async def give_role(database: Database, name: str, role: str, scope: str, *, take: bool) -> None:
    """Raises InvalidInput."""
    user = await Users(database).named(name)
    given = {await _role(database, role, scope)}
    roles = user.fields.roles - given if take else user.fields.roles | given
    await Users(database).change(user.id, replace(user.fields, roles=roles), None, SYSTEM)


async def end_user(database: Database, name: str) -> None:
    """Raises InvalidInput."""
    user = await Users(database).named(name)
    await Users(database).end(user.id, datetime.now(UTC), None, SYSTEM)


async def list_users(database: Database) -> list[str]:
    """A line for each in use."""
    users, found = Users(database), list[UserRecord]()
    while page := await users.list(after=found[-1].id if found else None):
        found += page
    return [_line(user) for user in found]


def _line(user: UserRecord) -> str:
    roles = ", ".join(sorted({role.role for role in user.fields.roles})) or "no role"
    return f"{user.fields.name}: {roles}{', with a password' if user.has_password else ''}"


async def _role(database: Database, role: str, scope: str) -> RoleGiven:
    if role == Role.PERSON and not scope:
        raise InvalidInput("Who is a person of the register has the role person: give --person instead.")
    wanted = role_given(role, scope)
    if wanted not in SCOPED:
        return RoleGiven(wanted)
    async with database.reading() as session:
        return RoleGiven(wanted, *await scope_given(session, scope))


def _long_enough(password: str) -> str:
    if len(password) < SHORTEST:
        raise InvalidInput(f"The password is too short. Take one of {SHORTEST} characters or more.")
    return password
