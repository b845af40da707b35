"""What fails while people talk, listen and wait: the service, its connection to Asterisk, Asterisk itself."""

import asyncio
import signal
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from time import monotonic
from urllib.parse import urlsplit

from e2e.support.outage import drop_connections
from e2e.support.scene import (
    ELSA,
    MOBILE,
    TAKEN_ON_WITHIN,
    a_scene,
    is_ready,
    is_refused_with_the_reason,
    taken_on_at,
    who_waits_is_next,
)
from e2e.support.switchboard import LONG, MAIN_NUMBER, ULLA, past_the_greeting, refused
from e2e.support.without import an_operator_known_to_the_fallback, is_engaged
from e2e.support.world import World
from hanvisa.ari.door import VARIABLE
from hanvisa.keeper import BEATS_EVERY, Patience
from hanvisa.lab.api import Api
from hanvisa.lab.town import web_of
from hanvisa.lab.waiting import until

FREDRIK = "hallefors-206"
ENDED_WITHIN = timedelta(seconds=Patience().silence + 2 * BEATS_EVERY)
RINGING_TONE = 6.0  # seconds: its pauses are five


async def test_the_service_killed_in_the_middle_lets_calls_live_and_is_taken_over_when_it_is_back(
    world: World,
) -> None:
    scene = await a_scene(world)
    killed, moment = monotonic(), datetime.now(UTC)
    await asyncio.gather(world.system.crash_service(), scene.talking.talks_to(scene.line, within=LONG))
    delayed = delayed_by_others(world)
    for caller in scene.callers:
        assert await taken_on_at(world, caller) - moment - delayed < TAKEN_ON_WITHIN
        assert not caller.has_ended
    await asyncio.gather(
        scene.talking.talks_to(scene.line, within=LONG),
        scene.listening.hears(*scene.speech.files[:2], since=killed, within=LONG),
    )
    assert scene.waiting.longest_silence(killed) < 1.0, "music, and the speech that a waiting caller hears"
    await scene.listening.press("9")
    await world.commanded(scene.listening, "Elsa Hedström is in a meeting", within=LONG)

    await is_refused_with_the_reason(world, scene)
    assert "O2" in (await world.story(scene.talking)).rules
    await who_waits_is_next(world, scene)


async def test_a_service_that_hangs_is_ended_by_its_keeper_and_its_calls_go_on(world: World) -> None:
    """Until then callers talk on and hear music, and who rings hears the fallback."""
    scene = await a_scene(world)
    announcement = await world.system.laid_ready(world.person(ELSA).id)
    hung, moment = monotonic(), datetime.now(UTC)
    ending = asyncio.create_task(world.system.crash_service(signal.SIGSTOP))
    newcomer = await world.citizen("0980319251", dials=world.direct_number(ELSA))
    await asyncio.gather(
        newcomer.hears(announcement, within=LONG), scene.talking.talks_to(scene.line, within=LONG)
    )
    assert not ending.done(), "it was the fallback that told them"
    await newcomer.hangup()
    await ending
    delayed = delayed_by_others(world)
    for caller in scene.callers:
        assert await taken_on_at(world, caller) - moment - delayed < ENDED_WITHIN + TAKEN_ON_WITHIN
        assert not caller.has_ended
    assert scene.waiting.longest_silence(hung) < 1.0
    await scene.listening.press("9")
    await world.commanded(scene.listening, "Elsa Hedström is in a meeting", within=LONG)
    await is_refused_with_the_reason(world, scene)
    await who_waits_is_next(world, scene)


async def test_what_an_operator_has_dialled_by_the_api_is_rung_though_the_service_dies_as_their_phone_answers(
    world: World,
) -> None:
    ulla, elsa = await world.phone(ULLA), await world.phone(ELSA)
    async with as_operator(world, ULLA) as api:
        await api.do("/live/calls", {"to": "205"})
    line = await ulla.rings(within=LONG)
    await world.system.kill_service()
    await line.answer()
    await world.system.start_service()
    elsas = await elsa.rings(within=LONG)
    await elsas.answer()
    await line.talks_to(elsas, within=LONG)


@asynccontextmanager
async def as_operator(world: World, who: str) -> AsyncIterator[Api]:
    """The API as this person uses it, with an account made for it."""
    account = {"name": f"{who}-{token_hex(4)}@example.org", "roles": [{"role": "operator"}]}
    user = await world.api.post("/users", {**account, "person": str(world.person(who).id)})
    try:
        token = await world.api.post("/tokens", {"user": user["id"], "name": "test"})
        async with Api(web_of(world.settings), token["token"]) as api:
            yield api
    finally:
        await world.api.act_on(f"/users/{user['id']}", "end")


async def test_the_service_gone_for_good_leaves_nobody_in_silence(world: World) -> None:
    """The rescue brings those who wait and listen into the fallback; who talks goes on talking."""
    ulla = await world.phone(ULLA)
    scene = await a_scene(world)
    announcement = await world.system.laid_ready(world.person(ELSA).id)
    killed = monotonic()
    await world.system.kill_service()
    rescuing = asyncio.create_task(world.system.rescue())
    told = asyncio.create_task(scene.listening.hears(announcement, since=killed, within=LONG))
    line = await ulla.rings(within=LONG)
    await line.answer()
    await scene.waiting.talks_to(line, within=LONG)
    assert scene.waiting.longest_silence(killed) < RINGING_TONE
    await scene.talking.talks_to(scene.line, within=LONG)
    await told
    assert scene.listening.longest_silence(killed) < 2.0

    await scene.talking.hangup()
    await scene.line.until_ended(within=LONG)
    await scene.waiting.hangup()
    assert await asyncio.wait_for(rescuing, LONG) == 0


