"""Exceptions to O2. Who may grant one is the API's table of roles; how long one may last is a setting of theirs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.orm.attributes import flag_modified

from hanvisa.directory.auditing import SYSTEM, touch
from hanvisa.directory.engine import Database
from hanvisa.directory.loading import exception_of
from hanvisa.directory.repositories.refusals import NotPossible
from hanvisa.directory.repositories.rows import found, must_be_in_order, must_exist, read_before
from hanvisa.directory.repositories.turns import one_at_a_time
from hanvisa.directory.tables import (
    DepartmentRow,
    ExceptionOperatorRow,
    ExceptionRow,
    ExceptionUseRow,
    OrganisationRow,
    PersonRow,
)
from hanvisa.errors import InvalidInput
from hanvisa.policy.facts import PolicyException, ScopeKind, Window
from hanvisa.policy.model import Text

if TYPE_CHECKING:
    from sqlalchemy import Update
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor

_SCOPES: dict[ScopeKind, type[Any]] = {
    ScopeKind.ORGANISATION: OrganisationRow,
    ScopeKind.DEPARTMENT: DepartmentRow,
    ScopeKind.PERSON: PersonRow,
}


@dataclass(frozen=True, slots=True)
class ExceptionFields:
    """``scope_id`` for an organisation, department or person, ``number`` (E.164) for a number.

    ``operators`` (persons) None: all of them. ``call``: an operator makes it on the spot, for the call of that id.
    """

    scope: ScopeKind
    reason: str
    starts_at: datetime
    ends_at: datetime
    scope_id: UUID | None = None
    number: str | None = None
    operators: frozenset[UUID] | None = None
    weekly: tuple[Window, ...] = ()
    max_uses: int | None = None
    call: str | None = None


@dataclass(frozen=True, slots=True)
class ExceptionRecord:
    exception: PolicyException
    revoked_by: str | None
    version: int

    @property
    def fields(self) -> ExceptionFields:
        one = self.exception
        return ExceptionFields(
            one.scope,
            one.reason,
            one.starts_at,
            one.ends_at,
            one.scope_id,
            one.number,
            one.operators,
            one.weekly,
            one.max_uses,
            one.call,
        )


@dataclass(frozen=True, slots=True)
class Use:
    call_id: str
    at: datetime


class Exceptions:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id_: UUID) -> ExceptionRecord:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return await _record(session, await found(session, ExceptionRow, id_, "exception"))

    async def uses(self, id_: UUID) -> list[Use]:
        """Every use, the first one first."""
        query = (
            select(ExceptionUseRow.call_id, ExceptionUseRow.at)
            .where(ExceptionUseRow.exception_id == id_)
            .order_by(ExceptionUseRow.id)
        )
        async with self._database.reading() as session:
            return [Use(*row) for row in await session.execute(query)]

    async def list(
        self,
        *,
        in_force_at: datetime | None = None,
        on_the_spot: bool | None = None,
        since: datetime | None = None,
        after: UUID | None = None,
        limit: int = 100,
    ) -> list[ExceptionRecord]:
        """In the order in which they were granted. ``after`` is the id of the last one that was seen.

        ``in_force_at`` leaves out those that are revoked, have ended or have not begun then, ``since`` those that had
        begun before it, ``on_the_spot`` those that were not made so, or those that were.
        """
        query = select(ExceptionRow).order_by(ExceptionRow.id).limit(limit)
        if on_the_spot is not None:
            query = query.where(ExceptionRow.call_id.is_not(None) == on_the_spot)
        if since is not None:
            query = query.where(ExceptionRow.starts_at >= since)
        if in_force_at is not None:
            query = query.where(
                ExceptionRow.revoked_at.is_(None),
                ExceptionRow.starts_at <= in_force_at,
                ExceptionRow.ends_at > in_force_at,
            )
        if after is not None:
            query = query.where(ExceptionRow.id > after)
        async with self._database.reading() as session:
            return [await _record(session, row) for row in (await session.scalars(query)).all()]

    async def create(self, fields: ExceptionFields, by: Actor) -> ExceptionRecord:
        """Granted by ``by``. Raises InvalidInput for a scope that is not there or times in the wrong order.

        NotPossible where ``by`` has granted the same already: who asks again has not heard the answer. One that is
        used up counts as well, for its last use may have been taken meanwhile; one for a call that has ended unused
        does not.
        """
        async with self._database.changing(by) as session:
            await _must_be_new(session, fields, by)
            row = ExceptionRow(granted_by=by.name)
            await _set(session, row, fields)
            session.add(row)
            await session.flush()
            await _set_operators(session, row, fields)
            await session.flush()
            return await _record(session, row)

    async def change(
        self, id_: UUID, fields: ExceptionFields, version: int | None, by: Actor
    ) -> ExceptionRecord:
        """Uses and who granted it stay. Raises NotFound, Conflict, and what :meth:`create` raises."""
        async with self._database.changing(by) as session:
            row = await read_before(session, ExceptionRow, id_, version, "exception")
            await _set(session, row, fields)
            if await _set_operators(session, row, fields):
                flag_modified(row, "revoked_at")  # so that it has a new version
            await session.flush()
            return await _record(session, row)

    async def revoke(self, id_: UUID, at: datetime, version: int | None, by: Actor) -> ExceptionRecord:
        """It lets nothing through any more. Revoked again, it stays as it was. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, ExceptionRow, id_, version, "exception")
            if row.revoked_at is None:
                row.revoked_at = at
                row.revoked_by = by.name
            await session.flush()
            return await _record(session, row)

    async def reserve_uses(
        self, uses: Mapping[UUID, UUID], call_id: str, at: datetime, too_late: Callable[[], bool]
    ) -> frozenset[UUID]:
        """Take one use of each, in one transaction: of two callers at once on a last use one gets it.

        ``uses`` are the new uses' ids by the exceptions'. Those exceptions that have none left or are not in force at
        ``at``, or all when it is ``too_late`` to commit; nothing is taken then. Raises InDoubt and StorageError.
        """
        rows = [{"id": use, "exception_id": id_, "call_id": call_id, "at": at} for id_, use in uses.items()]
        try:
            async with self._database.changing(SYSTEM) as session:
                # In the same order everywhere: of two who want the same ones neither waits for the other for ever.
                missing = [id_ for id_ in sorted(uses) if not await _has_taken(session, id_, at)]
                _nothing_if(missing)
                await session.execute(insert(ExceptionUseRow), rows)
                touch(session, [ExceptionRow.__tablename__])
                await session.flush()
                _nothing_if(uses if too_late() else ())
        except _NotTakenError as error:
            return error.missing
        return frozenset()

    async def undo_uses(self, uses: Mapping[UUID, UUID]) -> None:
        """Give back what :meth:`reserve_uses` took, if it did; asked again, nothing more. Raises StorageError."""
        async with self._database.changing(SYSTEM) as session:
            for id_, use in sorted(uses.items()):
                # First: whoever may still be taking it has this row until they are done.
                await session.execute(select(ExceptionRow.id).where(ExceptionRow.id == id_).with_for_update())
                one = delete(ExceptionUseRow).where(ExceptionUseRow.id == use).returning(ExceptionUseRow.id)
                if await session.scalar(one) is not None:
                    await session.execute(_one_less(id_))
            touch(session, [ExceptionRow.__tablename__])

    async def give_back_uses(self, ids: Collection[UUID], call_id: str) -> None:
        """Of each the last one that the call took. Raises StorageError."""
        async with self._database.changing(SYSTEM) as session:
            for id_ in sorted(ids):
                await _give_back(session, id_, call_id)
            touch(session, [ExceptionRow.__tablename__])


