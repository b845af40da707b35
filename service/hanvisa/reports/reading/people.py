"""Messages that were not handled in time, details that nobody confirmed, operations without a telephone manager."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select

from hanvisa.directory.tables import MessageRow, OperationRow, PersonRow
from hanvisa.reports.facts import MessageDue, StaleDetails, Unmanaged
from hanvisa.reports.model import Place
from hanvisa.reports.reading.source import Source, place_of


async def messages(source: Source) -> list[MessageDue]:
    row = MessageRow
    query = (
        select(row)
        .where(row.due_at >= source.month.starts_at, row.due_at < source.at)
        .where(or_(row.handled_at.is_(None), row.handled_at > row.due_at))
        .order_by(row.due_at, row.id)
    )
    found = (await source.session.scalars(query)).all()
    places = await source.places((one.person_id for one in found), (one.department_id for one in found))
    return [
        MessageDue(
            one.id,
            one.person_id,
            one.department_id,
            one.created_at,
            one.due_at,
            one.handled_at,
            place_of(
                places.of_person(one.person_id, one.created_at) or places.of_department(one.department_id)
            ),
        )
        for one in found
    ]


async def details(source: Source) -> list[StaleDetails]:
    """Of who belongs to a department. What has been confirmed since is not told any more."""
    row = PersonRow
    due = source.at - timedelta(days=source.limits.details_every)
    query = (
        select(row.id, row.details_confirmed_at)
        .where(or_(row.ended_at.is_(None), row.ended_at > source.at))
        .where(or_(row.details_confirmed_at.is_(None), row.details_confirmed_at < due))
        .order_by(row.family_name, row.given_name, row.id)
    )
    found = (await source.session.execute(query)).all()
    places = await source.places(person for person, _ in found)
    placed = [(person, at, places.of_person(person, source.at)) for person, at in found]
    return [StaleDetails(person, at, place_of(place)) for person, at, place in placed if place is not None]


async def operations(source: Source) -> list[Unmanaged]:
    """As it is now."""
    row, manager = OperationRow, PersonRow
    query = (
        select(row.id, row.head_id, row.organisation_id)
        .outerjoin(manager, manager.id == row.telephone_manager_id)
        .where(row.ended_at.is_(None), or_(manager.id.is_(None), manager.ended_at.is_not(None)))
        .order_by(row.name, row.id)
    )
    return [
        Unmanaged(operation, head, Place(organisation, operation))
        for operation, head, organisation in await source.session.execute(query)
    ]
