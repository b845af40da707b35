"""What is searched for in an open console is shown anew by the events when it has changed, and nobody asks for it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hanvisa.calls.live_ports import Outcome
from hanvisa.directory.tables import SessionRow
from hanvisa.policy.model import Text
from hanvisa.web.pages.live import ABSENCES, BEAT, consoles
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.switchboard import finding, searches
from hanvisa.web.pages.switchboard.parts import PARTS
from hanvisa.web.pages.switchboard.searches import Search, Searches
from hanvisa.web.problems import UNAVAILABLE, Problem
from unit.web.pages.consoles import PATH, Console, console
from unit.web.pages.test_switchboard import CALL, WAITS, does
from unit.web.pages.visiting import Visitor
from unit.web.town import NOW, Town, answer, id_of

WINDOW = "window=a-window-1"
ANNA = str(id_of("anna"))


@pytest.fixture
async def olle(town: Town) -> Visitor:
    """An operator who has signed in, and whom the client's cookies are."""
    olle = await Visitor.known(town, "olle", {"role": "operator"})
    await olle.signs_in()
    return olle


async def next_found(one: Console) -> str:
    return (await one.all(["found"]))["found"]


async def given_absent(town: Town, person: str, reason: str) -> None:
    ends = (NOW + timedelta(hours=2)).isoformat()
    body = {"person": str(id_of(person)), "reason": reason, "ends_at": ends}
    await answer(await town.ask("POST", "/absences", body), 201)


async def used_at(town: Town) -> datetime:
    async with town.database.reading() as session:
        [used] = await session.scalars(select(SessionRow.used_at))
    return used


async def test_what_is_found_is_shown_anew_when_it_changes_and_only_then(olle: Visitor, town: Town) -> None:
    async with console(town, None, path=f"{PATH}?{WINDOW}") as one:
        await olle.page(f"/switchboard/found?q=anna&{WINDOW}")
        town.live.persons = {id_of("nils")}
        town.changes.calls_stirred()
        town.live.persons = {id_of("siv")}
        town.changes.calls_stirred()
        assert "i telefon" in await next_found(one), "her colleague"
        await given_absent(town, "nils", "6")
        await given_absent(town, "anna", "1")
        shown = await next_found(one)
        assert "Sammanträde, till idag 12:00" in shown
        assert 'id="followed" value="q=anna"' in shown


async def test_what_a_change_has_changed_comes_by_the_events_and_not_with_its_answer(
    olle: Visitor, town: Town
) -> None:
    """A part in the answer would be made before a newer one that comes by the events, and could be shown after it."""
    town.live.up = [CALL]
    async with console(town, None) as one:
        await one.all(PARTS)
        town.live.up = [replace(CALL, held=True, stage="OnHold")]
        status, said = await does(olle, f"/switchboard/calls/{CALL.id}/hold")
        assert (status, said.strip()) == (200, '<div hx-swap-oob="innerHTML:#said"></div>')
        town.changes.calls_stirred()  # as a call does that is put on hold
        assert "Återta" in (await one.all(["mine"]))["mine"]
        assert (await does(olle, "/switchboard/state", state="paused"))[0] == 200
        assert "Pausad" in (await one.all(["me"]))["me"]


@pytest.mark.parametrize(("outcome", "status"), [("done", 200), ("not_now", 409)])
async def test_each_change_shows_whoever_asks_for_it_who_their_callers_are_be_it_as_it_was(
    olle: Visitor, town: Town, outcome: str, status: int
) -> None:
    """By that a page knows that what it shows is so: where one is refused, the hold before it may be done."""
    town.live.up = [CALL]
    town.live.outcome = Outcome(outcome)
    async with console(town, None) as one, console(town) as others:
        before = (await one.all(PARTS))["mine"]
        await others.all(PARTS)
        assert (await does(olle, f"/switchboard/calls/{CALL.id}/hold"))[0] == status
        assert await one.next() == ("mine", before)
        town.live.up = [CALL, WAITS]
        town.changes.calls_stirred()
        assert (await others.next())[0] == "waiting", "what was not theirs"


@pytest.mark.parametrize("path", [PATH, ABSENCES])
async def test_after_each_change_a_page_is_told_that_its_connection_lives(town: Town, path: str) -> None:
    olle = await Visitor.known(town, "olle", {"role": "operator"}, {"role": "admin"})
    await olle.signs_in()
    async with console(town, None, path=path) as one:
        await beats(one)
        assert (await does(olle, f"/switchboard/persons/{ANNA}/flag"))[0] == 200
        await beats(one)


async def beats(one: Console) -> None:
    """The next beat, sooner than by the clock."""
    async with asyncio.timeout(BEAT / 2):
        while await one.response.content.readline() != b"event: beat\n":
            assert not one.response.content.at_eof()


async def test_a_page_that_is_left_open_does_not_keep_its_session_alive(olle: Visitor, town: Town) -> None:
    async with console(town, None, path=f"{PATH}?{WINDOW}") as one:
        await olle.page(f"/switchboard/found?q=anna&{WINDOW}")
        used = await used_at(town)
        town.clock.advance(timedelta(minutes=10))
        town.live.persons = {id_of("anna")}
        town.changes.calls_stirred()
        assert "i telefon" in await next_found(one)
        assert await used_at(town) == used
        await olle.page(f"/switchboard/found?q=anna&{WINDOW}")
        assert await used_at(town) > used