async def _must_be_new(session: AsyncSession, fields: ExceptionFields, by: Actor) -> None:
    await one_at_a_time(session, "exceptions")
    # One for a call has that call as its end: the time of its end is reckoned from when it was asked for.
    same_call = and_(
        ExceptionRow.call_id == fields.call,
        or_(ExceptionRow.ends_at > fields.starts_at, ExceptionRow.uses > 0),
    )
    perhaps = select(ExceptionRow).where(
        ExceptionRow.granted_by == by.name,
        ExceptionRow.revoked_at.is_(None),
        ExceptionRow.starts_at <= fields.starts_at,
        same_call if fields.call else ExceptionRow.ends_at == fields.ends_at,
    )
    for row in await session.scalars(perhaps.order_by(ExceptionRow.id)):
        before = await _record(session, row)
        if replace(before.fields, starts_at=fields.starts_at, ends_at=fields.ends_at) == fields:
            raise NotPossible(_made_already(row.id) if fields.call else _granted_already(row.id))


def _granted_already(id_: UUID) -> Text:
    return Text(
        sv=f"Du har redan beviljat samma undantag: {id_}. Ändra det, eller återkalla det först.",
        en=f"You have granted the same exception already: {id_}. Change that one, or revoke it first.",
    )


def _made_already(id_: UUID) -> Text:
    """Of one on the spot: operators change and revoke none."""
    return Text(
        sv=f"Du har redan gjort samma undantag för det här samtalet: {id_}. Det gäller en gång.",
        en=f"You have made the same exception for this call already: {id_}. It holds once.",
    )


