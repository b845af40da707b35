"""The town of the tests, served on a loopback port."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from hanvisa.ami.secrets import keep_own_calendar_password
from hanvisa.calendars.source import Reading
from hanvisa.calls.ports import CallEntry
from hanvisa.config import Settings
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import open_database
from hanvisa.directory.migrations import upgrade
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.testing import FakeClock
from hanvisa.web.app import create_app
from hanvisa.web.passwords import Passwords
from hanvisa.web.services import Services
from hanvisa.web.tokens import create_token
from unit.web.town import HEMLIG_MOBILE, NOW, Engaged, Town, Voice, id_of, settle, tell

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@dataclass(frozen=True)
class Founded:
    """The town's database as it is at first, and the tokens in it."""

    file: Path
    tokens: dict[str, str]


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """Made once; every test has a copy of its own."""
    file = tmp_path_factory.mktemp("town") / "town.sqlite"
    return Founded(file, asyncio.run(_found(f"sqlite+aiosqlite:///{file}")))


async def _found(url: str) -> dict[str, str]:
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
    await database.close()
    return tokens


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state=tmp_path)


@pytest.fixture
async def town(founded: Founded, tmp_path: Path, settings: Settings) -> AsyncIterator[Town]:
    shutil.copy(founded.file, tmp_path / "town.sqlite")
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'town.sqlite'}")
    clock = FakeClock(NOW)
    directory = SnapshotDirectory(database, clock.now)
    await directory.start()
    missing: dict[str, str | None] = {"asterisk": None}
    voice, live = Voice(), Engaged()
    readings: dict[UUID, Reading] = {}
    app = create_app(
        Services(
            directory=directory,
            database=database,
            clock=clock,
            given=settings,
            voice=voice,
            health=lambda: missing,
            explain=tell,
            live_calls=live,
            calendar_read=readings.get,
            keep_calendar_password=partial(keep_own_calendar_password, tmp_path / "secrets.json"),
            passwords=QUICK,
        )
    )
    async with TestClient(TestServer(app)) as client:
        yield Town(
            client, database, directory, clock, voice, live, missing, founded.tokens, tmp_path, readings
        )
    await directory.stop()
    await database.close()


@pytest.fixture
async def call(town: Town) -> str:
    """A call from Anna that an operator was refused to put through to a protected mobile."""
    data: list[tuple[str, dict[str, Any]]] = [
        ("opened", {"side": "phone", "caller": "201", "called": "200", "caller_person": str(id_of("anna"))}),
        ("signal", {"type": "transfer", "target": "070-174 06 06", "by": str(id_of("olle"))}),
        ("decision", {"effect": "refuse", "rules": ["O2"], "facts": {"number": HEMLIG_MOBILE}}),
        ("command", {"command": "dial", "to": HEMLIG_MOBILE}),
        ("closed", {"reason": "hung_up"}),
    ]
    entries = [
        CallEntry("hv-call-1", seq, NOW + timedelta(seconds=seq), kind, values)
        for seq, (kind, values) in enumerate(data, start=1)
    ]
    await CallRecords(town.database).append(entries)
    return "hv-call-1"
