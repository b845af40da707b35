"""From the text of a field to its value. Every reader raises Unread with a reason that reads after "column: "."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import phonenumbers

from hanvisa.calendars.source import fault_of_address
from hanvisa.directory.imports.problems import Unread
from hanvisa.directory.imports.spreadsheets import lost_from_area_code, lost_from_number, with_zeros
from hanvisa.directory.loading import LOCAL
from hanvisa.policy.facts import Window
from hanvisa.policy.mail_addresses import NO_MAIL_ADDRESS, is_mail_address
from hanvisa.policy.model import Text
from hanvisa.policy.timing import NEXT_WORKING_DAY, is_default
from hanvisa.policy.workdays import next_working_day

_YES = frozenset({"yes", "ja", "true", "1", "x"})
_NO = frozenset({"no", "nej", "false", "0", "-"})
_DAYS = {
    name: number
    for names in ("mon tue wed thu fri sat sun", "mån tis ons tor fre lör sön")
    for number, name in enumerate(names.split(), 1)
}
_WINDOW = re.compile(r"(\w+)(?:-(\w+))? (\d\d:\d\d)-(\d\d:\d\d)")
_RELATIVE = re.compile(r"(today|[+-]\d{1,4}[dw]) (\d\d:\d\d)")
_YEARS = range(1970, 2200)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a value may refer to: the moment of the import, and ids by table and external id."""

    now: datetime
    ids: Mapping[str, Mapping[str, UUID]]


@dataclass(frozen=True, slots=True)
class Field:
    """``row`` has the texts of the other fields of the line, by column."""

    text: str
    row: Mapping[str, str]
    scope: Scope


Reader = Callable[[Field], Any]


def text(field: Field) -> str:
    return field.text


def flag(field: Field) -> bool:
    return flag_of(field.text)


def flag_of(written: str) -> bool:
    answer = written.casefold()
    if answer not in _YES | _NO:
        raise Unread(
            Text(sv=f"”{written}” är varken ja eller nej.", en=f"“{written}” is neither yes nor no.")
        )
    return answer in _YES


def whole(field: Field) -> int:
    if not field.text.isdecimal() or len(field.text) > 9:
        raise Unread(
            Text(
                sv=f"”{field.text}” är inget heltal, eller för stort.",
                en=f"“{field.text}” is no whole number, or too large.",
            )
        )
    return int(field.text)


def words(field: Field) -> tuple[str, ...]:
    """Several, with | between."""
    return tuple(word.strip() for word in field.text.split("|") if word.strip())


def one_of(kind: type[StrEnum]) -> Reader:
    def read(field: Field) -> str:
        try:
            return kind(field.text).value
        except ValueError:
            raise Unread(
                Text(
                    sv=f"”{field.text}” är inget av {', '.join(kind)}.",
                    en=f"“{field.text}” is none of {', '.join(kind)}.",
                )
            ) from None

    return read


def e164(field: Field) -> str:
    """A telephone number in any usual Swedish or international spelling."""
    lost = lost_from_number(field.text)
    if lost is not None:
        raise Unread(lost)
    return to_e164(field.text)