async def _has_taken(session: AsyncSession, id_: UUID, at: datetime) -> bool:
    one_more = (
        update(ExceptionRow)
        .where(
            ExceptionRow.id == id_,
            ExceptionRow.revoked_at.is_(None),
            ExceptionRow.starts_at <= at,
            ExceptionRow.ends_at > at,
            or_(ExceptionRow.max_uses.is_(None), ExceptionRow.uses < ExceptionRow.max_uses),
        )
        .values(uses=ExceptionRow.uses + 1)
        .returning(ExceptionRow.uses)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(one_more)).scalar_one_or_none() is not None


async def _give_back(session: AsyncSession, id_: UUID, call_id: str) -> None:
    last = (
        select(ExceptionUseRow)
        .where(ExceptionUseRow.exception_id == id_, ExceptionUseRow.call_id == call_id)
        .order_by(ExceptionUseRow.id.desc())
        .limit(1)
    )
    await session.delete((await session.scalars(last)).one())
    await session.execute(_one_less(id_))


def _one_less(id_: UUID) -> Update:
    return (
        update(ExceptionRow)
        .where(ExceptionRow.id == id_)
        .values(uses=ExceptionRow.uses - 1)
        .execution_options(synchronize_session=False)
    )


class _NotTakenError(Exception):
    """Rolls the transaction back."""

    def __init__(self, missing: Iterable[UUID]) -> None:
        self.missing = frozenset(missing)


def _nothing_if(missing: Collection[UUID]) -> None:
    if missing:
        raise _NotTakenError(missing)


async def _set(session: AsyncSession, row: ExceptionRow, fields: ExceptionFields) -> None:
    must_be_in_order(fields.starts_at, fields.ends_at)
    await _check_scope(session, row, fields)
    row.scope = fields.scope
    row.scope_id = fields.scope_id
    row.number = fields.number
    row.reason = fields.reason
    row.starts_at = fields.starts_at
    row.ends_at = fields.ends_at
    row.all_operators = fields.operators is None
    row.weekly = fields.weekly
    row.max_uses = fields.max_uses
    row.call_id = fields.call


async def _check_scope(session: AsyncSession, row: ExceptionRow, fields: ExceptionFields) -> None:
    kind = _SCOPES.get(fields.scope)
    if (kind is not None) != (fields.scope_id is not None):
        raise InvalidInput(f"scope: {fields.scope} {'needs an' if kind else 'has no'} id.")
    if (fields.scope is ScopeKind.NUMBER) != (fields.number is not None):
        raise InvalidInput(
            f"scope: {fields.scope} {'needs a' if fields.scope is ScopeKind.NUMBER else 'has no'} number."
        )
    if kind is not None and fields.scope_id != row.scope_id:
        await must_exist(session, kind, fields.scope_id, "scope", fields.scope)


async def _set_operators(session: AsyncSession, row: ExceptionRow, fields: ExceptionFields) -> bool:
    """True when it was for others before."""
    table, wanted = ExceptionOperatorRow, fields.operators or frozenset()
    rows = await session.scalars(select(table).where(table.exception_id == row.id))
    before = {one.person_id: one for one in rows}
    for person in wanted - before.keys():
        await must_exist(session, PersonRow, person, "operators", "person")
        session.add(table(exception_id=row.id, person_id=person))
    for gone in before.keys() - wanted:
        await session.delete(before[gone])
    return wanted != before.keys()


async def _record(session: AsyncSession, row: ExceptionRow) -> ExceptionRecord:
    operators = await session.scalars(
        select(ExceptionOperatorRow.person_id).where(ExceptionOperatorRow.exception_id == row.id)
    )
    return ExceptionRecord(exception_of(row, operators.all()), row.revoked_by, row.version)
