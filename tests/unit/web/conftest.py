"""The town of the tests, served on a loopback port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hanvisa.calls.ports import CallEntry
from hanvisa.config import Settings
from hanvisa.directory.repositories.calls import CallRecords
from unit.web.town import HEMLIG_MOBILE, NOW, Founded, Town, found, id_of, open_town, settings_in


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """Made once; every test has a copy of its own."""
    return asyncio.run(found(tmp_path_factory.mktemp("town") / "town.sqlite"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


@pytest.fixture
async def town(founded: Founded, tmp_path: Path, settings: Settings) -> AsyncIterator[Town]:
    async with open_town(founded, tmp_path, settings) as town:
        yield town


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