def to_e164(written: str) -> str:
    try:
        number = phonenumbers.parse(written, "SE")
    except phonenumbers.NumberParseException:
        raise Unread(
            Text(sv=f"”{written}” är inget telefonnummer.", en=f"“{written}” is no telephone number.")
        ) from None
    if not phonenumbers.is_valid_number(number):
        raise Unread(
            Text(
                sv=f"”{written}” är inget telefonnummer som finns.",
                en=f"“{written}” is no telephone number that exists.",
            )
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def extension(field: Field) -> str:
    if re.fullmatch(r"[1-9]\d{2,4}", field.text) is None:
        raise Unread(
            Text(
                sv=f"”{field.text}” är ingen anknytning: 3 till 5 siffror, den första inte 0.",
                en=f"“{field.text}” is no extension: 3 to 5 digits, the first not 0.",
            )
        )
    if field.text == "112":
        raise Unread(Text(sv="112 är nödnumret.", en="112 is the emergency number."))
    return field.text


def default_until(field: Field) -> str:
    """How long an absence lasts for which nobody said."""
    if not is_default(field.text):
        raise Unread(
            Text(
                sv=f"”{field.text}” är varken minuter (30m) eller {NEXT_WORKING_DAY}.",
                en=f"“{field.text}” is neither minutes (30m) nor {NEXT_WORKING_DAY}.",
            )
        )
    return field.text


def digits(field: Field) -> str:
    if not field.text.isdecimal() or not field.text.isascii():
        raise Unread(
            Text(sv=f"”{field.text}” är inte bara siffror.", en=f"“{field.text}” is not digits alone.")
        )
    return field.text


def area_code(field: Field) -> str:
    """Digits, the first 0."""
    lost = lost_from_area_code(digits(field))
    if lost is not None:
        raise Unread(lost)
    return field.text


def code(field: Field) -> str:
    if re.fullmatch(r"[*#]\d{2,4}", field.text) is None:
        raise Unread(
            Text(
                sv=f"”{field.text}” är ingen kod: * eller #, och två till fyra siffror.",
                en=f"“{field.text}” is no code: * or #, and two to four digits.",
            )
        )
    return field.text


def mail_address(field: Field) -> str:
    if not is_mail_address(field.text):
        raise Unread(
            Text(
                sv=f"”{field.text}” {NO_MAIL_ADDRESS.sv}.",
                en=f"“{field.text}” {NO_MAIL_ADDRESS.en}.",
            )
        )
    return field.text


def account(field: Field) -> str:
    """The name of a SIP account, safe in Asterisk's configuration and in a channel's name."""
    if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", field.text) is None:
        raise Unread(
            Text(
                sv=f"”{field.text}” är inget konto: små bokstäver a till z, siffror, och - mellan dem.",
                en=f"“{field.text}” is no account: small letters a to z, digits, and - between them.",
            )
        )
    return field.text


def day(field: Field) -> date:
    try:
        return date.fromisoformat(field.text)
    except ValueError:
        raise Unread(
            Text(
                sv=f"”{field.text}” är inget datum. Skriv det som 2026-08-31.",
                en=f"“{field.text}” is no date. Write it as 2026-08-31.",
            )
        ) from None


def moment(field: Field) -> datetime:
    """ISO 8601, Swedish time unless it has an offset; or from the day of the import: "+2d 08:00", "-1w 17:00"."""
    relative = _RELATIVE.fullmatch(field.text)
    written: datetime | None
    try:
        if relative is not None:
            clock = time.fromisoformat(relative[2])
            written = datetime.combine(_day_from_now(relative[1], field.scope.now), clock, LOCAL)
        else:
            written = datetime.fromisoformat(field.text)
    except ValueError:
        written = None
    if written is None or written.year not in _YEARS:
        raise Unread(
            Text(
                sv=f"”{field.text}” är ingen tid. Skriv den som 2026-08-31T08:00, eller från i dag"
                " som +2d 08:00 (d: dagar, w: arbetsdagar).",
                en=f"“{field.text}” is no time. Write it as 2026-08-31T08:00, or from today as +2d 08:00"
                " (d: days, w: working days).",
            )
        )
    return written if written.tzinfo is not None else written.replace(tzinfo=LOCAL)


def moment_after(column: str) -> Reader:
    """A :func:`moment` that comes after that of another column."""

    def read(field: Field) -> datetime:
        written = moment(field)
        try:
            before = moment(Field(field.row.get(column, ""), field.row, field.scope))
        except Unread:
            return written  # which is said of that column
        if written <= before:
            raise Unread(Text(sv=f"den kommer inte efter {column}.", en=f"it does not come after {column}."))
        return written

    return read


def _day_from_now(offset: str, now: datetime) -> date:
    today = now.astimezone(LOCAL).date()
    if offset == "today":
        return today
    number, unit = int(offset[:-1]), offset[-1]
    if unit == "d":
        return today + timedelta(days=number)
    if number < 0:
        raise ValueError("working days count forward only")
    for _ in range(number):
        today = next_working_day(today)
    return today


def windows(field: Field) -> tuple[Window, ...]:
    """Times of the week with | between: "mon-fri 08:00-09:30 | tor 13:00-15:00"."""
    return tuple(_window(part.strip()) for part in field.text.split("|"))


def _window(written: str) -> Window:
    wrong = Unread(
        Text(
            sv=f"”{written}” är inga tider i veckan. Skriv dem som mån-fre 08:00-09:30.",
            en=f"“{written}” are no times of the week. Write them as mon-fri 08:00-09:30.",
        )
    )
    parts = _WINDOW.fullmatch(written.casefold())
    if parts is None:
        raise wrong
    first, last = _DAYS.get(parts[1]), _DAYS.get(parts[2] or parts[1])
    if first is None or last is None or last < first:
        raise wrong
    try:
        return Window(
            tuple(range(first, last + 1)), time.fromisoformat(parts[3]), time.fromisoformat(parts[4])
        )
    except ValueError:
        raise wrong from None


def calendar_address(field: Field) -> str:
    """https://, http:// or webcal://, with a host, and with no user in it."""
    fault = fault_of_address(field.text)
    if fault is not None:
        raise Unread(Text(sv=f"den {fault.sv}.", en=f"it {fault.en}."))
    return field.text


def ref(table: str) -> Reader:
    """The id of a row of another table, given by its external id."""

    def read(field: Field) -> UUID:
        id_ = field.scope.ids[table].get(field.text)
        if id_ is None:
            meant = with_zeros(field.text, field.scope.ids[table])
            raise Unread(_not_there(field.text, table, meant))
        return id_

    return read


def _not_there(key: str, table: str, meant: str | None) -> Text:
    sv, en = (
        f"”{key}” finns inte i {table}.csv eller databasen.",
        f"there is no “{key}” in {table}.csv or the database.",
    )
    if meant:
        sv += f" Är det ”{meant}”, vars inledande nollor ett kalkylblad har tagit?"
        en += f" Is it “{meant}”, whose leading zeros a spreadsheet took?"
    return Text(sv=sv, en=en)


def refs(table: str) -> Reader:
    """The ids of several rows, with | between."""
    one = ref(table)

    def read(field: Field) -> tuple[UUID, ...]:
        return tuple(one(Field(word, field.row, field.scope)) for word in words(field))

    return read


def ref_of_kind(kinds: Mapping[Any, str], column: str) -> Reader:
    """The id of a row of the table that another column, the kind, says."""

    def read(field: Field) -> UUID | None:
        table = kinds.get(field.row.get(column, ""))
        if table is None:
            return None  # the kind is wrong itself, and said so
        id_: UUID = ref(table)(field)
        return id_

    return read
