"""Mobiles, extensions, numbers, phones, groups, switchboards and operators."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hanvisa.directory.loading.common import by_value, grouped, read
from hanvisa.directory.tables import (
    ExtensionRow,
    GroupMemberRow,
    GroupRow,
    MobileRow,
    NumberRow,
    OperatorRow,
    OperatorSwitchboardRow,
    PhoneRow,
    SiteRow,
    SwitchboardRow,
)
from hanvisa.policy.facts import (
    Extension,
    Group,
    Mobile,
    Operator,
    OperatorState,
    OutsideNumber,
    Phone,
    Ringing,
    Switchboard,
    TargetKind,
)
from hanvisa.policy.model import Text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


_KINDS = by_value(TargetKind)


async def mobiles(session: AsyncSession, _: datetime) -> list[Mobile]:
    table = MobileRow
    query = (
        select(table.id, table.person_id, table.number, table.protected)
        .where(table.ended_at.is_(None))
        .order_by(table.number)
    )
    return await read(session, query, lambda row: Mobile(*row))


async def extensions(session: AsyncSession, _: datetime) -> list[Extension]:
    table = ExtensionRow
    query = (
        select(table.number, table.organisation_id, table.kind, table.target_id, table.confidential)
        .where(table.ended_at.is_(None))
        .order_by(table.number)
    )

    def made(row: Any) -> Extension:
        number, organisation_id, kind, target_id, confidential = row
        return Extension(number, organisation_id, _KINDS[kind], target_id, confidential)

    return await read(session, query, made)


async def numbers(session: AsyncSession, _: datetime) -> list[OutsideNumber]:
    table = NumberRow
    query = (
        select(table.number, table.kind, table.target_id, table.confidential)
        .where(table.ended_at.is_(None))
        .order_by(table.number)
    )

    def made(row: Any) -> OutsideNumber:
        number, kind, target_id, confidential = row
        return OutsideNumber(number, _KINDS[kind], target_id, confidential)

    return await read(session, query, made)


async def phones(session: AsyncSession, _: datetime) -> list[Phone]:
    table = PhoneRow
    query = (
        select(
            table.id,
            table.account,
            table.organisation_id,
            table.owner_id,
            SiteRow.location_number,
            SiteRow.name,
        )
        .outerjoin(SiteRow, SiteRow.id == table.site_id)
        .where(table.ended_at.is_(None))
        .order_by(table.account)
    )

    def made(row: Any) -> Phone:
        id_, account, organisation, owner, location, site = row
        return Phone(id_, account, organisation, owner, location, site or "")

    return await read(session, query, made)


async def groups(session: AsyncSession, _: datetime) -> list[Group]:
    member = GroupMemberRow
    rows = await session.execute(
        select(member.group_id, member.person_id, member.number).order_by(member.group_id, member.position)
    )
    members = grouped((group_id, (person_id, number)) for group_id, person_id, number in rows)
    table = GroupRow
    groups = await session.execute(
        select(table.id, table.name, table.organisation_id, table.ringing)
        .where(table.ended_at.is_(None))
        .order_by(table.name)
    )
    return [
        Group(
            id_,
            name,
            organisation_id,
            tuple(person_id for person_id, _ in members.get(id_, ()) if person_id is not None),
            tuple(number for _, number in members.get(id_, ()) if number is not None),
            Ringing(ringing),
        )
        for id_, name, organisation_id, ringing in groups
    ]


async def switchboards(session: AsyncSession, _: datetime) -> list[Switchboard]:
    table = SwitchboardRow
    rows = await session.execute(
        select(
            table.id,
            table.name,
            table.organisation_id,
            table.greeting_sv,
            table.greeting_en,
            table.hours,
            table.closed_sv,
            table.closed_en,
            table.night_group_id,
        )
        .where(table.ended_at.is_(None))
        .order_by(table.name)
    )
    return [
        Switchboard(
            id=row.id,
            name=row.name,
            organisation_id=row.organisation_id,
            greeting=Text(sv=row.greeting_sv, en=row.greeting_en),
            hours=row.hours,
            closed=Text(sv=row.closed_sv, en=row.closed_en) if row.closed_sv or row.closed_en else None,
            night_group_id=row.night_group_id,
        )
        for row in rows
    ]


async def operators(session: AsyncSession, _: datetime) -> list[Operator]:
    serves = await session.execute(
        select(OperatorSwitchboardRow.operator_id, OperatorSwitchboardRow.switchboard_id)
        .join(SwitchboardRow, SwitchboardRow.id == OperatorSwitchboardRow.switchboard_id)
        .order_by(SwitchboardRow.name)
    )
    switchboards = grouped(serves.all())
    table = OperatorRow
    rows = await session.execute(
        select(table.id, table.person_id, table.state, table.phone_id, table.since)
        .where(table.ended_at.is_(None))
        .order_by(table.since)
    )
    return [
        Operator(person_id, switchboards.get(id_, ()), OperatorState(state), phone_id, since)
        for id_, person_id, state, phone_id, since in rows
    ]
