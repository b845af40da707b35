"""Where a calendar is, what it answered, and the store of what became of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from hanvisa.errors import InvalidInput
from hanvisa.policy.calendar_events import EventAbsence, Steps
from hanvisa.policy.model import Text

_ACCOUNT = re.compile(r".+@([^\s:/A-Z]+|[\da-f.]*(:[\da-f.]*){2,})")  # no port; a host's name, or IPv6

Days = tuple[date, date]
"""The first day that is read, and the one before which it ends."""


TAKES_TOO_LONG = Text(
    sv="kalendern tar för lång tid att läsa: ta bort det som återkommer länge och ofta",
    en="the calendar takes too long to read: take away what recurs long and often",
)


class CalendarKind(StrEnum):
    ICAL = "ical"  # one file, read with GET
    CALDAV = "caldav"  # a collection, asked with PROPFIND and REPORT


@dataclass(frozen=True, slots=True)
class Source:
    """A person's calendar. ``email`` is by which its events know the person, "" where it is not known.

    ``ended``: it is read no more, and what came of it is taken back. Another ``version`` has another address or
    password.
    """

    id: UUID
    person_id: UUID
    url: str
    kind: CalendarKind
    user: str = ""
    email: str = ""
    ended: bool = False
    version: int = 1

    @property
    def host(self) -> str:
        """What may stand in a log: an address may hold a key to the calendar."""
        return host_of(self.url)

    @property
    def account(self) -> str:
        """By what a password is kept that several calendars have."""
        return account_of(self.url, self.user)

    @property
    def own_account(self) -> str:
        """By what a password is kept that this calendar alone has."""
        return f"{self.id} {self.account}"


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def account_of(url: str, user: str) -> str:
    """A password goes to the host that it was given for, and nowhere else."""
    return f"{user}@{host_of(url)}"


def must_be_account(account: str) -> None:
    """Raises InvalidInput for what :func:`account_of` never is: no calendar would find its password."""
    if _ACCOUNT.fullmatch(account) is None:
        raise InvalidInput(
            f"“{account}” is no USER@HOST. Write the user, @, and the host alone in small letters: "
            "hanvisa@kalender.example.org."
        )


def fault_of_address(url: str) -> Text | None:
    """Why there can't be a calendar: it takes https://, http:// or webcal://, with a host, and with no user in it."""
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in ("http", "https", "webcal") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        return Text(
            sv="är ingen adress. Skriv https://, värden och sökvägen",
            en="is no address. Write https://, the host and the path",
        )
    if "@" in parts.netloc:
        return Text(
            sv="har en användare i sig. Skriv användaren för sig, och inget lösenord",
            en="has a user in it. Write the user by itself, and no password",
        )
    return None


def is_plain(url: str) -> bool:
    return url[:5].casefold() == "http:"


def may_take_password(url: str) -> bool:
    """What is encrypted, or goes to this machine alone."""
    return not is_plain(url) or _is_this_machine(url)


def _is_this_machine(url: str) -> bool:
    try:
        return ip_address(host_of(url)).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Reading:
    """How a calendar was asked last. ``problem``: why it could not be read, and ``again_at`` when it is tried again.

    ``well_at`` is when it was last read, or had not changed. ``told`` is the problem as others than administrators
    are told of it.
    """

    asked_at: datetime
    well_at: datetime | None
    problem: Text | None = None
    told: Text | None = None
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """iCalendar texts, and a ``mark`` by which the server tells whether anything has changed since."""

    texts: tuple[bytes, ...]
    mark: str


class Calendars(Protocol):
    """Implemented by :class:`hanvisa.directory.repositories.calendars.Calendars`. Each raises StorageError."""

    async def sources(self, now: datetime) -> Sequence[Source]:
        """Those that are in use, and those that have ended and left absences that are not past."""
        ...

    async def keep(self, source: Source, says: Mapping[str, EventAbsence], now: datetime) -> Steps:
        """Bring the absences to what the calendar says, and raise the alarms of G3; what was changed."""
        ...
