"""The calendars as the settings have them read: by the service all the time, and once, to be looked at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from hanvisa.calendars.http import CalendarHttp
from hanvisa.calendars.keeper import CalendarKeeper, Times, days_read, read_calendar
from hanvisa.calendars.reach import open_session
from hanvisa.calls.ports import Clock
from hanvisa.config import Settings
from hanvisa.directory.engine import Database
from hanvisa.directory.existing import existing_database
from hanvisa.directory.repositories.calendars import Calendars
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.errors import CalendarError
from hanvisa.passwords import read_calendar_passwords
from hanvisa.policy.calendar_events import EventRules, read_event
from hanvisa.policy.model import Language
from hanvisa.policy.swedish_time import LOCAL


def calendar_keeper(
    settings: Settings, database: Database, directory: SnapshotDirectory, clock: Clock
) -> CalendarKeeper:
    return CalendarKeeper(
        Calendars(database),
        directory,
        http=CalendarHttp(lambda: read_calendar_passwords(settings.state)),
        rules=_event_rules(settings),
        clock=clock,
        times=Times(settings.calendar_every, settings.calendar_days, settings.calendar_at_once),
        own=settings.own_calendar_networks,
    )


async def check_calendars(settings: Settings, tell: Callable[[str], None], language: Language) -> bool:
    """Read all calendars now, and tell what each event means; nothing is changed. Whether all could be read.

    Raises StorageError.
    """
    http = CalendarHttp(lambda: read_calendar_passwords(settings.state))
    now = datetime.now(UTC)
    today = now.astimezone(LOCAL).date()
    days = days_read(today, settings.calendar_days)
    well = True
    async with existing_database(settings.database_url) as database:
        directory = SnapshotDirectory(database)
        await directory.refresh(("persons", "reasons", "codes"))
        async with open_session(settings.own_calendar_networks) as session:
            for source in await Calendars(database).sources(now):
                if source.ended:
                    continue
                person = directory.register.person(source.person_id)
                tell(f"{person.name if person else source.person_id}, {source.host}:")
                try:
                    read = await read_calendar(http, session, source, days)
                except CalendarError as error:
                    well = False
                    tell(f"  {error.what.in_(language)}.")
                    continue
                _, events = read or ("", [])
                for event in events:
                    meaning = read_event(event, directory.register, _event_rules(settings))
                    reason = meaning.absence.reason if meaning.absence else "-"
                    tell(f"  {event.starts}  {reason:>2}  {meaning.because.in_(language)}")
    return well


def _event_rules(settings: Settings) -> EventRules:
    return EventRules(settings.calendar_words, settings.calendar_private, settings.calendar_unnamed)
