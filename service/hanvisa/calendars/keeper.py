"""The round that reads all calendars and keeps the absences as they have them: in effect within a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

import aiohttp
import structlog

from hanvisa.calendars.http import CalendarHttp
from hanvisa.calendars.reach import Network, open_session
from hanvisa.calendars.source import TAKES_TOO_LONG, Calendars, Days, Reading, Source
from hanvisa.calls.ports import Clock
from hanvisa.errors import CalendarError, HanvisaError, StorageError
from hanvisa.policy.calendar_events import Event, EventAbsence, EventRules, read_event
from hanvisa.policy.model import Text
from hanvisa.policy.register import Register
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.policy.workdays import last_working_day
from hanvisa.processor import threads

log = structlog.get_logger(__name__)

WITHIN = 60.0  # seconds for one calendar to be read, or to wait for its turn
REST_MOST = 900.0  # seconds that a calendar which can't be read is left alone
_READERS = threads(4, "calendars")  # its own: what goes on for too long is in nobody else's way
_NOT_KEPT = Text(
    sv="det som kalendern säger kunde inte sparas just nu",
    en="what the calendar says could not be kept just now",
)
_NOT_FORESEEN = Text(
    sv="det gick fel när kalendern lästes, på ett sätt som växeln inte känner till; loggen säger mer",
    en="reading the calendar failed in a way that the switchboard does not know; the log says more",
)


class Registered(Protocol):
    @property
    def register(self) -> Register: ...


@dataclass(frozen=True, slots=True)
class Times:
    """``every``: seconds between rounds. ``days``: how far ahead is read. ``at_once``: how many together."""

    every: float = 30.0
    days: int = 60
    at_once: int = 8


@dataclass
class _Seen:
    """``mark`` is the server's as of the reading on ``day``; ``wait`` is seconds, after a failure."""

    version: int
    mark: str = ""
    day: date | None = None
    wait: float = 0.0
    reading: Reading | None = None

    def rests(self, now: datetime) -> bool:
        again_at = self.reading.again_at if self.reading else None
        return again_at is not None and now < again_at


class CalendarKeeper:
    """Run :meth:`run`. What can't be read leaves the absences as they are."""

    def __init__(
        self,
        calendars: Calendars,
        directory: Registered,
        *,
        http: CalendarHttp,
        rules: EventRules,
        clock: Clock,
        times: Times,
        own: Collection[Network] = (),
    ) -> None:
        """``own``: the networks of one's own on which there may be calendars."""
        self._calendars = calendars
        self._directory = directory
        self._http = http
        self._rules = rules
        self._clock = clock
        self._times = times
        self._own = own
        self._seen: dict[UUID, _Seen] = {}

    def reading(self, calendar: UUID) -> Reading | None:
        """None: it was not asked since the service started."""
        seen = self._seen.get(calendar)
        return seen.reading if seen else None

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        async with open_session(self._own) as session:
            while True:
                began = loop.time()
                try:
                    await self.round(session)
                except StorageError as error:
                    log.warning("calendars.not_known", why=str(error))
                await asyncio.sleep(max(0.0, began + self._times.every - loop.time()))

    async def round(self, session: aiohttp.ClientSession) -> None:
        """Each calendar once. Raises StorageError when it is not known which there are."""
        at_once = asyncio.Semaphore(self._times.at_once)

        async def one(source: Source) -> None:
            async with at_once:
                await self._keep(session, source)

        sources = await self._calendars.sources(self._clock.now())
        self._seen = {source.id: self._seen_of(source) for source in sources}
        await asyncio.gather(*map(one, sources))

    async def _keep(self, session: aiohttp.ClientSession, source: Source) -> None:
        """What fails, in whatever way, is tried again a little later, each time after twice as long."""
        now, seen = self._clock.now(), self._seen[source.id]
        if seen.rests(now):
            return
        try:
            await self._read_and_keep(session, source, seen, now)
        except Exception as error:
            foreseen = isinstance(error, HanvisaError)
            seen.mark = ""
            seen.wait = min(max(self._times.every, seen.wait * 2), REST_MOST)
            seen.reading = Reading(
                asked_at=now,
                well_at=seen.reading.well_at if seen.reading else None,
                problem=_problem(error),
                told=error.told if isinstance(error, CalendarError) else _problem(error),
                again_at=now + timedelta(seconds=seen.wait),
            )
            log.warning(
                "calendars.not_kept",
                person=str(source.person_id),
                why=str(error) if foreseen else type(error).__name__,
                again_in=seen.wait,
                exc_info=not foreseen,
            )
        else:
            seen.wait = 0.0
            seen.reading = Reading(asked_at=now, well_at=now)

    def _seen_of(self, source: Source) -> _Seen:
        """One with another address or password is asked anew, and at once."""
        seen = self._seen.get(source.id)
        return seen if seen and seen.version == source.version else _Seen(source.version)

    async def _read_and_keep(
        self, session: aiohttp.ClientSession, source: Source, seen: _Seen, now: datetime
    ) -> None:
        """Raises CalendarError, Conflict and StorageError."""
        today = now.astimezone(LOCAL).date()
        if source.ended:
            await self._calendars.keep(source, {}, now)
            return
        if seen.day != today:  # another day has come within reach
            seen.mark = ""
        days = days_read(today, self._times.days)
        read = await read_calendar(self._http, session, source, days, seen.mark)
        if read is None:
            return
        mark, events = read
        wanted = absences_of(events, self._directory.register, self._rules)
        steps = await self._calendars.keep(source, wanted, now)
        seen.mark, seen.day = mark, today
        if steps:
            log.info(
                "calendars.kept",
                person=str(source.person_id),
                created=len(steps.create),
                left=len(steps.leave),
                changed=len(steps.change),
                ended=len(steps.end),
            )


def _problem(error: Exception) -> Text:
    """For the calendar's person."""
    if isinstance(error, CalendarError):
        return error.what
    if isinstance(error, HanvisaError):
        return _NOT_KEPT
    return _NOT_FORESEEN


def days_read(today: date, ahead: int) -> Days:
    """From the last working day on: who was away all of it may not be back until the next one begins."""
    return last_working_day(today), today + timedelta(days=ahead)


async def read_calendar(
    http: CalendarHttp, session: aiohttp.ClientSession, source: Source, days: Days, mark: str = ""
) -> tuple[str, list[Event]] | None:
    """The server's mark and the events of the ``days``; None when nothing has changed since ``mark``.

    Raises CalendarError.
    """
    content = await http.read(session, source, mark, days)
    if content is None:
        return None
    # The library is not loaded while a service starts: callers wait.
    from hanvisa.calendars.parsing import parse_events  # noqa: PLC0415

    reading = asyncio.get_running_loop().run_in_executor(
        _READERS, parse_events, content.texts, days, source.email
    )
    try:
        async with asyncio.timeout(WITHIN):
            return content.mark, await reading
    except TimeoutError:
        raise CalendarError(TAKES_TOO_LONG) from None


def absences_of(events: Sequence[Event], register: Register, rules: EventRules) -> dict[str, EventAbsence]:
    """By the event's key."""
    read = ((event.key, read_event(event, register, rules).absence) for event in events)
    return {key: absence for key, absence in read if absence is not None}
