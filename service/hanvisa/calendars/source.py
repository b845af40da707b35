"""Where a calendar is, what it answered, and the store of what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from hanvisa.policy.calendar_events import EventAbsence, Steps

Days = tuple[date, date]
"""The first day that is read, and the one before which it ends."""


class CalendarKind(StrEnum):
    ICAL = "ical"  # one file, read with GET
    CALDAV = "caldav"  # a collection, asked with PROPFIND and REPORT


@dataclass(frozen=True, slots=True)
class Source:
    """A person's calendar. ``email`` is by which its events know the person, "" where it is not known.

    ``ended``: it is read no more, and what came of it is taken back.
    """

    id: UUID
    person_id: UUID
    url: str
    kind: CalendarKind
    user: str = ""
    email: str = ""
    ended: bool = False

    @property
    def host(self) -> str:
        """What may stand in a log: an address may hold a key to the calendar."""
        return urlsplit(self.url).hostname or ""

    @property
    def account(self) -> str:
        """By what its password is kept."""
        return f"{self.user}@{self.host}"


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

    async def keep(self, source: Source, wanted: Mapping[str, EventAbsence], now: datetime) -> Steps:
        """Bring the absences to what the calendar says; what was changed."""
        ...
