"""Sessions, and wrong passwords in a row: in the database, so that several instances agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, delete, select, text, tuple_, update

from hanvisa.directory.auditing import touch
from hanvisa.directory.engine import Database
from hanvisa.directory.tables import SessionRow, SignInTriesRow, UserRow
from hanvisa.directory.types import UtcDateTime
from hanvisa.errors import NotFound
from hanvisa.policy.sign_in import SignInFacts, SignInLimits, Tries, counted, wait_until

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor

_ACCOUNT, _ADDRESS = "account", "address"
# What is said to have changed when a session ends, and not when one begins: then nobody else is to be looked up anew.
_WHOM = UserRow.__tablename__
_MAKE = text(
    "INSERT INTO sign_in_tries (kind, name, wrong, last_at) VALUES (:kind, :name, 0, :at)"
    " ON CONFLICT (kind, name) DO NOTHING"
).bindparams(bindparam("at", type_=UtcDateTime()))


@dataclass(frozen=True, slots=True)
class OpenSession:
    id: UUID
    address: str | None
    created_at: datetime
    used_at: datetime
    expires_at: datetime


class Sessions:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, user_id: UUID, hash_: str, at: datetime, expires_at: datetime, by: Actor) -> UUID:
        """Somebody has signed in. The session's id."""
        async with self._database.changing(by) as session:
            row = SessionRow(
                user_id=user_id,
                hash=hash_,
                address=by.address,
                created_at=at,
                used_at=at,
                expires_at=expires_at,
                ended_at=None,
            )
            session.add(row)
            await session.flush()
            return row.id

    async def end(self, id_: UUID, user_id: UUID, at: datetime, by: Actor) -> None:
        """One of the user's is signed out. Raises NotFound: they have none of that id."""
        async with self._database.changing(by) as session:
            row = await session.get(SessionRow, id_)
            if row is None or row.user_id != user_id:
                raise NotFound(f"There is no session {id_}.")
            row.ended_at = row.ended_at or at
            touch(session, [_WHOM])

    async def end_all(self, user_id: UUID, at: datetime, by: Actor) -> None:
        """Whoever has signed in as this user is signed out."""
        still = select(SessionRow).where(SessionRow.user_id == user_id, SessionRow.ended_at.is_(None))
        async with self._database.changing(by) as session:
            for row in await session.scalars(still):
                row.ended_at = at
            touch(session, [_WHOM])

    async def open_of(self, user_id: UUID, at: datetime, used_after: datetime) -> list[OpenSession]:
        """Those that let the user in, the one used last first."""
        row = SessionRow
        query = (
            select(row)
            .where(row.user_id == user_id, is_open(at, used_after))
            .order_by(row.used_at.desc(), row.id.desc())
        )
        async with self._database.reading() as session:
            return [
                OpenSession(one.id, one.address, one.created_at, one.used_at, one.expires_at)
                for one in await session.scalars(query)
            ]

    async def use(self, id_: UUID, at: datetime, before: datetime) -> None:
        """It was used at that time, if it was last used before: of several at once one writes."""
        async with self._database.writing() as session:
            await session.execute(
                update(SessionRow)
                .where(SessionRow.id == id_, SessionRow.used_at <= before)
                .values(used_at=at)
                .execution_options(synchronize_session=False)
            )


def is_open(at: datetime, used_after: datetime) -> ColumnElement[bool]:
    """A session that lets somebody in: not ended, not too old, and used since then."""
    row = SessionRow
    return and_(row.ended_at.is_(None), row.expires_at > at, row.used_at > used_after)


class SignInTries:
    """A try is counted as wrong before it is made, and forgiven when it was right: of many at once none is free."""

    def __init__(self, database: Database, limits: SignInLimits) -> None:
        self._database = database
        self._limits = limits

    async def begin(self, account: str, address: str, now: datetime) -> datetime | None:
        """Count a try. When it may be made, if not now: then it is not counted."""
        await self._forget(now - self._limits.locked)
        async with self._database.writing() as session:
            keys = ((_ACCOUNT, account), (_ADDRESS, address))
            await session.execute(_MAKE, [{"kind": kind, "name": name, "at": now} for kind, name in keys])
            tries = await _locked(session, _ACCOUNT, account), await _locked(session, _ADDRESS, address)
            again = wait_until(SignInFacts(*tries, now, self._limits))
            if again is None:
                for (kind, name), had in zip(keys, tries, strict=True):
                    await _store(session, kind, name, counted(had, now, self._limits))
            return again

    async def right(self, account: str, address: str) -> None:
        """The password was right: the account begins anew, and the address had one wrong less."""
        async with self._database.writing() as session:
            tries = await _locked(session, _ACCOUNT, account), await _locked(session, _ADDRESS, address)
            for kind, name, had, wrong in (
                (_ACCOUNT, account, tries[0], 0),
                (_ADDRESS, address, tries[1], max(tries[1].wrong - 1, 0)),
            ):
                if had.last_at is not None:
                    await _store(session, kind, name, Tries(wrong, had.last_at))

    async def forgive(self, account: str) -> None:
        """The account has a new password."""
        async with self._database.writing() as session:
            await session.execute(
                delete(SignInTriesRow).where(SignInTriesRow.kind == _ACCOUNT, SignInTriesRow.name == account)
            )

    async def _forget(self, before: datetime) -> None:
        """By itself, and passing over what others hold: it waits for nobody, so nobody waits in a circle."""
        old = (
            select(SignInTriesRow.kind, SignInTriesRow.name)
            .where(SignInTriesRow.last_at <= before)
            .with_for_update(skip_locked=True)
        )
        async with self._database.writing() as session:
            await session.execute(
                delete(SignInTriesRow)
                .where(tuple_(SignInTriesRow.kind, SignInTriesRow.name).in_(old))
                .execution_options(synchronize_session=False)
            )


async def _locked(session: AsyncSession, kind: str, name: str) -> Tries:
    """The tries, which nobody else changes until the transaction ends. Always the account's first."""
    query = (
        select(SignInTriesRow.wrong, SignInTriesRow.last_at)
        .where(SignInTriesRow.kind == kind, SignInTriesRow.name == name)
        .with_for_update()
    )
    had = (await session.execute(query)).one_or_none()
    return Tries(had.wrong, had.last_at) if had else Tries()


async def _store(session: AsyncSession, kind: str, name: str, tries: Tries) -> None:
    await session.execute(
        update(SignInTriesRow)
        .where(SignInTriesRow.kind == kind, SignInTriesRow.name == name)
        .values(wrong=tries.wrong, last_at=tries.last_at)
    )
