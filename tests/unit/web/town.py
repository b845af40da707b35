"""A small made-up town in a real SQLite, and how its users ask the API."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid5

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from sqlalchemy.ext.asyncio import AsyncSession

from hanvisa.ami.guessing import Guessers
from hanvisa.ami.manager import Manager
from hanvisa.ami.secrets import keep_own_calendar_password
from hanvisa.calendars.source import Reading
from hanvisa.calls.admission import Admission
from hanvisa.calls.live_ports import CallLoad, Envelope, LiveCall, Outcome, Wish
from hanvisa.calls.prompts import Prompt
from hanvisa.changes import Changes
from hanvisa.config import Settings
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.loading import LOADERS, LOCAL
from hanvisa.directory.migrations import upgrade
from hanvisa.directory.repositories.audit import Audit, AuditEntry
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.directory.tables import (
    AbsenceReasonRow,
    CarrierRow,
    DepartmentRow,
    ExtensionRow,
    MembershipRow,
    MobileRow,
    NumberRow,
    OperationRow,
    OperatorRow,
    OperatorSwitchboardRow,
    OrganisationRow,
    PersonRow,
    PhoneRow,
    SwitchboardRow,
)
from hanvisa.errors import NotFound, SpeechError
from hanvisa.explaining import story_of
from hanvisa.policy.register import Register
from hanvisa.speech.own import OwnSounds
from hanvisa.speech.recordings import Recordings
from hanvisa.speech.store import SoundStore
from hanvisa.testing import FakeClock, FakeVoice
from hanvisa.web.app import create_app
from hanvisa.web.passwords import Passwords
from hanvisa.web.refusals import STRANGERS
from hanvisa.web.services import Services
from hanvisa.web.tokens import create_token

NOW = datetime(2026, 8, 5, 8, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Sweden
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
ANNA_MOBILE, HEMLIG_MOBILE = "+46701740605", "+46701740606"
ANNA_DIRECT, HEMLIG_DIRECT, MAIN = "+46980319201", "+46980319205", "+46980319200"


def id_of(name: str) -> UUID:
    return uuid5(UUID(int=7), name)


@dataclass
class Voice(FakeVoice):
    """Remembers what it was asked to prepare; ``fails`` makes it fail."""

    prepared: list[Prompt] = field(default_factory=list)
    fails: bool = False

    async def prepare(self, prompts: Any) -> None:
        if self.fails:
            raise SpeechError("espeak-ng is gone")
        self.prepared += prompts


@dataclass
class Engaged:
    persons: set[UUID] = field(default_factory=set)
    up: list[LiveCall] = field(default_factory=list)
    asked: list[tuple[str, Wish, UUID | None, str, str]] = field(default_factory=list)
    wrapping_up: set[UUID] = field(default_factory=set)
    dialled: list[tuple[UUID, str]] = field(default_factory=list)
    confidential: list[str] = field(default_factory=list)
    messages_for: list[UUID] = field(default_factory=list)
    outcome: Outcome = field(default_factory=lambda: Outcome("done"))
    feed: list[Envelope] = field(default_factory=list)
    followed: list[str | None] = field(default_factory=list)
    goes_on: bool = False

    def is_engaged(self, person: UUID, /) -> bool:
        return person in self.persons

    def wraps_up(self, person: UUID, /) -> bool:
        return person in self.wrapping_up

    def engaged(self) -> frozenset[UUID]:
        return frozenset(self.persons)

    def calls(self) -> tuple[LiveCall, ...]:
        return tuple(self.up)

    def call(self, call_id: str) -> LiveCall:
        found = [one for one in self.up if one.id == call_id]
        if not found:
            raise NotFound(call_id)
        return found[0]

    async def ask(
        self,
        call_id: str,
        wish: Wish,
        by: UUID | None,
        *,
        to: str = "",
        consultation: str = "",
        person: UUID | None = None,
    ) -> Outcome:
        self.asked.append((call_id, wish, by, to, consultation))
        self.messages_for += [person] if person else []
        return self.outcome

    async def dial(self, person: UUID, to: str, *, confidential: bool = False) -> bool:
        self.dialled.append((person, to))
        self.confidential += [to] if confidential else []
        return self.outcome.what == "done"

    async def events(self, after: str | None) -> AsyncIterator[Envelope]:
        self.followed.append(after)
        for event in self.feed:
            yield event
        while self.goes_on:
            for event in self.feed:
                yield event
            if not self.feed:
                await asyncio.Event().wait()


@dataclass
class Town:
    """The API as its users meet it: each has a name, a role and a token."""

    client: TestClient[Any, Any]
    database: Database
    directory: SnapshotDirectory
    clock: FakeClock
    voice: Voice
    live: Engaged
    missing: dict[str, str | None]
    away: dict[str, str]
    tokens: dict[str, str]
    state: Path
    readings: dict[UUID, Reading]
    changes: Changes
    guessers: Guessers

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: str = "admin",
        if_match: str | None = None,
        language: str = "en",
    ) -> ClientResponse:
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Accept-Language": language}
        if if_match is not None:
            headers["If-Match"] = if_match
        return await self.client.request(method, "/api/v1" + path, json=body, headers=headers)

    async def get(self, path: str, *, who: str = "admin") -> Any:
        return await answer(await self.ask("GET", path, who=who), 200)

    async def refusals(self) -> list[AuditEntry]:
        """In the trail, with those of who is not known, which else are written once a minute."""
        audit = Audit(self.database)
        await audit.refused(*self.client.app[STRANGERS].take())
        return await audit.list(action="refused")


async def answer(response: ClientResponse, status: int) -> Any:
    """The answer's JSON, which must have come with this status."""
    body = await response.json()
    assert response.status == status, body
    return body


