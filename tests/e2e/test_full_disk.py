"""The disk is full: of a message what fitted is kept, or its caller is told, and they go on; calls go on unlogged."""

from datetime import timedelta
from functools import partial
from itertools import dropwhile
from pathlib import Path
from time import monotonic

import pytest
from aiohttp import ClientSession

from e2e.support.disk import small_disk
from e2e.support.scene import is_ready
from e2e.support.switchboard import LONG
from e2e.support.world import World
from hanvisa.lab import hearing
from hanvisa.lab.alaw import decode
from hanvisa.lab.lines import Line
from hanvisa.lab.stories import Heard
from hanvisa.lab.town import web_of
from hanvisa.lab.waiting import until
from hanvisa.speech import audio

pytestmark = pytest.mark.timeout(180)  # Asterisk and the service start anew, twice

SVEN = "hallefors-218"
SPOOL, KEPT = "asterisk/spool/recording", "messages"
TONE = decode(audio.beep())
BEGINNING = hearing.melody(73, 1.5)
REST = hearing.melody(74, 6.0)
LONGEST_SILENCE = 3.0  # seconds
FAILED = "Tyvärr kunde meddelandet inte tas emot. Sven Granath får veta att du vill bli uppringd"


async def test_where_it_fills_while_they_speak_what_fitted_is_kept_and_they_are_told(world: World) -> None:
    """S1. The next one finds it full: nothing is recorded, and they are rung back instead."""
    async with small_disk(world, SPOOL, kilobytes=40):  # two and a half seconds
        await world.given_absent(SVEN, until=timedelta(hours=2))
        before = kept(world)
        caller = await speaks(world, "0980319254")
        await world.hears(
            caller, "Mer än så gick inte att spela in. Tryck ett för att skicka", pieces=1, within=LONG
        )
        told = monotonic()
        await caller.press("1")
        await world.hears(caller, "Meddelandet är lämnat till Sven Granath", within=LONG)
        await caller.until_ended(within=LONG)
        assert caller.longest_silence(told) <= LONGEST_SILENCE
        [message] = kept(world) - before
        assert hearing.heard(message, BEGINNING, [REST]).hit
        assert (await world.story(caller)).outcome == "message"

        (world.settings.state / SPOOL / "something-else").write_bytes(bytes(40 * 1024))
        await is_told_and_goes_on(world, await speaks(world, "0980319255"))
        assert kept(world) == before | {message}


async def test_where_the_message_can_not_be_stored_they_are_told_and_rung_back(world: World) -> None:
    """S1."""
    async with small_disk(world, KEPT, kilobytes=4):
        await world.given_absent(SVEN, until=timedelta(hours=2))
        caller = await speaks(world, "0980319256")
        await caller.press("#")
        await world.commanded(caller, "Tryck ett för att skicka meddelandet", within=LONG)
        await caller.press("1")
        await is_told_and_goes_on(world, caller)
        assert not kept(world)


async def test_where_the_call_log_finds_no_room_the_call_goes_on_and_whoever_watches_is_told(
    world: World,
) -> None:
    """It is in the log once there is room."""
    async with small_disk(world, "outbox", kilobytes=4):
        full = world.settings.state / "outbox" / "something-else"
        full.write_bytes(bytes(4096))
        await world.given_absent(SVEN, until=timedelta(hours=2))
        caller = await world.citizen("0980319257", dials=world.direct_number(SVEN))

        async def is_told() -> bool:
            return "of the call log wait in memory" in (await missing(world)).get("call log", "")

        await until(is_told, within=LONG, what="it is told in /health/ready")
        full.unlink()
        await world.commanded(caller, "Tryck ett för att lämna ett meddelande", within=LONG)
        await until(partial(is_ready, world), within=LONG, what="all is well")
        await caller.hangup()
        assert (await world.story(caller)).events("opened")


async def missing(world: World) -> dict[str, str]:
    """By part of the service, what /health/ready says of it."""
    async with ClientSession() as session, session.get(f"{web_of(world.settings)}/health/ready") as answer:
        found: dict[str, str] = (await answer.json())["missing"]
        return found


async def speaks(world: World, number: str) -> Line:
    """A citizen who chooses to leave a message, and has begun to speak after the tone."""
    caller = await world.citizen(number, dials=world.direct_number(SVEN))
    await world.commanded(caller, "Tryck ett för att lämna ett meddelande", within=LONG)
    await caller.press("1")
    await world.commanded(caller, "efter tonen", within=LONG)
    await caller.press("1")  # enough of that
    await caller.hears(TONE, within=LONG)

    async def recorded() -> bool:
        told = (await world.story_so_far(caller)).events("signal")
        return any(each["type"] == "recording" for each in told)

    await until(recorded, within=LONG, what="it is recorded")
    began = monotonic()
    caller.say(BEGINNING)
    caller.say(REST)
    await until(lambda: len(caller.recording.since(began)) > len(BEGINNING), what="the beginning spoken")
    return caller


async def is_told_and_goes_on(world: World, caller: Line) -> None:
    """Their message failed; their wish to be rung back is stored, and they hear the ways on."""
    await world.hears(caller, FAILED, pieces=1, within=LONG)
    told = monotonic()

    async def ways_on() -> Heard | None:
        spoken = (await world.story_so_far(caller)).spoken
        after = dropwhile(lambda each: not each.words.startswith(FAILED), spoken)
        return next((each for each in after if each.words.startswith("Tryck ett för att lämna")), None)

    offered = await until(ways_on, within=LONG, what="the ways on")
    await caller.hears(offered.files[0], since=told, within=LONG)
    assert caller.longest_silence(told) <= LONGEST_SILENCE
    assert "ring_back" in [each["outcome"] for each in (await world.story(caller)).events("outcome")]
    await caller.hangup()


def kept(world: World) -> set[Path]:
    return set((world.settings.state / KEPT).glob("*.wav"))
