"""Each kind of plain row in the register, and what single rows can't tell of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import and_, or_, select

from hanvisa.counting import counted
from hanvisa.directory import tables
from hanvisa.directory.loading import LOCAL
from hanvisa.directory.repositories.kinds import Kind, Listed
from hanvisa.directory.repositories.refusals import FieldRefused, NotPossible, rings_in_no_group
from hanvisa.directory.tables import ExtensionRow, OrganisationRow
from hanvisa.policy.facts import TargetKind
from hanvisa.policy.model import Text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


async def _prefix_reads_one_way(session: AsyncSession, row: OrganisationRow) -> None:
    """No other organisation has the prefix, and with an extension of one's own after it it is no extension itself."""
    if row.prefix is None:
        return
    others = select(OrganisationRow.name).where(
        OrganisationRow.prefix == row.prefix, OrganisationRow.id != row.id, OrganisationRow.ended_at.is_(None)
    )
    name = await session.scalar(others.limit(1))
    if name is not None:
        raise FieldRefused(
            "prefix",
            Text(sv=f"{name} har redan prefixet {row.prefix}.", en=f"{name} has the prefix {row.prefix}."),
        )
    in_use = select(ExtensionRow.number).where(ExtensionRow.ended_at.is_(None))
    own = await session.scalars(in_use.where(ExtensionRow.organisation_id == row.id))
    prefixed = {row.prefix + number for number in own}
    clash = prefixed.intersection((await session.scalars(in_use)).all())
    if clash:
        raise FieldRefused("prefix", _two_ways(min(clash)))


async def _number_reads_one_way(session: AsyncSession, row: ExtensionRow) -> None:
    """It is no organisation's prefix with an extension of it, nor makes one with its own organisation's."""
    organisations = await session.execute(
        select(OrganisationRow.id, OrganisationRow.prefix).where(OrganisationRow.ended_at.is_(None))
    )
    for id_, prefix in organisations:
        if prefix is None:
            continue
        if row.number.startswith(prefix) and await _has(session, row.number[len(prefix) :], id_):
            raise FieldRefused("number", _two_ways(row.number))
        if id_ == row.organisation_id and await _has(session, prefix + row.number):
            raise FieldRefused("number", _two_ways(prefix + row.number))


async def _has(session: AsyncSession, number: str, organisation: UUID | None = None) -> bool:
    query = select(ExtensionRow.id).where(ExtensionRow.number == number, ExtensionRow.ended_at.is_(None))
    if organisation is not None:
        query = query.where(ExtensionRow.organisation_id == organisation)
    return await session.scalar(query.limit(1)) is not None


def _two_ways(number: str) -> Text:
    return Text(
        sv=f"{number} skulle gå att läsa på två sätt: som anknytning, och som prefix med en anknytning.",
        en=f"{number} would read in two ways: as an extension, and as a prefix with an extension.",
    )


async def _numbers_ring(session: AsyncSession, row: tables.GroupRow) -> None:
    """Those of the group are outside, or a person's of ours."""
    member, ours = tables.GroupMemberRow, tables.NumberRow
    numbers = select(member.number).where(member.group_id == row.id)
    others = select(ours.number).where(
        ours.number.in_(numbers), ours.ended_at.is_(None), ours.kind != TargetKind.PERSON
    )
    number = await session.scalar(others.limit(1))
    if number is not None:
        raise FieldRefused("members", rings_in_no_group(number))


async def _is_no_groups(session: AsyncSession, row: tables.NumberRow) -> None:
    """No group rings it, unless it is a person's."""
    if row.kind == TargetKind.PERSON:
        return
    member, group = tables.GroupMemberRow, tables.GroupRow
    of_one = select(member.id).join(group, group.id == member.group_id)
    of_one = of_one.where(member.number == row.number, group.ended_at.is_(None))
    if await session.scalar(of_one.limit(1)) is not None:
        raise FieldRefused("number", rings_in_no_group(row.number))


async def _must_have_no_members(session: AsyncSession, id_: UUID, at: datetime) -> None:
    """A department is ended when nobody belongs to it any more, nor is to."""
    member = tables.MembershipRow
    today = at.astimezone(LOCAL).date()
    lasting = or_(member.ends_on.is_(None), and_(member.ends_on > today, member.ends_on > member.starts_on))
    members = (
        await session.scalars(select(member.person_id).where(member.department_id == id_, lasting))
    ).all()
    if members:
        raise NotPossible(
            Text(
                sv=f"{counted(len(members), 'person', 'personer')} hör till avdelningen. Flytta alla därifrån först.",
                en=f"{counted(len(members), 'person belongs', 'persons belong')} to the department."
                " Move everybody first.",
            )
        )


async def _serve_no_more(session: AsyncSession, id_: UUID, _: datetime) -> None:
    """Operators don't keep a switchboard: they serve it no more."""
    serves = tables.OperatorSwitchboardRow
    for row in await session.scalars(select(serves).where(serves.switchboard_id == id_)):
        await session.delete(row)


async def leave(session: AsyncSession, person: UUID, at: datetime) -> None:
    """The person belongs nowhere from that day on (local time), and is in no group."""
    day = at.astimezone(LOCAL).date()
    member, grouped = tables.MembershipRow, tables.GroupMemberRow
    for row in await session.scalars(select(member).where(member.person_id == person)):
        if row.ends_on is None or row.ends_on > day:
            row.ends_on = max(day, row.starts_on)
    for one in await session.scalars(select(grouped).where(grouped.person_id == person)):
        await session.delete(one)


ORGANISATIONS = Kind(tables.OrganisationRow, ("name",), check=_prefix_reads_one_way)
OPERATIONS = Kind(tables.OperationRow, ("name",))
COST_CENTRES = Kind(tables.CostCentreRow, ("name", "code"))
DEPARTMENTS = Kind(
    tables.DepartmentRow,
    ("name",),
    aliases={"stand_in_department": "stand_in_id"},
    ending=_must_have_no_members,
)
SITES = Kind(tables.SiteRow, ("name", "address", "location_number"))
PHONES = Kind(tables.PhoneRow, ("account",))
EXTENSIONS = Kind(tables.ExtensionRow, ("number",), check=_number_reads_one_way)
NUMBERS = Kind(tables.NumberRow, ("number",), check=_is_no_groups)
GROUPS = Kind(
    tables.GroupRow,
    ("name",),
    listed=Listed("members", tables.GroupMemberRow, "group_id", ("person_id", "number")),
    check=_numbers_ring,
)
SWITCHBOARDS = Kind(tables.SwitchboardRow, ("name",), ending=_serve_no_more)
CODES = Kind(tables.CodeRow, ("code", "action"))
CARRIERS = Kind(tables.CarrierRow, ("name",))
REASONS = Kind(tables.AbsenceReasonRow, ("name_sv", "name_en"))
