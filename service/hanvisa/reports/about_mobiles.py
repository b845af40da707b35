"""Reports on mobiles: forwardings to them, talks with them, their greetings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hanvisa.policy.model import Text
from hanvisa.reports import columns, measures
from hanvisa.reports.facts import ForwardedToMobile, MobileCall, UncheckedMobile
from hanvisa.reports.model import Column, Report, Row, Unit
from hanvisa.reports.stories import mobile_talks


def _forwardings(facts: Iterable[ForwardedToMobile]) -> Iterator[Row]:
    for one in facts:
        cells = (one.person_id, one.target, one.starts_at, one.ends_at, len(one.days), one.calls)
        days = frozenset((one.person_id, day) for day in one.days)
        yield Row(one.place, cells, one.person_id, once=days)


def _mobile_calls(facts: Iterable[MobileCall]) -> Iterator[Row]:
    for one in facts:
        for holder, talk in mobile_talks(one.steps):
            yield Row(one.place, (talk.since, holder, talk.seconds, one.call_id), amount=talk.seconds / 60)


def _unchecked(facts: Iterable[UncheckedMobile]) -> Iterator[Row]:
    for one in facts:
        yield Row(one.place, (one.person_id, one.number, one.checked_at))


FORWARDINGS = Report(
    name="forwardings",
    title=Text("Vidarekopplingar till mobil", "Forwardings to mobiles"),
    meaning=Text(
        "Fasta telefoner som var vidarekopplade till en mobil, och på hur många dagar.",
        "Fixed phones that were forwarded to a mobile, and on how many days.",
    ),
    rules=("M3",),
    facts=ForwardedToMobile,
    rows=_forwardings,
    columns=(
        columns.PERSON,
        Column("target", Text("Till", "To")),
        columns.STARTS_AT,
        columns.ENDS_AT,
        Column("days", Text("Dagar", "Days")),
        columns.CALLS,
    ),
    measures=(
        measures.number("forwardings", "Vidarekopplingar", "Forwardings"),
        measures.distinct("days", "Dagar", "Days"),
    ),
    by=Text("Person", "Person"),
)
MOBILE_CALLS = Report(
    name="mobile-calls",
    title=Text("Mobilsamtalens längd", "Lengths of mobile calls"),
    meaning=Text(
        "Samtal med en mobil i ena änden och hur länge de varade.",
        "Talks with a mobile at one end and how long they lasted.",
    ),
    rules=("M5",),
    facts=MobileCall,
    rows=_mobile_calls,
    columns=(columns.AT, Column("holder", Text("Innehavare", "Holder")), columns.SECONDS, columns.CALL),
    measures=(
        measures.number("calls", "Samtal", "Calls"),
        measures.total("minutes", "Minuter", "Minutes", Unit.MINUTES),
        measures.middle("median", "Median (min)", "Median (min)", Unit.MINUTES),
        measures.longest("longest", "Längst (min)", "Longest (min)", Unit.MINUTES),
    ),
)
WITHOUT_GREETING = Report(
    name="mobiles-without-greeting",
    title=Text("Mobiler utan giltig hälsning", "Mobiles without valid greeting"),
    meaning=Text(
        "Mobiler vars mobilsvar inte har prövats i tid eller inte svarade med en hälsning.",
        "Mobiles whose voicemail has not been checked in time, or did not greet.",
    ),
    rules=("M2",),
    facts=UncheckedMobile,
    rows=_unchecked,
    columns=(
        Column("holder", Text("Innehavare", "Holder")),
        Column("number", Text("Nummer", "Number")),
        Column("checked_at", Text("Senast prövad", "Last checked")),
    ),
    measures=(measures.number("mobiles", "Mobiler", "Mobiles"),),
)