async def test_a_page_that_connects_anew_says_what_it_shows(olle: Visitor, town: Town) -> None:
    async with console(town, None, path=f"{PATH}?{WINDOW}&q=rektor") as one:
        assert "Anna Berg" in await next_found(one)
    async with console(town, None, path=f"{PATH}?{WINDOW}&person={ANNA}&call=hv-k-1") as one:
        assert f'value="person={ANNA}&amp;call=hv-k-1"' in await next_found(one)


async def test_what_may_be_told_is_known_as_soon_as_the_call_is_confidential(
    olle: Visitor, town: Town
) -> None:
    """M4."""
    town.live.up = [CALL]
    async with console(town, None, path=f"{PATH}?{WINDOW}") as one:
        assert "får lämnas ut" in await olle.page(f"/switchboard/found?q=anna&call=hv-k-1&{WINDOW}")
        town.live.up = [replace(CALL, confidential=True)]
        town.changes.calls_stirred()
        assert "får inte lämnas ut" in await next_found(one)


async def test_nothing_is_shown_in_others_windows_nor_where_nothing_is_searched_for_any_more(
    olle: Visitor, town: Town
) -> None:
    async with (
        console(town, None, path=f"{PATH}?{WINDOW}") as one,
        console(town, "admin", path=f"{PATH}?{WINDOW}") as other,
    ):
        await olle.page(f"/switchboard/found?q=anna&{WINDOW}")
        await given_absent(town, "anna", "1")
        await next_found(one)
        await olle.page(f"/switchboard/found?q=&{WINDOW}")
        await given_absent(town, "siv", "1")
        await answer(await town.ask("POST", "/notices", {"text": "Skolan har flyttat."}), 201)
        for each in (one, other):
            names = []
            while not names or names[-1] != "notices":
                name, html = await each.next()
                names += [name] if name == "found" or "Skolan" in html or each is other else []
            assert "found" not in names


async def test_of_two_searches_the_one_that_was_asked_for_last_is_followed_however_late_the_first_is(
    olle: Visitor, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    render, is_asked, may_come = finding.render, asyncio.Event(), asyncio.Event()

    async def late(page: Page, search: Search) -> str:
        if search.q == "anna":
            is_asked.set()
            await may_come.wait()
        return await render(page, search)

    monkeypatch.setattr(finding, "render", late)
    async with console(town, None, path=f"{PATH}?{WINDOW}") as one:
        first = asyncio.create_task(olle.page(f"/switchboard/found?q=anna&{WINDOW}"))
        await is_asked.wait()
        await olle.page(f"/switchboard/found?q=siv&{WINDOW}")
        may_come.set()
        await first
        town.live.persons = {id_of("siv")}
        town.changes.calls_stirred()
        assert 'value="q=siv"' in await next_found(one)


async def test_who_was_chosen_and_is_gone_is_no_longer_followed(olle: Visitor, town: Town) -> None:
    async with console(town, None, path=f"{PATH}?{WINDOW}") as one:
        await olle.page(f"/switchboard/found?person={ANNA}&{WINDOW}")
        etag = (await town.ask("GET", f"/persons/{ANNA}")).headers["ETag"]
        await answer(await town.ask("DELETE", f"/persons/{ANNA}", if_match=etag), 200)
        await olle.page(f"/switchboard/found?q=siv&{WINDOW}")
        town.live.persons = {id_of("siv")}
        town.changes.calls_stirred()
        assert "Siv Åkerström" in await next_found(one)


async def test_what_could_not_be_made_once_is_followed_still(
    olle: Visitor, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = finding.render

    async def is_away(*_: object) -> str:
        monkeypatch.setattr(finding, "render", render)
        raise Problem(UNAVAILABLE, Text(sv="Databasen svarar inte.", en="The database does not answer."))

    monkeypatch.setattr(consoles, "AGAIN", 0.01)
    async with console(town, None, path=f"{PATH}?{WINDOW}") as one:
        await olle.page(f"/switchboard/found?q=siv&{WINDOW}")
        monkeypatch.setattr(finding, "render", is_away)
        town.live.persons = {id_of("siv")}
        town.changes.calls_stirred()
        assert "i telefon" in await next_found(one)


def test_a_search_that_ends_takes_none_with_it_that_has_begun_meanwhile() -> None:
    known, window, gone, begun = Searches(), (id_of("olle"), "a-window-1"), Search(person=ANNA), Search("siv")
    known.note(window, gone)
    known.note(window, begun)
    known.end(window, gone)
    assert known.of(window) == begun
    known.end(window, begun)
    assert not known.of(window)


def test_only_so_many_windows_are_followed_and_one_without_a_name_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(searches, "MOST", 2)
    known, olle = Searches(), id_of("olle")
    for window in ("first-one", "second-one", "first-one", "third-one", ""):
        known.note((olle, window), Search("anna"), "shown")
    followed = {
        window: bool(known.of((olle, window))) for window in ("first-one", "second-one", "third-one", "")
    }
    assert followed == {"first-one": True, "second-one": False, "third-one": True, "": False}
    assert not known.is_news((olle, "first-one"), Search("anna"), "shown")
    assert known.is_news((olle, "first-one"), Search("anna"), "shown otherwise")
    assert not known.is_news((olle, "first-one"), Search("siv"), "of a search that is over")
