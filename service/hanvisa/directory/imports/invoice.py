"""`hanvisa invoice FILE`: the carrier's invoice of a month from CSV, all of it or nothing (docs/reports.md).

Whom a subscription called is not read: nobody needs to know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import delete, insert, select

from hanvisa.directory.auditing import Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.imports.problems import Problems, Unread
from hanvisa.directory.imports.reading import Line, read_file
from hanvisa.directory.imports.values import flag_of, to_e164
from hanvisa.directory.loading import LOCAL
from hanvisa.directory.tables import InvoiceLineRow, InvoiceRow
from hanvisa.errors import InvalidInput
from hanvisa.policy.model import Language, Text

NUMBER, AT, TIME, LENGTH, PRIVATE = COLUMNS = ("number", "at", "time", "length", "private")
"""What is read of a line. Only the number must be there; ``at`` may be a date, with the ``time`` apart."""

_BY = Actor("invoice")
_NO_COLUMN = Text(
    sv="“{part}” anger ingen kolumn. Skriv number=Abonnemang, med komma mellan flera; det finns {there_are}.",
    en="“{part}” names no column. Write number=Abonnemang, with commas between several; there are {there_are}.",
)
_LENGTH = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,7})", re.ASCII)
_YEARS = range(2000, 2200)
_AT_ONCE = 1000  # rows in a statement

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Charged:
    """One line. ``number`` is the subscription's (E.164)."""

    line: int
    number: str
    at: datetime | None
    seconds: int | None
    private: bool


def read_columns(written: str, language: Language = Language.EN) -> dict[str, str]:
    """Which column of the file is which: "number=Abonnemang, at=Datum". What is not said has our own name.

    Raises InvalidInput, told in that language.
    """
    columns = {name: name for name in COLUMNS}
    for part in filter(None, (part.strip() for part in written.split(","))):
        name, equals, theirs = (text.strip() for text in part.partition("="))
        if name not in COLUMNS or not equals or not theirs:
            raise InvalidInput(_NO_COLUMN.in_(language).format(part=part, there_are=", ".join(COLUMNS)))
        columns[name] = theirs
    return columns


def read_invoice(file: Path, month: str, columns: Mapping[str, str]) -> list[Charged]:
    """Raises ImportRefused with everything that is wrong, by line and column."""
    problems = Problems()
    read = read_file(file, problems)
    if read is not None:
        _must_have(file.name, read.columns, columns, problems)
    if read is not None and not read.lines:
        what = Text(sv="den har inga rader utom rubriken.", en="it has no lines but the header.")
        problems.add(file.name, what)
    problems.raise_if_any()
    lines = read.lines if read is not None else ()
    charged = [_charged(file.name, line, columns, problems) for line in lines]
    _must_be_of(file.name, month, charged, problems)
    problems.raise_if_any()
    return charged


async def import_invoice(
    database: Database, file: Path, month: str, columns: Mapping[str, str], *, replace: bool = False
) -> int:
    """Keep the invoice; how many lines it has. Raises ImportRefused, also where the month has one already."""
    charged = read_invoice(file, month, columns)
    problems = Problems()
    async with database.changing(_BY) as session:
        there = await session.scalar(select(InvoiceRow).where(InvoiceRow.month == month))
        if there is not None and not replace:
            problems.add(file.name, _had(month, there.file))
            problems.raise_if_any()
        if there is not None:
            await session.execute(delete(InvoiceLineRow).where(InvoiceLineRow.invoice_id == there.id))
            await session.delete(there)
            await session.flush()
        invoice = InvoiceRow(month=month, file=file.name, imported_at=datetime.now(UTC))
        session.add(invoice)
        await session.flush()
        rows = [
            {
                "invoice_id": invoice.id,
                "line": one.line,
                "number": one.number,
                "at": one.at,
                "seconds": one.seconds,
                "private": one.private,
            }
            for one in charged
        ]
        for first in range(0, len(rows), _AT_ONCE):
            await session.execute(insert(InvoiceLineRow), rows[first : first + _AT_ONCE])
    return len(charged)


def _must_have(file: str, there: Collection[str], columns: Mapping[str, str], problems: Problems) -> None:
    """The number's column, and every other one that somebody has named."""
    for name, theirs in columns.items():
        if theirs not in there and (name == NUMBER or theirs != name):
            problems.add(
                file,
                _missing(there, name),
                line=1,
                column=theirs,
            )


def _missing(there: Collection[str], name: str) -> Text:
    columns = ", ".join(sorted(there))
    return Text(
        sv=f"kolumnen saknas. Det finns {columns}: säg vilken som menas (--columns {name}=KOLUMN).",
        en=f"the column is missing. There are {columns}: say which is meant (--columns {name}=COLUMN).",
    )


def _had(month: str, file: str) -> Text:
    return Text(
        sv=f"det finns en faktura för {month} redan ({file}). Med --replace tas den här i stället.",
        en=f"there is an invoice of {month} already ({file}). With --replace this one takes its place.",
    )


def _must_be_of(file: str, month: str, charged: Iterable[Charged], problems: Problems) -> None:
    """Some calls of a month come on a later invoice; all of them, and it is another month's."""
    months = {f"{one.at.astimezone(LOCAL):%Y-%m}": one.line for one in charged if one.at is not None}
    if months and month not in months:
        newest = max(months)
        problems.add(
            file,
            Text(
                sv=f"inget av samtalen är från {month}; det här är från {newest}. Säg vilken månad den gäller "
                f"(--month {newest}).",
                en=f"none of its calls is of {month}; this one is of {newest}. Say whose month it is "
                f"(--month {newest}).",
            ),
            line=months[newest],
        )


def _charged(file: str, line: Line, columns: Mapping[str, str], problems: Problems) -> Charged:
    def read(name: str, value: Callable[[str], Value], without: Value) -> Value:
        text = line.texts.get(columns[name], "")
        if not text and name != NUMBER:
            return without
        try:
            return value(text)
        except Unread as error:
            problems.add(file, error.what, line=line.number, column=columns[name])
            return without

    time = line.texts.get(columns[TIME], "")
    at = read(AT, lambda day: _moment(f"{day} {time}" if time else day), None)
    return Charged(
        line.number,
        read(NUMBER, _number, ""),
        at,
        read(LENGTH, _seconds, None),
        read(PRIVATE, flag_of, without=False),
    )


def _number(text: str) -> str:
    """Also without what spreadsheets drop: 46701740605, 701740605."""
    digits = re.sub(r"[\s-]", "", text)
    return to_e164(f"+{digits}" if re.fullmatch(r"46\d{7,}", digits, re.ASCII) else text)


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.year not in _YEARS:
        raise Unread(
            Text(
                sv=f"”{text}” är ingen tid. Skriv den som 2026-08-31 08:00.",
                en=f"“{text}” is no time. Write it as 2026-08-31 08:00.",
            )
        )
    return (at if at.tzinfo is not None else at.replace(tzinfo=LOCAL)).astimezone(UTC)


def _seconds(text: str) -> int:
    """Seconds, or 1:15, or 0:01:15."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise Unread(
            Text(
                sv=f"”{text}” är ingen längd. Skriv den i sekunder, eller som 0:01:15.",
                en=f"“{text}” is no length. Write it as seconds, or as 0:01:15.",
            )
        )
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return (hours * 60 + minutes) * 60 + seconds
