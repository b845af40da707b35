"""What a start makes when the calls are served already: whoever calls does not wait for it, nor for its imports."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hanvisa.beside import Beside
from hanvisa.directory.repositories.extracts import Extracts
from hanvisa.directory.repositories.letters import Letters
from hanvisa.mail.extracts import ExtractNotices
from hanvisa.mailing import alarm_mails, asking_for_details, mail_outbox, telling_of_unreferred
from hanvisa.nightly import Nightly, purge_of
from hanvisa.reading_calendars import calendar_keeper

if TYPE_CHECKING:
    from hanvisa.calendars.keeper import CalendarKeeper
    from hanvisa.calls.ports import Clock
    from hanvisa.config import Settings
    from hanvisa.directory.engine import Database
    from hanvisa.directory.snapshot import SnapshotDirectory
    from hanvisa.mail.smtp import MailServer
    from hanvisa.speech.library import SpeechLibrary


@dataclass(frozen=True, slots=True)
class Later:
    calendars: CalendarKeeper
    beside: tuple[Beside, ...]


def make_later(
    settings: Settings,
    database: Database,
    directory: SnapshotDirectory,
    *,
    server: MailServer | None,
    voice: SpeechLibrary,
    clock: Clock,
) -> Later:
    """``server`` None: nothing is mailed."""
    calendars = calendar_keeper(settings, database, directory, clock)
    purges = _purges(settings, database, voice, clock)
    beside = [Beside("nightly purges", purges.run), Beside("calendars", calendars.run)]
    if settings.ldap_url:
        from hanvisa.people import keep_people  # noqa: PLC0415 - few have one

        beside.append(Beside("persons from the directory", lambda: keep_people(settings, database)))
    if server:
        beside.extend(_mails(settings, database, directory, server, clock))
    return Later(calendars, tuple(beside))


def _mails(
    settings: Settings, database: Database, directory: SnapshotDirectory, server: MailServer, clock: Clock
) -> Iterator[Beside]:
    letters = Letters(database, clock.now, settings.message_reminder)
    mail = mail_outbox(settings, server, letters, directory, clock)
    directory.on_change(lambda tables: mail.wake() if "messages" in tables else None)
    notices = ExtractNotices(Extracts(database), server, clock, sender=settings.smtp_from)
    yield Beside("mails", mail.run)
    yield Beside("mails of extracts", notices.run)
    yield Beside("mails of alarms", alarm_mails(settings, server, database, clock).run)
    yield Beside(
        "mails of unreferred absences",
        telling_of_unreferred(settings, server, database, directory, clock).run,
    )
    yield Beside(
        "mails that ask for details", asking_for_details(settings, server, database, directory, clock).run
    )


def _purges(settings: Settings, database: Database, voice: SpeechLibrary, clock: Clock) -> Nightly:
    async def take_away() -> dict[str, int]:
        purge = purge_of(settings, database, clock.now())
        unwanted = await asyncio.to_thread(voice.prune, purge.limits.recordings)
        return {**{one.name: one.number for one in await purge.carry_out()}, "speech": unwanted}

    return Nightly("purge", clock, settings.purge_at, take_away)
