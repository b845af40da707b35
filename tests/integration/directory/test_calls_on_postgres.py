"""Whole calls with a real Asterisk, and all that they read and store on PostgreSQL; tests/e2e has SQLite below it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from e2e.support.switchboard import LONG, an_operator_with_a_caller, put_through, refused
from e2e.support.world import World
from e2e.test_messages import WORDS, chooses, kept, listens, speaks
from hanvisa.config import Settings
from hanvisa.lab.own import take_speech
from hanvisa.lab.ports import free_base_port
from hanvisa.lab.system import System
from hanvisa.lab.town import town
from integration.directory.conftest import PostgresTemplates

FREDRIK, TORA = "hallefors-206", "hallefors-219"
ANNAS_MOBILE = "0701740605"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_world(postgres_templates: PostgresTemplates, spoken: Path) -> AsyncIterator[World]:
    state = Path(tempfile.mkdtemp(prefix="hv"))
    try:
        take_speech(spoken, state)
        settings = Settings(
            state=state,
            base_port=free_base_port(),
            database_url=postgres_templates.with_demo(state),
            ring_person=2,
            ring_operator=2,
            whisper="never",
            key_wait=2,
            message_longest=10,
            message_silence=2,
            log_linger=0.05,
        )
        async with System(settings, urgent=True) as system, town(settings, World) as people:
            people.system = system
            await system.speech_is_made()
            yield people
    finally:
        shutil.rmtree(state)


@pytest_asyncio.fixture(loop_scope="module")
async def world(one_world: World) -> AsyncIterator[World]:
    await one_world.begins()
    yield one_world
    await one_world.ends()


async def test_an_absence_set_by_api_is_heard_by_the_next_caller_and_explained(world: World) -> None:
    fredrik = await world.phone(FREDRIK)
    await world.given_absent(FREDRIK, reason="sammanträde", until=timedelta(hours=2))
    caller = await world.citizen("0980319241", dials=world.direct_number(FREDRIK))
    await world.hears(caller, "är på sammanträde och är tillbaka", pieces=2, within=LONG)
    await caller.hangup()
    assert not fredrik.has_rung
    story = await world.story(caller)
    assert [(one["effect"], one["rules"]) for one in story.decisions] == [("refer", ["G1"])]
    assert "Fredrik Ståhl är frånvarande och hänvisad (G1)" in await world.explanation(caller)


async def test_an_exception_for_one_use_lets_one_call_through(world: World) -> None:
    caller, line = await an_operator_with_a_caller(world)
    await refused(line.transfer(ANNAS_MOBILE))
    exception = await world.given_exception("number", ANNAS_MOBILE, max_uses=1)
    mobile = await put_through(line.transfer(ANNAS_MOBILE), world.mobile(ANNAS_MOBILE, within=LONG))
    await caller.talks_to(mobile, within=LONG)
    await caller.hangup()
    assert (await world.api.get(f"/exceptions/{exception['id']}"))["uses"] == 1
    _, next_line = await an_operator_with_a_caller(world, number="0980319247")
    await refused(next_line.transfer(ANNAS_MOBILE))


async def test_a_message_is_stored_before_the_caller_is_thanked_and_heard_by_the_person(
    world: World,
) -> None:
    await world.given_absent(TORA, until=timedelta(hours=2))
    await world.siplet(TORA)
    before = kept(world)
    caller = await world.citizen("0980319251", dials=world.direct_number(TORA))
    await chooses(world, caller, "1", "Tryck ett för att lämna ett meddelande")
    await speaks(world, caller, WORDS)
    await caller.press("#")
    await chooses(world, caller, "1", "Tryck ett för att skicka meddelandet")
    await world.hears(caller, "Meddelandet är lämnat till Tora Lindmark", pieces=1, within=LONG)
    assert len(kept(world) - before) == 1
    listening = await listens(world, TORA, "Du har ett nytt meddelande")
    await listening.hears(WORDS, within=LONG)
    await listening.press("7")
    await world.commanded(listening, "Meddelandet är besvarat", within=LONG)
