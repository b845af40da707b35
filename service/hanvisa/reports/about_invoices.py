"""The carrier's invoice held against the register (H1, B1, M1, P1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hanvisa.policy.model import Text
from hanvisa.reports import measures
from hanvisa.reports.facts import Holding, InvoiceLine, Subscription
from hanvisa.reports.model import Column, Report, Row

NOBODYS = Text("numret har ingen", "nobody has the number")
MISSING = Text("mobilen finns inte på fakturan", "the mobile is not on the invoice")
UNEXPLAINED = Text("samtal när ingen hade numret", "calls when nobody had the number")
PRIVATE = Text("privat utan specificerad faktura", "private without an itemised invoice")


def _differences(facts: Iterable[Subscription]) -> Iterator[Row]:
    for one in facts:
        if not one.holdings:
            yield _row(one, NOBODYS, one.lines)
            continue
        if not one.lines:
            yield _row(one, MISSING, ())
        held = [(line, _holding(one, line)) for line in one.lines]
        if unexplained := [line for line, holding in held if holding is None]:
            yield _row(one, UNEXPLAINED, unexplained)
        if private := [line for line, holding in held if holding and line.private and not holding.itemised]:
            yield _row(one, PRIVATE, private)


def _holding(one: Subscription, line: InvoiceLine) -> Holding | None:
    """Who had the number at the time of the line; without a time, whoever had it in the month."""
    if line.at is None:
        return one.holdings[-1]
    at = line.at
    return next((holding for holding in one.holdings if holding.covers(at)), None)


def _row(one: Subscription, what: Text, lines: Sequence[InvoiceLine]) -> Row:
    holder = one.holdings[-1].person_id if one.holdings else None
    minutes = sum(line.seconds for line in lines) / 60
    numbers = " ".join(str(line.number) for line in lines)
    return Row(one.place, (what, one.number, holder, len(lines), minutes, numbers), what, len(lines))


INVOICE = Report(
    name="invoice",
    title=Text("Operatörens faktura mot registret", "The carrier's invoice against the register"),
    meaning=Text(
        "Det som skiljer månadens faktura från registret. Utan inläst faktura (hanvisa invoice) är rapporten tom.",
        "How the month's invoice and the register differ. Without an invoice (hanvisa invoice) there is nothing.",
    ),
    rules=("H1", "M1", "B1", "P1"),
    facts=Subscription,
    rows=_differences,
    columns=(
        Column("difference", Text("Skillnad", "Difference")),
        Column("number", Text("Nummer", "Number")),
        Column("holder", Text("Innehavare", "Holder")),
        Column("calls", Text("Rader", "Lines")),
        Column("minutes", Text("Minuter", "Minutes")),
        Column("lines", Text("Rad i filen", "Lines of the file")),
    ),
    measures=(
        measures.number("numbers", "Nummer", "Numbers"),
        measures.total("lines", "Rader", "Lines"),
    ),
    by=Text("Skillnad", "Difference"),
)