async def problem(response: ClientResponse, status: int) -> Any:
    """The problem's details (RFC 9457), which must be whole."""
    body = await answer(response, status)
    assert response.content_type == "application/problem+json"
    assert body["status"] == status
    assert all(body[name] for name in ("type", "title", "detail", "error_id", "what_to_do"))
    return body


async def settle(session: AsyncSession) -> None:
    """Hällefors with a school (Anna, Siv, and Hemlig, who is protected) and a care (Olle, who is an operator)."""
    hallefors, nora = id_of("Hällefors"), id_of("Nora")
    session.add_all(
        [
            OrganisationRow(id=hallefors, name="Hällefors kommun", area_code="0980", prefix="81"),
            OrganisationRow(id=nora, name="Nora kommun", area_code="0980", prefix="82"),
        ]
    )
    await session.flush()
    session.add_all(
        [
            OperationRow(id=id_of("Skola"), name="Skola", organisation_id=hallefors),
            OperationRow(id=id_of("Omsorg"), name="Omsorg", organisation_id=hallefors),
            OperationRow(id=id_of("Nora skola"), name="Nora skola", organisation_id=nora),
        ]
    )
    await session.flush()
    for department, operation in (
        ("Kyrkskolan", "Skola"),
        ("Växeln", "Omsorg"),
        ("Noraskolan", "Nora skola"),
    ):
        session.add(DepartmentRow(id=id_of(department), name=department, operation_id=id_of(operation)))
    await session.flush()
    for name, given, family, department, extension in (
        ("anna", "Anna", "Berg", "Kyrkskolan", "201"),
        ("siv", "Siv", "Åkerström", "Kyrkskolan", "202"),
        ("hemlig", "Hanna", "Lind", "Kyrkskolan", "205"),
        ("olle", "Olle", "Ek", "Växeln", "200"),
        ("nils", "Nils", "Öberg", "Noraskolan", "301"),
    ):
        organisation = nora if name == "nils" else hallefors
        person = PersonRow(
            id=id_of(name),
            external_id=name,
            given_name=given,
            family_name=family,
            title="rektor" if name == "anna" else "",
            email=f"{name}@kommunen.test",
            protected=name == "hemlig",
        )
        session.add(person)
        await session.flush()
        session.add(
            MembershipRow(person_id=person.id, department_id=id_of(department), starts_on=date(2020, 1, 1))
        )
        session.add(
            PhoneRow(
                id=id_of(f"phone {name}"), account=name, organisation_id=organisation, owner_id=person.id
            )
        )
        session.add(
            ExtensionRow(number=extension, organisation_id=organisation, kind="person", target_id=person.id)
        )
    for holder, number in (("anna", ANNA_MOBILE), ("hemlig", HEMLIG_MOBILE)):
        session.add(
            MobileRow(
                number=number,
                person_id=id_of(holder),
                carrier="Bolaget",
                grounds="rör sig",
                decided_by="chefen",
                decided_at=NOW,
            )
        )
    session.add(CarrierRow(name="Upphandlad operatör", appointed=True))
    session.add(
        SwitchboardRow(
            id=id_of("board"),
            name="Växeln",
            organisation_id=hallefors,
            greeting_sv="Hej",
            greeting_en="Hello",
        )
    )
    await session.flush()
    session.add_all(
        [
            NumberRow(number=ANNA_DIRECT, kind="person", target_id=id_of("anna")),
            NumberRow(number=HEMLIG_DIRECT, kind="person", target_id=id_of("hemlig")),
            NumberRow(number=MAIN, kind="switchboard", target_id=id_of("board")),
            OperatorRow(
                id=id_of("operator"),
                person_id=id_of("olle"),
                phone_id=id_of("phone olle"),
                state="open",
                since=NOW,
            ),
        ]
    )
    await session.flush()
    session.add(OperatorSwitchboardRow(operator_id=id_of("operator"), switchboard_id=id_of("board")))
    for code, sv, en, kind, private in (
        ("0", "Åter", "Back at", "time", False),
        ("1", "Sammanträde", "Meeting", "time", False),
        ("6", "Semester", "Holiday", "date", False),
        ("9", "Sjuk", "Sick", "none", True),
    ):
        session.add(
            AbsenceReasonRow(
                code=code,
                name_sv=sv,
                name_en=en,
                spoken_sv=f"är borta: {sv}",
                spoken_en=f"is away: {en}",
                time_kind=kind,
                default_until="45m" if code == "0" else None,
                private=private,
                cannot_wait=private,
            )
        )


