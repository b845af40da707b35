"""Exceptions to O2."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from sqlalchemy import or_, select

from hanvisa.directory.repositories.placing import Places
from hanvisa.directory.tables import ExceptionRow, ExceptionUseRow, MobileRow
from hanvisa.policy.facts import ScopeKind
from hanvisa.reports.facts import ExceptionInForce
from hanvisa.reports.model import NOWHERE, Place
from hanvisa.reports.reading.source import Source, place_of


async def exceptions(source: Source) -> list[ExceptionInForce]:
    """Where one belongs that is for everyone nobody can say; one for a number belongs to the mobile's holder."""
    row, month = ExceptionRow, source.month
    query = (
        select(row)
        .where(row.starts_at < month.ends_at, row.ends_at > month.starts_at)
        .where(or_(row.revoked_at.is_(None), row.revoked_at > month.starts_at))
        .order_by(row.starts_at, row.id)
    )
    found = (await source.session.scalars(query)).all()
    uses = await _uses(source)
    holders = await _holders(source, {one.number for one in found if one.number})
    persons = {
        one.id: one.scope_id if one.scope == ScopeKind.PERSON else holders.get(one.number or "")
        for one in found
    }
    departments = {one.scope_id for one in found if one.scope == ScopeKind.DEPARTMENT}
    places = await source.places(persons.values(), departments)
    return [
        ExceptionInForce(
            one.id,
            one.scope,
            one.number or one.scope_id,
            one.reason,
            one.granted_by,
            one.starts_at,
            one.revoked_at or one.ends_at,
            tuple(uses[one.id]),
            _place(source, one, persons[one.id], places),
        )
        for one in found
    ]


def _place(source: Source, exception: ExceptionRow, person: UUID | None, places: Places) -> Place:
    if exception.scope == ScopeKind.ORGANISATION:
        return Place(exception.scope_id)
    if exception.scope == ScopeKind.DEPARTMENT:
        return place_of(places.of_department(exception.scope_id))
    return place_of(places.of_person(person, source.at)) if person else NOWHERE


async def _uses(source: Source) -> defaultdict[UUID, list[str]]:
    use, month = ExceptionUseRow, source.month
    query = (
        select(use.exception_id, use.call_id)
        .where(use.at >= month.starts_at, use.at < month.ends_at)
        .order_by(use.at, use.id)
    )
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for exception, call in await source.session.execute(query):
        found[exception].append(call)
    return found


async def _holders(source: Source, numbers: set[str]) -> dict[str, UUID]:
    query = select(MobileRow.number, MobileRow.person_id).where(
        MobileRow.number.in_(numbers), MobileRow.ended_at.is_(None)
    )
    return {row.number: row.person_id for row in await source.session.execute(query)} if numbers else {}
