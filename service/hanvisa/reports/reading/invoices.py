"""The month's invoice, number by number, with who had each."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import or_, select

from hanvisa.directory.tables import InvoiceLineRow, InvoiceRow, MobileRow, NumberRow, PersonRow
from hanvisa.policy.facts import TargetKind
from hanvisa.reports.facts import Holding, InvoiceLine, Subscription
from hanvisa.reports.reading.source import Source, place_of


async def subscriptions(source: Source) -> list[Subscription]:
    """Those on the invoice, and every mobile that was held in the month. None where the month has no invoice."""
    lines = await _lines(source)
    if lines is None:
        return []
    holdings = await _mobiles(source)
    ours = await _numbers(source, set(lines) - set(holdings))
    everything = {**holdings, **ours}
    places = await source.places(one.person_id for many in everything.values() for one in many)
    return [
        Subscription(
            number,
            tuple(lines.get(number, ())),
            tuple(everything.get(number, ())),
            place_of(
                places.of_person(
                    everything[number][-1].person_id, everything[number][-1].ends_at or source.at
                )
                if number in everything
                else None
            ),
        )
        for number in sorted({*lines, *holdings})
    ]


async def _lines(source: Source) -> dict[str, list[InvoiceLine]] | None:
    """By the subscription's number; None where there is no invoice."""
    invoice = await source.session.scalar(select(InvoiceRow.id).where(InvoiceRow.month == str(source.month)))
    if invoice is None:
        return None
    found: defaultdict[str, list[InvoiceLine]] = defaultdict(list)
    row = InvoiceLineRow
    query = select(row).where(row.invoice_id == invoice).order_by(row.line)
    for one in await source.session.scalars(query):
        found[one.number].append(InvoiceLine(one.line, one.at, one.seconds or 0, one.private))
    return dict(found)


async def _mobiles(source: Source) -> dict[str, list[Holding]]:
    """A mobile is held until it is ended, or its holder is."""
    mobile, month = MobileRow, source.month
    query = (
        select(mobile, PersonRow.ended_at)
        .join(PersonRow, PersonRow.id == mobile.person_id)
        .where(mobile.decided_at < month.ends_at)
        .where(or_(mobile.ended_at.is_(None), mobile.ended_at > month.starts_at))
        .where(or_(PersonRow.ended_at.is_(None), PersonRow.ended_at > month.starts_at))
        .order_by(mobile.decided_at, mobile.id)
    )
    found: defaultdict[str, list[Holding]] = defaultdict(list)
    for one, left_at in await source.session.execute(query):
        ends = [at for at in (one.ended_at, left_at) if at is not None]
        found[one.number].append(
            Holding(one.person_id, one.decided_at, min(ends, default=None), one.itemised_invoice)
        )
    return dict(found)


async def _numbers(source: Source, numbers: set[str]) -> dict[str, list[Holding]]:
    """Numbers of ours that are no mobiles: an itemised invoice is ordered for mobiles only."""
    row = NumberRow
    query = select(row).where(or_(row.ended_at.is_(None), row.ended_at > source.month.starts_at))
    return {
        one.number: [
            Holding(
                one.target_id if one.kind == TargetKind.PERSON else None, None, one.ended_at, itemised=False
            )
        ]
        for one in await source.session.scalars(query)
        if one.number in numbers
    }
