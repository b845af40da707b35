"""One Asterisk without a service for all tests of a module; at a test's end nothing may be left on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from integration.fallback.fallback_world import World, make_register, running_world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running() -> AsyncIterator[World]:
    async with running_world() as world:
        await world.project(make_register())
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(running: World) -> AsyncIterator[World]:
    yield running
    await running.at_rest()


@pytest_asyncio.fixture(loop_scope="module")
async def anew(world: World) -> AsyncIterator[World]:
    """For a test with other settings or another register: what it has kept is put right at its end."""
    yield world
    await world.project(make_register())
