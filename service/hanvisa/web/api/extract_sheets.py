"""The calls of an extract as a table (F2): for a spreadsheet, and to print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from hanvisa.policy.model import Language, Text
from hanvisa.policy.numbers import display
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.reports.pages import document, more_than, table_of
from hanvisa.reports.printing import Page
from hanvisa.reports.sheets import to_csv
from hanvisa.web.api.extract_bodies import ExtractedCallShown, ExtractShown

MOST_ROWS = 500  # on paper, where a row takes some 40 ms of the processor: all are in the CSV

_HEADER = (
    Text(sv="Början", en="Began"),
    Text(sv="Slut", en="Ended"),
    Text(sv="Sekunder", en="Seconds"),
    Text(sv="Roll", en="Part"),
    Text(sv="Nummer", en="Number"),
    Text(sv="Utfall", en="Outcome"),
    Text(sv="Privat", en="Private"),
    Text(sv="Sekretess", en="Confidential"),
)
_PARTS = {
    "caller": Text(sv="ringde", en="called"),
    "called": Text(sv="söktes", en="was called"),
    "operator": Text(sv="expedierade", en="attended"),
}
_YES, _NO = Text(sv="ja", en="yes"), Text(sv="nej", en="no")
_TITLE = Text(sv="Specificerat utdrag av samtal", en="Itemised extract of calls")
_CALLS = Text(sv="Samtal", en="Calls")
_NONE = Text(sv="Inga samtal under tiden.", en="No calls in that time.")
_ABOUT = (
    Text(sv="Gäller {person}, {starts} – {ends}.", en="Of {person}, {starts} – {ends}."),
    Text(sv="Skäl: {reason}", en="Reason: {reason}"),
    Text(
        sv="Begärt av {requester} {requested} och godkänt av {approver} {approved} (F2).",
        en="Asked for by {requester} {requested} and approved by {approver} {approved} (F2).",
    ),
    Text(
        sv="Utskrivet av {by} {at}, vilket är antecknat. Ska förstöras senast {expires}. Av numren i privata samtal "
        "finns bara början.",
        en="Printed by {by} {at}, which is on record. To be destroyed by {expires}. Of the numbers of private calls "
        "there is only the beginning.",
    ),
)


def sheet_of(calls: Sequence[ExtractedCallShown], language: Language) -> bytes:
    return to_csv(_header(language), (_line(call, language) for call in calls))


def page_of(
    extract: ExtractShown, calls: Sequence[ExtractedCallShown], by: str, at: datetime, language: Language
) -> Page:
    """Who prints it, ``by``, and when stand on it."""
    told = {
        "person": extract.person.name,
        "starts": _minute(extract.starts_at),
        "ends": _minute(extract.ends_at),
        "reason": extract.reason,
        "requester": extract.requested_by.name,
        "requested": _minute(extract.requested_at),
        "approver": extract.decided_by.name if extract.decided_by else "",
        "approved": _minute(extract.decided_at),
        "expires": _minute(extract.expires_at),
        "by": by,
        "at": _minute(at),
    }
    about = "".join(f"<p>{escape(text.in_(language).format(**told))}</p>" for text in _ABOUT)
    body = f"{about}<p>{escape(_NONE.in_(language))}</p>"
    if calls:
        lines = (_line(call, language) for call in calls[:MOST_ROWS])
        table = table_of(_CALLS.in_(language), _header(language), lines)
        body = f"{about}{more_than(MOST_ROWS, len(calls), language)}{table}"
    return Page(document(_TITLE.in_(language), body, language), [])


def _header(language: Language) -> list[str]:
    return [text.in_(language) for text in _HEADER]


def _line(call: ExtractedCallShown, language: Language) -> list[str]:
    return [
        _second(call.started_at),
        _second(call.ended_at) if call.ended_at else "",
        "" if call.seconds is None else str(call.seconds),
        _PARTS[call.part].in_(language),
        display(call.number),
        call.outcome or "",
        (_YES if call.private else _NO).in_(language),
        (_YES if call.confidential else _NO).in_(language),
    ]


def _second(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL):%Y-%m-%d %H:%M:%S}"


def _minute(moment: datetime | None) -> str:
    return f"{moment.astimezone(LOCAL):%Y-%m-%d %H:%M}" if moment else ""
