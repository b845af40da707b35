"""A real Asterisk gives back the memory that its calls no longer use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hanvisa.ami.manager import Manager
from hanvisa.ami.memory import give_back
from hanvisa.lab.waiting import until
from integration.fallback.fallback_world import World, running_world

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    async with running_world() as running:
        yield running


class Heard:
    """What Asterisk answered."""

    def __init__(self, manager: Manager) -> None:
        self.answers: list[str] = []
        self._manager = manager

    async def command(self, line: str) -> str:
        self.answers.append(await self._manager.command(line))
        return self.answers[-1]


async def test_asterisk_is_told_again_and_again_and_one_that_is_away_keeps_nobody(world: World) -> None:
    heard, away = Heard(world.manager), Manager(1, "nobody listens there")
    giving = asyncio.create_task(give_back([away, heard], every=0.01))
    try:
        await until(lambda: len(heard.answers) > 1 or giving.done(), what="Asterisk told twice")
    finally:
        giving.cancel()
        await asyncio.wait([giving])
    assert giving.cancelled()
    assert all("memory" in answer for answer in heard.answers), heard.answers
