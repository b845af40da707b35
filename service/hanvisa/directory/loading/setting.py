"""What is set for a time, absences with their reasons, forwardings and exceptions, and settings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import or_, select

from hanvisa.directory.loading.common import grouped
from hanvisa.directory.tables import (
    AbsenceReasonRow,
    AbsenceRow,
    ExceptionOperatorRow,
    ExceptionRow,
    ForwardingRow,
    SettingRow,
)
from hanvisa.policy.facts import (
    Absence,
    AbsenceReason,
    ChangedSetting,
    Forwarding,
    ForwardingKind,
    PolicyException,
    ScopeKind,
    TimeKind,
)
from hanvisa.policy.forwarding import COUNTED
from hanvisa.policy.model import Text

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncSession


def reason_of(row: AbsenceReasonRow | Row[Any]) -> AbsenceReason:
    return AbsenceReason(
        code=row.code,
        name=Text(sv=row.name_sv, en=row.name_en),
        spoken=Text(sv=row.spoken_sv, en=row.spoken_en),
        time_kind=TimeKind(row.time_kind),
        private=row.private,
        reachable=row.reachable,
        default_until=row.default_until or "",
        cannot_wait=row.cannot_wait,
    )


async def reasons(session: AsyncSession, _: datetime) -> list[AbsenceReason]:
    table = AbsenceReasonRow
    rows = await session.scalars(select(table).where(table.ended_at.is_(None)).order_by(table.code))
    return [reason_of(row) for row in rows]


async def absences(session: AsyncSession, at: datetime) -> list[Absence]:
    reasons = await session.scalars(select(AbsenceReasonRow))
    reason_by_id = {row.id: reason_of(row) for row in reasons}
    table = AbsenceRow
    rows = await session.execute(
        select(
            table.id,
            table.person_id,
            table.reason_id,
            table.starts_at,
            table.ends_at,
            table.best_reached,
            table.substitute_id,
        )
        .where(or_(table.ends_at.is_(None), table.ends_at > at))
        .order_by(table.starts_at, table.id)
    )
    return [
        Absence(id_, person_id, reason_by_id[reason_id], starts_at, ends_at, best_reached, substitute_id)
        for id_, person_id, reason_id, starts_at, ends_at, best_reached, substitute_id in rows
    ]


async def forwardings(session: AsyncSession, at: datetime) -> list[Forwarding]:
    """Those of the past months, too: they count towards the allowance (M3)."""
    table = ForwardingRow
    rows = await session.execute(
        select(table.id, table.person_id, table.target, table.starts_at, table.ends_at, table.kind)
        .where(table.ends_at > at - COUNTED)
        .order_by(table.starts_at, table.id)
    )
    return [
        Forwarding(id_, person_id, target, starts_at, ends_at, ForwardingKind(kind))
        for id_, person_id, target, starts_at, ends_at, kind in rows
    ]


def exception_of(row: ExceptionRow | Row[Any], operators: Iterable[UUID]) -> PolicyException:
    return PolicyException(
        id=row.id,
        scope=ScopeKind(row.scope),
        reason=row.reason,
        granted_by=row.granted_by,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        scope_id=row.scope_id,
        number=row.number,
        operators=None if row.all_operators else frozenset(operators),
        weekly=row.weekly,
        max_uses=row.max_uses,
        uses=row.uses,
        revoked_at=row.revoked_at,
        call=row.call_id,
    )


async def exceptions(session: AsyncSession, at: datetime) -> list[PolicyException]:
    named = await session.execute(select(ExceptionOperatorRow.exception_id, ExceptionOperatorRow.person_id))
    operators = grouped(named.all())
    table = ExceptionRow
    rows = await session.scalars(
        select(table)
        .where(table.ends_at > at, table.revoked_at.is_(None))
        .order_by(table.starts_at, table.id)
    )
    return [exception_of(row, operators.get(row.id, ())) for row in rows]


async def settings(session: AsyncSession, _: datetime) -> list[ChangedSetting]:
    """Without those that were taken back."""
    rows = await session.execute(select(SettingRow.key, SettingRow.value).order_by(SettingRow.key))
    return [ChangedSetting(key, value) for key, value in rows if value is not None]
