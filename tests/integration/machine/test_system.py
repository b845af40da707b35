"""The system: Asterisk and the service together, and what dies is started again. The service is a stand-in here."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from machine_traces import processes_with

from hanvisa.config import Settings
from hanvisa.errors import ConfigurationError
from hanvisa.lab.system import System
from hanvisa.lab.waiting import until

STAND_IN = str(Path(__file__).with_name("stand_in.py"))


class Told(list[str]):
    """What the supervisor said."""

    def has(self, part: str) -> bool:
        return any(part in line for line in self)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def system(settings: Settings, root: Path, told: Told) -> System:
    folder = str(settings.state)
    return System(
        settings,
        root=root,
        say=told.append,
        service=(sys.executable, STAND_IN, "serve", folder),
        rescue=(sys.executable, STAND_IN, "rescue", folder),
    )


@asynccontextmanager
async def supervised(system: System) -> AsyncIterator[None]:
    async with system:
        supervising = asyncio.create_task(system.supervise())
        try:
            yield
        finally:
            supervising.cancel()
            await asyncio.wait({supervising})


async def test_both_are_there_and_then_gone(system: System, settings: Settings) -> None:
    async with system:
        assert system.service_running
        assert system.asterisk.running
    assert processes_with(str(settings.state)) == []


async def test_what_dies_is_started_again(system: System, told: Told) -> None:
    async with supervised(system):
        await system.kill_service()
        await until(lambda: told.has("The service is back."), within=10, what=lambda: str(told))
        await system.asterisk.kill()
        await until(lambda: told.has("Asterisk is back."), within=10, what=lambda: str(told))
        assert system.service_running
        assert system.asterisk.running


async def test_a_service_that_does_not_come_back_is_rescued(
    system: System, settings: Settings, told: Told
) -> None:
    async with supervised(system):
        broken = settings.state / "broken"
        broken.touch()
        await system.kill_service()
        await until((settings.state / "rescued").exists, within=20, what=lambda: str(told))
        broken.unlink()
        await until(lambda: told.has("The service is back."), within=20, what=lambda: str(told))


async def test_a_service_that_cannot_start_leaves_no_asterisk(system: System, settings: Settings) -> None:
    (settings.state / "broken").touch()
    with pytest.raises(ConfigurationError, match="broken, as told"):
        await system.start()
    assert processes_with(str(settings.state)) == []
