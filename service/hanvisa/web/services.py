"""What the web needs of the rest, given to it by the composition root."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from aiohttp import web
from prometheus_client import CollectorRegistry

from hanvisa.calendars.source import Reading
from hanvisa.calllog.story import Story
from hanvisa.calls.live_ports import CallLoad, LiveDesk
from hanvisa.calls.ports import CallEntry, Clock, Voice
from hanvisa.changes import Changes
from hanvisa.config import Settings
from hanvisa.directory.engine import Database
from hanvisa.directory.searching import PersonSearch
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.policy.model import Language
from hanvisa.policy.numbers import NumberPlan
from hanvisa.run_time import in_force
from hanvisa.web.passwords import Passwords


class Readings(Protocol):
    """Words that somebody has read in, heard in place of the voice wherever they are said."""

    def sound_of(self, text: str, language: Language) -> str | None:
        """The sound's name, None when nobody has read them in."""
        ...

    async def keep(self, text: str, language: Language, wav: bytes) -> None:
        """Raises SpeechError: it is no WAV file, nothing is heard in it, or it could not be written."""
        ...

    async def drop(self, text: str, language: Language) -> None:
        """The voice says them again."""
        ...


class Guesser(Protocol):
    """An address that gave wrong passwords for phones."""

    @property
    def address(self) -> str: ...
    @property
    def tries(self) -> int: ...
    @property
    def accounts(self) -> Iterable[str]: ...
    @property
    def first_at(self) -> datetime: ...
    @property
    def last_at(self) -> datetime: ...
    @property
    def shut_out_until(self) -> datetime | None: ...


class Guessers(Protocol):
    @property
    def counted(self) -> int:
        """All wrong passwords since the start."""
        ...

    def recent(self) -> Sequence[Guesser]:
        """The last one first."""
        ...


class Logged(Protocol):
    """Entries of the call log, by what has become of them."""

    @property
    def waiting(self) -> int:
        """The disk has not taken them yet."""
        ...

    @property
    def lost(self) -> int:
        """Since the start: too many waited."""
        ...


@dataclass(frozen=True)
class Services:
    """``health`` maps a component to None when it is well, else to a sentence on what is missing.

    ``away`` has one on each of several nodes that is. ``story`` tells a call's events in words. ``calendar_read``
    tells how a calendar was read last. ``keep_calendar_password`` keeps one of USER@HOST for a calendar alone; None
    takes it away. ``given`` are the settings that the service was started with. ``keep_recording`` makes a sound of
    a WAV file and gives its name, or raises SpeechError.
    ``load`` tells how many calls there were, and what becomes of the next ones. ``one_reading`` is held while one of
    the ``readings`` is compared with what was seen of it, and changed; ``one_recording`` while a person's recordings
    are counted, and another is kept.
    """

    directory: SnapshotDirectory
    database: Database
    clock: Clock
    given: Settings
    voice: Voice
    health: Callable[[], Mapping[str, str | None]]
    away: Callable[[], Mapping[str, str]]
    story: Callable[[Sequence[CallEntry], Language], Story]
    live_calls: LiveDesk
    changes: Changes
    calendar_read: Callable[[UUID], Reading | None]
    keep_calendar_password: Callable[[UUID, str, str | None], None]
    keep_recording: Callable[[bytes], Awaitable[str]]
    readings: Readings
    guessers: Guessers
    load: Callable[[], CallLoad]
    call_log: Logged
    one_reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    one_recording: asyncio.Lock = field(default_factory=asyncio.Lock)
    plan: NumberPlan = field(default_factory=NumberPlan)
    search: PersonSearch = field(default_factory=PersonSearch)
    passwords: Passwords = field(default_factory=Passwords)
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)

    @property
    def settings(self) -> Settings:
        """Those in force: what admins have changed counts at once."""
        return in_force(self.given, self.directory.register.settings.rows)


SERVICES: web.AppKey[Services] = web.AppKey("services", Services)
