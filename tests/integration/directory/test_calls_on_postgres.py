"""Whole calls with a real Asterisk, and all that they read and store on PostgreSQL; tests/e2e has SQLite below it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, timedelta
from pathlib import Path
from time import monotonic

import aiohttp
import pytest
import pytest_asyncio

from e2e.support.scene import is_ready
from e2e.support.switchboard import LONG, an_operator_with_a_caller, put_through, refused
from e2e.support.world import World
from e2e.test_messages import WORDS, chooses, kept, listens, speaks
from hanvisa.config import Settings
from hanvisa.lab.own import take_speech
from hanvisa.lab.ports import free_base_port
from hanvisa.lab.postgres import PostgresServer
from hanvisa.lab.system import System
from hanvisa.lab.town import town
from hanvisa.lab.waiting import until
from integration.directory.conftest import PostgresTemplates

FREDRIK, TORA = "hallefors-206", "hallefors-219"
ANNAS_MOBILE = "0701740605"
NOTICED = 9.0  # seconds: a second, three for an answer and three for a connection, on a busy machine
AT_ONCE = 1.0

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


@pytest.fixture
def server(postgres_templates: PostgresTemplates) -> PostgresServer:
    return postgres_templates.server


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


async def test_a_database_that_hangs_keeps_nobody_waiting_and_loses_no_call(
    world: World, server: PostgresServer
) -> None:
    await world.given_absent(FREDRIK, reason="sammanträde", until=timedelta(hours=2))
    exception = await world.given_exception("number", ANNAS_MOBILE, max_uses=1)
    before = await world.citizen("0980319241", dials=world.direct_number(FREDRIK))
    speech = await world.commanded(before, "är på sammanträde och är tillbaka", within=LONG)
    caller, line = await an_operator_with_a_caller(world)
    with server.hanging():
        meanwhile = await world.citizen("0980319242", dials=world.direct_number(FREDRIK))
        await asyncio.gather(
            who_asks_is_refused_for_now(world),
            meanwhile.hears(speech.files[0], within=LONG),
            refused(line.transfer(ANNAS_MOBILE)),  # for its use can't be counted
        )
        await caller.talks_to(line, within=LONG)
        await meanwhile.hangup()
    await until(lambda: is_ready(world), within=LONG, what="the database found again")
    await world.commanded(meanwhile, "är på sammanträde", within=LONG)  # the outbox tries ever more seldom
    assert [one["rules"] for one in (await world.story(meanwhile)).decisions] == [["G1"]]
    assert (await world.api.get(f"/exceptions/{exception['id']}"))["uses"] == 0
    await put_through(line.transfer(ANNAS_MOBILE), world.mobile(ANNAS_MOBILE, within=LONG))
    calls = await world.api.items("/calls", since=meanwhile.began.astimezone(UTC).isoformat())
    assert [call["caller"] for call in calls].count("+46980319242") == 1


async def who_asks_is_refused_for_now(world: World) -> None:
    """In their own language; the first within some seconds, and whoever comes later at once."""
    began = monotonic()
    (status, headers, told), (_, _, page) = await asyncio.gather(
        asks(world, "/api/v1/absences", Authorization="Bearer of-whom"), asks_for_a_page(world, "sv")
    )
    assert monotonic() - began < NOTICED
    assert (status, headers["Content-Type"]) == (503, "application/problem+json")
    assert headers["Retry-After"] == "5"
    assert "The database does not answer." in told
    assert "Databasen svarar inte." in page
    began = monotonic()
    _, _, page = await asks_for_a_page(world, "en")
    assert monotonic() - began < AT_ONCE
    assert "The database does not answer." in page
    await until(lambda: is_ready(world, 503), within=AT_ONCE, what="it says that it is not ready")
    _, _, told = await asks(world, "/health/ready")
    assert "The database does not answer; calls go on" in told


async def asks_for_a_page(world: World, language: str) -> tuple[int, Mapping[str, str], str]:
    cookies = f"hanvisa_session=of-whom; hanvisa_language={language}"
    return await asks(world, "/me", Cookie=cookies, Accept="text/html")


async def asks(world: World, path: str, **headers: str) -> tuple[int, Mapping[str, str], str]:
    url = f"http://{world.settings.web_host}:{world.settings.web_port}{path}"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, answer.headers, await answer.text()


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
