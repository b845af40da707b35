"""Persons who are asked by mail to confirm their details (S2), by a link that is for this alone and has an end."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import or_, select

from hanvisa.directory.auditing import SYSTEM, Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.loading.common import belongs_now
from hanvisa.directory.repositories.persons import confirm_details
from hanvisa.directory.repositories.rows import are_there
from hanvisa.directory.tables import DetailsRequestRow, MembershipRow, PersonRow
from hanvisa.errors import NotFound
from hanvisa.policy.details import DetailsLetter, stale_before

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


class DetailsRequests:
    """``every`` says after how many days details are to be confirmed again, ``holds`` for how many a link holds."""

    def __init__(
        self, database: Database, now: Callable[[], datetime], every: Callable[[], int], holds: int
    ) -> None:
        self._database = database
        self._now = now
        self._every = every
        self._holds = timedelta(days=holds)

    async def owed(self) -> list[DetailsLetter]:
        """Whose details are stale, who have an address, and whom no link that holds was sent. Raises StorageError."""
        now = self._now()
        confirmed, before = PersonRow.details_confirmed_at, stale_before(now, self._every())
        query = (
            select(PersonRow.id, PersonRow.email, PersonRow.given_name)
            .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
            .outerjoin(DetailsRequestRow, DetailsRequestRow.person_id == PersonRow.id)
            .where(
                belongs_now(now),
                PersonRow.ended_at.is_(None),
                PersonRow.email.is_not(None),
                PersonRow.email != "",
                or_(confirmed.is_(None), confirmed < before),
                or_(DetailsRequestRow.person_id.is_(None), DetailsRequestRow.ends_at <= now),
            )
            .order_by(PersonRow.id)
        )
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
        ends_at = now + self._holds
        return [
            DetailsLetter(id_, email or "", name, secrets.token_urlsafe(32), ends_at)
            for id_, email, name in rows
        ]

    async def are_there(self, letter: DetailsLetter) -> bool:
        """The person has not left since. Raises StorageError."""
        async with self._database.reading() as session:
            return await are_there(session, letter.person_id)

    async def sent(self, letter: DetailsLetter) -> None:
        """A server has taken the mail: from now on its link holds. Nothing is kept of who has left meanwhile.

        Raises StorageError.
        """
        async with self._database.changing(SYSTEM) as session:
            if not await are_there(session, letter.person_id):
                return
            row = await session.get(DetailsRequestRow, letter.person_id)
            if row is None:
                row = DetailsRequestRow(person_id=letter.person_id)
                session.add(row)
            row.hash, row.sent_at, row.ends_at = _hashed(letter.token), self._now(), letter.ends_at
            row.confirmed_at = None

    async def person_of(self, token: str) -> UUID:
        """Whose link it is. Raises NotFound when it holds no more, or never did."""
        async with self._database.reading() as session:
            return (await self._holding(session, token)).person_id

    async def confirm(self, token: str, version: int, by: Actor) -> None:
        """The details are right, as they were in that version. Raises NotFound and Conflict."""
        async with self._database.changing(by) as session:
            row = await self._holding(session, token)
            await confirm_details(session, row.person_id, version, self._now(), by)
            row.confirmed_at = self._now()

    async def _holding(self, session: AsyncSession, token: str) -> DetailsRequestRow:
        row = await session.scalar(
            select(DetailsRequestRow)
            .join(PersonRow, PersonRow.id == DetailsRequestRow.person_id)
            .where(
                DetailsRequestRow.hash == _hashed(token),
                DetailsRequestRow.ends_at > self._now(),
                DetailsRequestRow.confirmed_at.is_(None),
                PersonRow.ended_at.is_(None),
            )
        )
        if row is None:
            raise NotFound("The link holds no more.")
        return row


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()