async def test_who_talks_in_a_call_of_the_fallback_is_engaged_for_a_service_that_is_back(
    world: World,
) -> None:
    ulla = await an_operator_known_to_the_fallback(world)
    await world.system.kill_service()
    first = await world.citizen("0980319246", dials=MAIN_NUMBER)
    line = await ulla.rings(within=LONG)
    await line.answer()
    await first.talks_to(line, within=LONG)
    await world.system.start_service()
    await until(lambda: is_ready(world), within=LONG, what="the service ready")
    second = await world.citizen("0980319247", dials=MAIN_NUMBER)
    await past_the_greeting(second)
    await world.hears(second, "Alla telefonister är upptagna", pieces=1, within=LONG)
    signals = (await world.story_so_far(second)).events("signal")
    assert not [one for one in signals if one["type"] in ("ringing", "operator_paused")]
    await first.talks_to(line, within=LONG)
    await first.hangup()
    again = await ulla.rings(within=LONG)
    await again.answer()
    await second.talks_to(again, within=LONG)


async def test_who_talks_with_a_caller_who_was_turned_away_is_engaged_for_the_service(world: World) -> None:
    """Which was never offered that caller (`HANVISA_OVERLOAD`)."""
    ulla = await an_operator_known_to_the_fallback(world)
    until_when = (datetime.now(UTC) + timedelta(seconds=LONG)).timestamp()
    await world.system.asterisk.cli(f'dialplan set global {VARIABLE} "{until_when:.0f}&0&0"')
    try:
        caller = await world.citizen("0980319252", dials=MAIN_NUMBER)
        line = await ulla.rings(within=LONG)
    finally:
        await world.system.asterisk.cli(f"dialplan set global {VARIABLE} 0&0&0")
    await line.answer()
    await caller.talks_to(line, within=LONG)
    await until(lambda: is_engaged(world, ULLA), within=LONG, what="the service knows")
    await caller.hangup()

    async def is_free() -> bool:
        return not await is_engaged(world, ULLA)

    await until(is_free, within=LONG, what="and knows that it is over")


async def test_with_the_connection_to_asterisk_lost_calls_go_on_and_what_was_missed_is_found_out(
    world: World,
) -> None:
    scene = await a_scene(world)
    ulla = await world.phone(ULLA)
    port = urlsplit(world.settings.ari_url).port
    assert port is not None
    assert world.system.service_pid is not None
    assert drop_connections(world.system.service_pid, to_port=port)
    await scene.talking.hangup()
    line = await ulla.rings(within=LONG)
    await line.answer()
    await scene.waiting.talks_to(line, within=LONG)
    await scene.listening.press("9")
    await world.hears(scene.listening, "Elsa Hedström is in a meeting", pieces=2, within=LONG)
    await refused(line.transfer(MOBILE))
    assert "ari.connected" in world.service_log_of_this_test(), "the connection was not lost"


def knows_after_a_crash(world: World, account: str) -> bool:
    """Asterisk's database is written to the disk once a second, and what it had not written dies with it."""
    file = world.system.asterisk.folder / "lib" / "astdb.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        contacts = database.execute(
            "SELECT 1 FROM astdb WHERE key LIKE ?", (f"/registrar/contact/{account};%",)
        )
        return contacts.fetchone() is not None


async def test_asterisk_restarted_is_served_again_by_itself(world: World) -> None:
    elsa = await world.phone(ELSA)
    await world.given_absent(FREDRIK, reason="sammanträde", until=timedelta(hours=2))
    lost = await world.citizen("0980319241", dials=world.direct_number(ELSA))
    line = await elsa.rings(within=LONG)
    await line.answer()
    await lost.talks_to(line, within=LONG)
    await until(lambda: knows_after_a_crash(world, ELSA), what="where her phone is, on the disk")

    await world.system.asterisk.kill()
    await until(lambda: is_ready(world, 503), within=LONG, what="the service says what is missing")
    await world.system.asterisk.start()
    await until(lambda: is_ready(world), within=LONG, what="the service connected again")
    await asyncio.gather(lost.hangup(), line.hangup())
    caller = await world.citizen("0980319242", dials=world.direct_number(FREDRIK))
    await world.hears(caller, "Fredrik Ståhl är på sammanträde", pieces=2, within=LONG)

    caller = await world.citizen("0980319243", dials=world.direct_number(ELSA))
    line = await elsa.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)


def delayed_by_others(world: World) -> timedelta:
    """How long the service could have run, and other programs had the processor (Linux' sched-stats.rst, schedstat)."""
    _, waited, _ = Path(f"/proc/{world.system.service_pid}/schedstat").read_text().split()
    return timedelta(microseconds=int(waited) / 1000)


async def test_a_service_whose_web_port_somebody_else_has_serves_calls_and_the_web_when_it_is_free(
    world: World,
) -> None:
    elsa = await world.phone(ELSA)
    await world.system.stop_service()
    settings = world.settings
    with socket.create_server((settings.web_host, settings.web_port)):
        starting = asyncio.create_task(world.system.start_service())
        await world.system.tells(b"event=web.not_listening", LONG)
        caller = await world.citizen("0980319248", dials=world.direct_number(ELSA))
        line = await elsa.rings(within=LONG)
        await line.answer()
        await caller.talks_to(line, within=LONG)
        assert not starting.done()
    await starting
    story = await world.story_so_far(caller)
    assert story.events("opened"), "it is no call of the fallback's"
    await caller.talks_to(line, within=LONG)
    await caller.hangup()
