"""Mobiles, extensions, numbers, phones, groups, switchboards and operators."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, union

from hanvisa.directory.loading.common import Columns, by_value, grouped, made, read
from hanvisa.directory.tables import (
    ExtensionRow,
    GroupMemberRow,
    GroupRow,
    MobileRow,
    NumberRow,
    OperatorRow,
    OperatorSwitchboardRow,
    PersonRow,
    PhoneRow,
    SiteRow,
    SwitchboardRow,
)
from hanvisa.directory.types import as_id
from hanvisa.policy.facts import (
    Extension,
    Group,
    Mobile,
    Operator,
    OperatorState,
    OutsideNumber,
    Phone,
    ProtectedNumber,
    Ringing,
    Switchboard,
    TargetKind,
)
from hanvisa.policy.model import Text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


_KINDS = by_value(TargetKind)


async def mobiles(session: AsyncSession, _: datetime) -> Awaitable[list[Mobile]]:
    table = MobileRow
    query = (
        select(table.id, table.person_id, table.number, table.protected)
        .where(table.ended_at.is_(None))
        .order_by(table.number)
    )
    return _mobiles(await read(session, query))


async def _mobiles(columns: Columns) -> list[Mobile]:
    id_, person_id, number, protected = await columns.values()
    return await made(Mobile, map(as_id, id_), map(as_id, person_id), number, map(bool, protected))


async def extensions(session: AsyncSession, _: datetime) -> Awaitable[list[Extension]]:
    table = ExtensionRow
    query = (
        select(table.number, table.organisation_id, table.kind, table.target_id, table.confidential)
        .where(table.ended_at.is_(None))
        .order_by(table.number, table.id)
    )
    return _extensions(await read(session, query))


async def _extensions(columns: Columns) -> list[Extension]:
    number, organisation_id, kind, target_id, confidential = await columns.values()
    one_each = lru_cache(as_id)
    return await made(
        Extension,
        number,
        map(one_each, organisation_id),
        map(_KINDS.__getitem__, kind),
        map(as_id, target_id),
        map(bool, confidential),
    )


async def numbers(session: AsyncSession, _: datetime) -> Awaitable[list[OutsideNumber]]:
    table = NumberRow
    query = (
        select(table.number, table.kind, table.target_id, table.confidential)
        .where(table.ended_at.is_(None))
        .order_by(table.number)
    )
    return _numbers(await read(session, query))


async def _numbers(columns: Columns) -> list[OutsideNumber]:
    number, kind, target_id, confidential = await columns.values()
    return await made(
        OutsideNumber, number, map(_KINDS.__getitem__, kind), map(as_id, target_id), map(bool, confidential)
    )


async def protected_numbers(session: AsyncSession, _: datetime) -> list[ProtectedNumber]:
    """Also those that have ended, until nothing names whose they were."""
    person, mobile, number = PersonRow, MobileRow, NumberRow
    protected = select(person.id).where(
        person.protected, or_(person.given_name != "", person.family_name != "")
    )
    query = union(
        select(mobile.number).where(
            or_(mobile.protected, mobile.person_id.in_(protected)), mobile.number != ""
        ),
        select(number.number).where(number.kind == TargetKind.PERSON, number.target_id.in_(protected)),
    )
    return [ProtectedNumber(number) for number in await session.scalars(query)]


async def phones(session: AsyncSession, _: datetime) -> list[Phone]:
    table = PhoneRow
    rows = await session.execute(
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
    return [
        Phone(id_, account, organisation, owner, location, site or "")
        for id_, account, organisation, owner, location, site in rows
    ]


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
        .order_by(table.name, table.id)
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
        .order_by(table.name, table.id)
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
        .order_by(SwitchboardRow.name, SwitchboardRow.id)
    )
    switchboards = grouped(serves.all())
    table = OperatorRow
    rows = await session.execute(
        select(table.id, table.person_id, table.state, table.phone_id, table.since)
        .where(table.ended_at.is_(None))
        .order_by(table.since, table.id)
    )
    return [
        Operator(person_id, switchboards.get(id_, ()), OperatorState(state), phone_id, since)
        for id_, person_id, state, phone_id, since in rows
    ]
