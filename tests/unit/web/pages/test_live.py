"""What changes comes to every open console: made once for all who are shown the same, and sent where it is new."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientPayloadError

from hanvisa import changes as telling
from hanvisa.calls.live_ports import LiveCall
from hanvisa.changes import Changes, Topic
from hanvisa.config import Settings
from hanvisa.lab.waiting import until
from hanvisa.policy.register import Register
from hanvisa.testing import FakeClock
from hanvisa.web import event_stream
from hanvisa.web.pages import live
from hanvisa.web.pages.live import consoles
from hanvisa.web.pages.switchboard.searches import Searches
from unit.web.pages.consoles import PATH, Console, Made, console
from unit.web.pages.test_sharing import page_of
from unit.web.pages.test_switchboard import CALL
from unit.web.pages.visiting import Visitor
from unit.web.town import Founded, Town, answer, id_of, open_town

ALL = CALLS, OPERATORS, PRESENCE, NOTICES, _ = tuple(Made(f"{topic}-part") for topic in Topic)
LINE = "x" * 1023 + "\n"
NAMES = [made.name for made in ALL]


@pytest.fixture
async def town(
    founded: Founded, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    """With parts of our own."""
    monkeypatch.setattr(
        live, "PARTS", {made.name: made.part(topic) for made, topic in zip(ALL, Topic, strict=True)}
    )
    for made in ALL:
        made.html, made.by, made.fails = "first", [], False
    async with open_town(founded, tmp_path, settings) as town:
        yield town


def changes(*made: Made, to: str) -> None:
    for one in made:
        one.html, one.by = to, []


async def test_a_console_begins_with_everything_as_it_is_now_also_after_a_break(town: Town) -> None:
    async with console(town) as first:
        assert await first.all(NAMES) == dict.fromkeys(NAMES, "first")
    changes(*ALL, to="two\nlines")
    async with console(town, after="whatever it saw last") as again:
        assert await again.all(NAMES) == dict.fromkeys(NAMES, "two\nlines")


async def test_each_change_comes_where_it_shows(town: Town) -> None:
    async with console(town) as one, console(town, "admin") as other:
        for each in (one, other):
            await each.all(NAMES)

        async def shows(*made: Made, to: str) -> None:
            for each in (one, other):
                assert await each.all(each.name for each in made) == {each.name: to for each in made}

        changes(OPERATORS, to="paused")
        await answer(await town.ask("POST", f"/operators/{id_of('olle')}/state", {"state": "paused"}), 200)
        await shows(OPERATORS, to="paused")

        changes(PRESENCE, to="absent")
        absence = {"person": str(id_of("anna")), "reason": "1", "ends_at": "2026-08-05T14:00:00+02:00"}
        await answer(await town.ask("POST", "/absences", absence), 201)
        await shows(PRESENCE, to="absent")

        changes(NOTICES, to="a notice")
        await answer(await town.ask("POST", "/notices", {"text": "Skolan flyttar."}), 201)
        await shows(NOTICES, to="a notice")

        changes(PRESENCE, to="under an exception")
        exception = {
            "scope": {"kind": "person", "id": str(id_of("anna"))},
            "reason": "Hon har jour hela dagen",
            "ends_at": "2026-08-05T14:00:00+02:00",
        }
        await answer(await town.ask("POST", "/exceptions", exception), 201)
        await shows(PRESENCE, to="under an exception")

        changes(OPERATORS, PRESENCE, to="on the phone")
        town.live.persons.add(id_of("anna"))
        town.changes.calls_stirred()
        await shows(OPERATORS, PRESENCE, to="on the phone")

        changes(CALLS, to="a call")
        town.live.up = [CALL]
        town.changes.calls_stirred()
        await shows(CALLS, to="a call")


async def test_a_burst_is_made_once_and_what_is_the_same_is_not_sent(town: Town) -> None:
    async with console(town) as one:
        await one.all(NAMES)
        changes(CALLS, OPERATORS, to="first")
        for _ in range(5):
            town.changes.tell(Topic.CALLS, Topic.OPERATORS)
        changes(NOTICES, to="a notice")
        town.changes.tell(Topic.NOTICES)
        assert await one.next() == (NOTICES.name, "a notice")
        assert (CALLS.by, OPERATORS.by) == (["operator sv"], ["operator sv"])


async def test_the_windows_of_one_user_share_what_is_made(town: Town) -> None:
    async with AsyncExitStack() as stack:
        operators = [await stack.enter_async_context(console(town)) for _ in range(4)]
        english = await stack.enter_async_context(console(town, language="en"))
        admin = await stack.enter_async_context(console(town, "admin"))
        for each in (*operators, english, admin):
            await each.all(NAMES)
        changes(CALLS, to="a call")
        town.changes.tell(Topic.CALLS)
        for each in (*operators, english, admin):
            assert await each.next() == (CALLS.name, "a call")
        assert sorted(CALLS.by) == ["admin sv", "operator en", "operator sv"]


async def test_a_part_that_fails_holds_up_no_other_and_is_made_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consoles, "AGAIN", 0.01)
    CALLS.fails = True
    async with console(town) as one:
        await one.all(name for name in NAMES if name != CALLS.name)
        CALLS.fails = False
        assert await one.next() == (CALLS.name, "first")


async def test_a_console_ends_when_its_session_does(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT", 0.05)
    olle = await Visitor.known(town, "olle", {"role": "operator"})
    await olle.signs_in()
    async with console(town, None) as one:
        await one.all(NAMES)
        out = await olle.post("/sign-out", {"X-CSRF-Token": await olle.csrf(), "HX-Request": "true"})
        assert out.status == 204
        assert await is_over(one)


async def test_each_beat_tells_the_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT", 0.05)
    async with asyncio.timeout(10), console(town) as one:
        for passed in (timedelta(0), timedelta(minutes=1)):
            town.clock.advance(passed)
            told = f"data: {town.clock.now().isoformat()}\n".encode()
            async for line in one.response.content:
                if line == told:
                    break
            else:
                pytest.fail("the stream is over")


@pytest.mark.parametrize("who", ["person", None])
async def test_who_may_not_see_calls_is_told_so_in_the_stream_where_a_browser_reads_it(
    town: Town, who: str | None
) -> None:
    async with console(town, who) as one:
        assert await is_over(one)
    assert not CALLS.by


async def test_a_page_that_shows_absences_is_told_of_those_alone(town: Town) -> None:
    async with console(town, "head", path=live.ABSENCES) as one, console(town) as other:
        assert await one.next() == ("absences", ""), "what has changed since it was read is not missed"
        await other.all(NAMES)
        town.changes.tell(Topic.CALLS, Topic.PRESENCE)
        absence = {"person": str(id_of("anna")), "reason": "1", "ends_at": "2026-08-05T14:00:00+02:00"}
        await answer(await town.ask("POST", "/absences", absence), 201)
        assert await one.next() == ("absences", "")
        assert not [made for made in ALL if "head sv" in made.by]


async def test_who_may_see_no_absences_is_told_so_in_the_stream(town: Town) -> None:
    async with console(town, None, path=live.ABSENCES) as one:
        assert await is_over(one)


async def test_a_slow_reader_holds_up_nobody_and_then_gets_what_is_newest(town: Town) -> None:
    large = LINE * 2**10
    async with console(town) as slow, console(town) as quick:
        for each in (slow, quick):
            await each.all(NAMES)
        for number in range(40):  # more than the sockets in between hold
            changes(CALLS, to=f"{number}\n{large}end")
            town.changes.tell(Topic.CALLS)
            assert await quick.next() == (CALLS.name, CALLS.html)
        got = [await slow.next()]
        while got[-1] != (CALLS.name, CALLS.html):
            got.append(await slow.next())
        assert len(got) < 40


async def test_who_takes_nothing_is_let_go(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "TAKEN_WITHIN", 0.05)
    CALLS.html = LINE * 2**15
    async with console(town) as one:
        open_ = town.client.app[live._CONSOLES]._open
        await until(lambda: not open_, within=10, what="no console")
        with pytest.raises((EOFError, ClientPayloadError)):
            await one.all(NAMES)


@pytest.mark.parametrize("path", [PATH, "/api/v1/live/events"])
async def test_a_service_that_stops_waits_for_no_open_console(town: Town, path: str) -> None:
    town.live.goes_on = True
    async with console(town, path=path) as one:
        await one.response.content.readline()
        async with asyncio.timeout(10):
            await town.client.server.close()
            await one.response.content.read()


async def is_over(one: Console) -> bool:
    """The stream ends, and says before that the page is to be opened anew."""
    async with AsyncExitStack() as stack:
        said = await one.next()
        stack.enter_context(pytest.raises(EOFError))
        await one.next()
    return said == ("over", "")


async def test_while_nobody_looks_calls_are_not_held_up(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking at what a call has changed takes longer the more calls there are."""
    monkeypatch.setattr(telling, "BURST", 0)
    looks = 0

    def calls() -> tuple[LiveCall, ...]:
        nonlocal looks
        looks += 1
        return ()

    changes = Changes(calls, frozenset, Register, FakeClock().now)
    open_ones = consoles.Consoles((), Searches(), changes)
    following = asyncio.create_task(open_ones.follow())

    async def a_call_stirs() -> int:
        before = looks
        changes.calls_stirred()
        for _ in range(20):
            await asyncio.sleep(0)
        return looks - before

    assert await a_call_stirs() == 0
    with open_ones.opened(page_of(town, "olle")):
        assert await a_call_stirs() == 1
        with open_ones.watched(page_of(town, "olle"), Topic.ABSENCES):
            assert await a_call_stirs() == 1
        assert await a_call_stirs() == 1
    changes.tell(
        Topic.NOTICES
    )  # for a change it was waiting when the last one was closed; one comes each minute
    await a_call_stirs()
    assert await a_call_stirs() == 0
    following.cancel()