@dataclass(frozen=True)
class Founded:
    """The town's database as it is at first, the tokens in it by name, and what a directory reads from it."""

    file: Path
    tokens: dict[str, str]
    register: Register
    counters: dict[str, int]


class _Directory(SnapshotDirectory):
    """Has at its start what the town was founded with, and reads what has been changed since.

    To read all of it took each test longer than most of them take.
    """

    def __init__(self, founded: Founded, database: Database, clock: FakeClock) -> None:
        super().__init__(database, clock.now, reserve_within=5, store_within=5)  # a busy machine has its time
        self._founded = founded

    async def refresh(self, tables: Iterable[str] = ()) -> None:
        if self._day is None:
            self._register, self._counters = self._founded.register, self._founded.counters
            self._day = NOW.astimezone(LOCAL).date()
            tables = ()
        await super().refresh(tables)


async def found(file: Path) -> Founded:
    """Make the town's database."""
    url = f"sqlite+aiosqlite:///{file}"
    await upgrade(url)
    database = open_database(url)
    async with database.changing(SYSTEM) as session:
        await settle(session)
    tokens = {
        "admin": await create_token(database, "admin", "admin", now=NOW),
        "head": await create_token(database, "head", "head", "Skola", now=NOW),
        "manager": await create_token(database, "telephone_manager", "manager", str(id_of("Skola")), now=NOW),
        "operator": await create_token(database, "operator", "operator", "olle", now=NOW),
        "superuser": await create_token(database, "superuser", "superuser", "siv", now=NOW),
        "person": await create_token(database, "person", "anna", "anna", now=NOW),
    }
    directory = SnapshotDirectory(database, lambda: NOW)
    await directory.refresh(LOADERS)
    await database.close()
    return Founded(file, tokens, directory.register, directory._counters)


@cache
def _usual_settings(_: frozenset[tuple[str, str]]) -> Settings:
    return Settings()


def settings_in(state: Path) -> Settings:
    """What the environment says, for that folder: to read all of it anew takes longer than most requests do."""
    environment = frozenset(item for item in os.environ.items() if item[0].startswith("HANVISA_"))
    url = f"sqlite+aiosqlite:///{state / 'hanvisa.sqlite'}"
    return _usual_settings(environment).model_copy(update={"state": state, "database_url": url})


@asynccontextmanager
async def open_town(founded: Founded, tmp_path: Path, settings: Settings) -> AsyncIterator[Town]:
    """The town with its web on a loopback port; its database is a copy in ``tmp_path``."""
    shutil.copy(founded.file, tmp_path / "town.sqlite")
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'town.sqlite'}")
    clock = FakeClock(NOW)
    directory = _Directory(founded, database, clock)
    await directory.start()
    missing: dict[str, str | None] = {"asterisk": None}
    away: dict[str, str] = {}
    voice, live = Voice(), Engaged()
    guessers = Guessers(tmp_path, Manager(0, ""), clock)
    readings: dict[UUID, Reading] = {}
    changes = Changes(live.calls, live.engaged, lambda: directory.register, clock.now)
    directory.on_stored(changes.stored)
    app = create_app(
        Services(
            directory=directory,
            database=database,
            clock=clock,
            given=settings,
            voice=voice,
            health=lambda: missing,
            away=lambda: away,
            story=lambda entries, language: story_of(entries, language, directory),
            live_calls=live,
            changes=changes,
            calendar_read=readings.get,
            keep_calendar_password=partial(keep_own_calendar_password, tmp_path / "secrets.json"),
            keep_recording=OwnSounds(tmp_path, SoundStore(tmp_path / "sounds")).take,
            readings=Recordings(tmp_path / "recordings", SoundStore(tmp_path / "sounds")),
            guessers=guessers,
            load=lambda: CallLoad(7, 2, 3, 1, Admission(opening=1.5)),
            call_log=SimpleNamespace(waiting=4, lost=5),
            passwords=QUICK,
        )
    )
    async with TestClient(TestServer(app)) as client:
        yield Town(
            client,
            database,
            directory,
            clock,
            voice,
            live,
            missing,
            away,
            founded.tokens,
            tmp_path,
            readings,
            changes,
            guessers,
        )
    await directory.stop()
    await database.close()
