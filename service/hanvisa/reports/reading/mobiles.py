"""Forwardings to mobiles (M3), and mobiles whose greeting is not known to be valid (M2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select

from hanvisa.directory.tables import DecisionRow, ForwardingRow, MobileRow
from hanvisa.policy.forwarding import days_between
from hanvisa.policy.model import Effect
from hanvisa.policy.numbers import Reading, read_number
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
    readings = [(one, _reading(source, one)) for one in await source.session.scalars(query)]
    to_mobiles = {one: reading.number for one, reading in readings if reading.kind.may_be_mobile}
    places = await source.places(one.person_id for one in to_mobiles)
    calls = await _calls_by_forwarding(source, to_mobiles)
    made = []
    for one in to_mobiles:
        starts_at, ends_at = max(one.starts_at, month.starts_at), min(one.ends_at, source.at)
        days = frozenset(days_between(starts_at, ends_at))
        followed = len(calls[one.id])
        place = place_of(places.of_person(one.person_id, starts_at))
        made.append(
            ForwardedToMobile(one.person_id, one.target, one.starts_at, one.ends_at, days, followed, place)
        )
    return made


def _reading(source: Source, forwarding: ForwardingRow) -> Reading:
    person = source.register.person(forwarding.person_id)
    organisation = source.register.organisation(person.organisation_id) if person else None
    return read_number(forwarding.target, organisation, source.register, source.plan)


async def _calls_by_forwarding(
    source: Source, to_mobiles: Mapping[ForwardingRow, str | None]
) -> defaultdict[UUID, set[str]]:
    """The calls that each forwarding put through, by its id. ``to_mobiles`` have the number that each leads to.

    A call is asked about several times: before its mobile is rung, and as it is. Of several forwardings to the number
    it has followed that which began last, as when they are followed. So it has by a redirect of the phone's own.
    """
    row, month = DecisionRow, source.month
    query = select(row.call_id, row.at, row.facts).where(
        row.at >= month.starts_at,
        row.at < month.ends_at,
        row.kind == "JoinFacts",
        row.effect == Effect.ALLOW,
        row.facts["via"].as_string().in_((Via.FORWARDING, Via.REDIRECT)),
    )
    theirs: defaultdict[str, list[ForwardingRow]] = defaultdict(list)
    for one in to_mobiles:
        theirs[str(one.person_id)].append(one)
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    for call_id, at, facts in await source.session.execute(query):
        person_id = (facts.get("person") or {}).get("id")  # none: private, or removed
        number = (facts.get("number") or {}).get("number")  # none: somebody else in the call was removed
        followed = [
            one
            for one in theirs.get(str(person_id), ())
            if one.starts_at <= at < one.ends_at and number in (None, to_mobiles[one])
        ]
        if followed:
            found[max(followed, key=lambda one: one.starts_at).id].add(call_id)
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
