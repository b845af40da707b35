"""Forwardings to mobiles (M3), and mobiles whose greeting is not known to be valid (M2)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select

from hanvisa.directory.tables import DecisionRow, ForwardingRow, MobileRow
from hanvisa.policy.forwarding import days_between
from hanvisa.policy.model import Effect
from hanvisa.policy.numbers import read_number
from hanvisa.policy.transfer import Via
from hanvisa.reports.facts import ForwardedToMobile, UncheckedMobile
from hanvisa.reports.reading.source import Source, place_of


async def forwardings(source: Source) -> list[ForwardedToMobile]:
    """Those of the month whose target is a mobile, or may be one, as the register has it now."""
    row, month = ForwardingRow, source.month
    query = (
        select(row)
        .where(row.starts_at < source.at, row.ends_at > month.starts_at)
        .order_by(row.starts_at, row.id)
    )
    found = [one for one in await source.session.scalars(query) if _to_mobile(source, one)]
    places = await source.places(one.person_id for one in found)
    calls = await _forwarded_calls(source)
    made = []
    for one in found:
        starts_at, ends_at = max(one.starts_at, month.starts_at), min(one.ends_at, source.at)
        followed = sum(1 for at in calls[one.person_id] if starts_at <= at < ends_at)
        days = len(set(days_between(starts_at, ends_at)))
        place = place_of(places.of_person(one.person_id, starts_at))
        made.append(
            ForwardedToMobile(one.person_id, one.target, one.starts_at, one.ends_at, days, followed, place)
        )
    return made


def _to_mobile(source: Source, forwarding: ForwardingRow) -> bool:
    person = source.register.person(forwarding.person_id)
    organisation = source.register.organisation(person.organisation_id) if person else None
    reading = read_number(forwarding.target, organisation, source.register, source.plan)
    return reading.kind.may_be_mobile


async def _forwarded_calls(source: Source) -> defaultdict[UUID, list[datetime]]:
    """When a forwarding put a call through to a mobile, by whose it is."""
    row, month = DecisionRow, source.month
    query = select(row.at, row.facts).where(
        row.at >= month.starts_at,
        row.at < month.ends_at,
        row.kind == "JoinFacts",
        row.effect == Effect.ALLOW,
        row.facts["via"].as_string() == Via.FORWARDING,
    )
    found: defaultdict[UUID, list[datetime]] = defaultdict(list)
    for at, facts in await source.session.execute(query):
        if facts.get("person"):
            found[UUID(facts["person"]["id"])].append(at)
    return found


async def unchecked(source: Source) -> list[UncheckedMobile]:
    """Mobiles that were held at the end of the month. One that has been checked since is not told any more."""
    row = MobileRow
    due = source.at - timedelta(days=source.limits.greeting_every)
    query = (
        select(row)
        .where(row.decided_at < source.at, or_(row.ended_at.is_(None), row.ended_at > source.at))
        .where(or_(row.greeting_checked_at.is_(None), row.greeting_checked_at < due))
        .order_by(row.number, row.id)
    )
    found = (await source.session.scalars(query)).all()
    places = await source.places(one.person_id for one in found)
    return [
        UncheckedMobile(
            one.person_id,
            one.number,
            one.greeting_checked_at,
            place_of(places.of_person(one.person_id, source.at)),
        )
        for one in found
    ]
