"""Extracts of a person's traffic (F2): asked for, approved with the calls in them, opened. What is asked for stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.rows import found, read_before
from hanvisa.directory.repositories.scoping import Within
from hanvisa.directory.tables import CallRow, ExtractOpeningRow, ExtractRow, PersonRow, UserRow
from hanvisa.errors import InvalidInput
from hanvisa.policy.extracts import Account, ExtractState, OwedNotice

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor


@dataclass(frozen=True, slots=True)
class NamedAccount:
    account: Account
    name: str


@dataclass(frozen=True, slots=True)
class ExtractRecord:
    """``tell_at`` is from when the person may know of it, None: never; ``told_at`` when they had a mail of it."""

    id: UUID
    person_id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str
    state: ExtractState
    requested_at: datetime
    requester: NamedAccount
    decided_at: datetime | None
    approver: NamedAccount | None
    refusal: str | None
    expires_at: datetime | None
    tell_at: datetime | None
    told_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class ExtractedCall:
    """One call of the person, who was its ``part``: caller, called or operator. ``number`` is the other one's.

    Times are RFC 3339: they are kept as JSON. Of a private call the number is masked, as the call's record has it.
    """

    started_at: str
    ended_at: str | None
    part: str
    number: str
    outcome: str | None
    private: bool
    confidential: bool


@dataclass(frozen=True, slots=True)
class Opening:
    by: NamedAccount
    at: datetime
    address: str | None
    form: str


class Extracts:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id_: UUID) -> ExtractRecord:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return (await _records(session, [await found(session, ExtractRow, id_, "extract")]))[0]

    async def list(
        self,
        *,
        within: Within | None = None,
        hidden_from: UUID | None = None,
        now: datetime,
        person_id: UUID | None = None,
        state: ExtractState | None = None,
        before: UUID | None = None,
        limit: int = 100,
    ) -> list[ExtractRecord]:
        """The newest first. ``hidden_from``: the person who knows of none on themselves before they are told."""
        query = select(ExtractRow).order_by(ExtractRow.id.desc()).limit(limit)
        if within is not None:
            query = query.where(within.holds(ExtractRow.person_id))
        if hidden_from is not None:
            query = query.where(~_untold(hidden_from, now))
        if person_id is not None:
            query = query.where(ExtractRow.person_id == person_id)
        if state is not None:
            query = query.where(ExtractRow.state == state)
        if before is not None:
            query = query.where(ExtractRow.id < before)
        async with self._database.reading() as session:
            return await _records(session, (await session.scalars(query)).all())

    async def untold(self, person_id: UUID, now: datetime) -> frozenset[str]:
        """The ids of those on the person that they are not to know of yet, as the audit trail has them."""
        async with self._database.reading() as session:
            ids = await session.scalars(select(ExtractRow.id).where(_untold(person_id, now)))
        return frozenset(map(str, ids))

    async def request(
        self, person_id: UUID, starts_at: datetime, ends_at: datetime, *, reason: str, at: datetime, by: Actor
    ) -> ExtractRecord:
        async with self._database.changing(by) as session:
            row = ExtractRow(
                person_id=person_id,
                starts_at=starts_at,
                ends_at=ends_at,
                reason=reason,
                state=ExtractState.REQUESTED,
                requested_at=at,
                requested_by=_user(by),
            )
            session.add(row)
            await session.flush()
            return (await _records(session, [row]))[0]

    async def approve(
        self,
        id_: UUID,
        version: int,
        *,
        at: datetime,
        expires_at: datetime,
        tell_at: datetime | None,
        by: Actor,
    ) -> ExtractRecord:
        """Take the calls into it. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, ExtractRow, id_, version, "extract")
            row.traffic = [asdict(call) for call in await _calls(session, row)]
            row.state = ExtractState.APPROVED
            row.decided_at = at
            row.decided_by = _user(by)
            row.expires_at = expires_at
            row.tell_at = tell_at
            await session.flush()
            return (await _records(session, [row]))[0]

    async def refuse(self, id_: UUID, version: int, *, why: str, at: datetime, by: Actor) -> ExtractRecord:
        """Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, ExtractRow, id_, version, "extract")
            row.state = ExtractState.REFUSED
            row.decided_at = at
            row.decided_by = _user(by)
            row.refusal = why
            await session.flush()
            return (await _records(session, [row]))[0]

    async def open(self, id_: UUID, form: str, at: datetime, by: Actor) -> tuple[ExtractedCall, ...]:
        """Its calls, in order. That it was opened is kept before they are given out. Raises NotFound."""
        async with self._database.changing(by) as session:
            row = await found(session, ExtractRow, id_, "extract")
            session.add(
                ExtractOpeningRow(extract_id=id_, user_id=_user(by), at=at, address=by.address, form=form)
            )
            await session.flush()
            return tuple(ExtractedCall(**call) for call in row.traffic or ())

    async def openings(self, id_: UUID) -> tuple[Opening, ...]:
        """The first one first."""
        query = (
            select(ExtractOpeningRow)
            .where(ExtractOpeningRow.extract_id == id_)
            .order_by(ExtractOpeningRow.id)
        )
        async with self._database.reading() as session:
            rows = (await session.scalars(query)).all()
            accounts = await _accounts(session, {row.user_id for row in rows})
        return tuple(Opening(accounts[row.user_id], row.at, row.address, row.form) for row in rows)

    async def owed_notices(self, now: datetime) -> tuple[OwedNotice, ...]:
        """Who is to be told and has not been. Who has no address finds it in the API alone."""
        query = (
            select(ExtractRow, PersonRow)
            .join(PersonRow, PersonRow.id == ExtractRow.person_id)
            .where(
                ExtractRow.tell_at <= now,
                ExtractRow.told_at.is_(None),
                and_(PersonRow.email.is_not(None), PersonRow.email != "", PersonRow.ended_at.is_(None)),
            )
            .order_by(ExtractRow.id)
        )
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
            records = {one.id: one for one in await _records(session, [row for row, _ in rows])}
        return tuple(_notice(records[row.id], person) for row, person in rows)

    async def told(self, id_: UUID, at: datetime) -> None:
        """Raises NotFound."""
        async with self._database.changing(SYSTEM) as session:
            (await found(session, ExtractRow, id_, "extract")).told_at = at


def _untold(person_id: UUID, now: datetime) -> ColumnElement[bool]:
    tell_at = ExtractRow.tell_at
    return and_(ExtractRow.person_id == person_id, or_(tell_at.is_(None), tell_at > now))


def _notice(record: ExtractRecord, person: PersonRow) -> OwedNotice:
    return OwedNotice(
        extract_id=record.id,
        address=person.email or "",
        name=person.given_name,
        requester=record.requester.name,
        approver=record.approver.name if record.approver else "",
        starts_at=record.starts_at,
        ends_at=record.ends_at,
    )


async def _calls(session: AsyncSession, extract: ExtractRow) -> list[ExtractedCall]:
    person = extract.person_id
    query = (
        select(CallRow)
        .where(
            or_(
                CallRow.caller_person_id == person, CallRow.person_id == person, CallRow.operator_id == person
            ),
            CallRow.started_at >= extract.starts_at,
            CallRow.started_at < extract.ends_at,
        )
        .order_by(CallRow.started_at, CallRow.id)
    )
    return [_extracted(call, person) for call in await session.scalars(query)]


def _extracted(call: CallRow, person: UUID) -> ExtractedCall:
    part = "operator"
    if call.caller_person_id == person:
        part = "caller"
    elif call.person_id == person:
        part = "called"
    return ExtractedCall(
        started_at=call.started_at.isoformat(),
        ended_at=call.ended_at.isoformat() if call.ended_at else None,
        part=part,
        number=call.called if part == "caller" else call.caller,
        outcome=call.outcome,
        private=call.private,
        confidential=call.confidential,
    )


async def _records(session: AsyncSession, rows: Iterable[ExtractRow]) -> list[ExtractRecord]:
    listed = list(rows)
    users = {row.requested_by for row in listed} | {row.decided_by for row in listed if row.decided_by}
    accounts = await _accounts(session, users)
    return [
        ExtractRecord(
            id=row.id,
            person_id=row.person_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            reason=row.reason,
            state=ExtractState(row.state),
            requested_at=row.requested_at,
            requester=accounts[row.requested_by],
            decided_at=row.decided_at,
            approver=accounts[row.decided_by] if row.decided_by else None,
            refusal=row.refusal,
            expires_at=row.expires_at,
            tell_at=row.tell_at,
            told_at=row.told_at,
            version=row.version,
        )
        for row in listed
    ]


async def _accounts(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, NamedAccount]:
    rows = await session.execute(
        select(UserRow.id, UserRow.person_id, UserRow.name).where(UserRow.id.in_(list(ids)))
    )
    return {id_: NamedAccount(Account(id_, person_id), name) for id_, person_id, name in rows}


def _user(by: Actor) -> UUID:
    if by.user_id is None:
        raise InvalidInput("An extract is asked for and approved by users only.")
    return by.user_id
