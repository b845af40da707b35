"""No group has a number of ours that is not a person's: nobody would be rung by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from hanvisa.directory.repositories.refusals import rings_in_no_group
from hanvisa.directory.tables import GroupMemberRow, GroupRow, NumberRow
from hanvisa.policy.facts import TargetKind

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.imports.planning import TablePlan
    from hanvisa.directory.imports.problems import Problems


@dataclass(frozen=True, slots=True)
class KnownNumbers:
    """Those of the database, whoever made them: ours that are in use, with their kind, and groups' by the row's id.

    Of a group's, ``members`` has the group's id and the number.
    """

    ours: Mapping[str, str]
    members: Mapping[UUID, tuple[UUID, str]]


async def read_known_numbers(session: AsyncSession) -> KnownNumbers:
    ours = await session.execute(select(NumberRow.number, NumberRow.kind).where(NumberRow.ended_at.is_(None)))
    members = await session.execute(
        select(GroupMemberRow.id, GroupMemberRow.group_id, GroupMemberRow.number)
        .join(GroupRow, GroupRow.id == GroupMemberRow.group_id)
        .where(GroupMemberRow.number.is_not(None), GroupRow.ended_at.is_(None))
    )
    return KnownNumbers(
        {row.number: row.kind for row in ours},
        {row.id: (row.group_id, row.number) for row in members if row.number},
    )


def check_group_numbers(known: KnownNumbers, plans: Sequence[TablePlan], problems: Problems) -> None:
    """Both as they will be. It is told where the files have it: as a group's number, else as one of ours."""
    numbers = [one for one in plans if one.sheet.table is NumberRow]
    members = [one for one in plans if one.sheet.table is GroupMemberRow]
    told = [entry for plan in numbers for entry in plan.entries if entry.values["number"]]
    ended = {row["number"] for plan in numbers for row in plan.ended}
    kinds = {number: kind for number, kind in known.ours.items() if number not in ended}
    kinds |= {entry.values["number"]: entry.values["kind"] for entry in told}
    others = {number for number, kind in kinds.items() if kind != TargetKind.PERSON}
    for plan in members:
        for entry in plan.entries:
            if (number := entry.values["number"]) in others:
                problems.add(plan.sheet.file, rings_in_no_group(number), line=entry.line, column="number")
    planned = {entry.id for plan in members for entry in plan.entries}
    planned |= {row["id"] for plan in members for row in plan.ended}
    gone = {row["id"] for plan in plans if plan.sheet.table is GroupRow for row in plan.ended}
    staying = {
        number for id_, (group, number) in known.members.items() if id_ not in planned and group not in gone
    }
    for plan in numbers:
        for entry in plan.entries:
            if (number := entry.values["number"]) in others & staying:
                problems.add(plan.sheet.file, rings_in_no_group(number), line=entry.line, column="number")
