"""Consoles that are open: what changes shows in all of them, and a lost connection mends itself."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Locator, Route, expect
from prometheus_client import CollectorRegistry

from hanvisa.calls.live_ports import Outcome
from hanvisa.config import Settings
from hanvisa.web.app import create_app
from hanvisa.web.pages import live
from hanvisa.web.pages.live.consoles import Console
from hanvisa.web.services import SERVICES
from integration.pages.browsing import Late, Visit
from integration.pages.test_messages import writes
from unit.web.pages.test_switchboard import CALL, WAITS
from unit.web.town import NOW, Founded, Town, id_of, open_town

pytestmark = pytest.mark.asyncio(loop_scope="session")

OPERATOR: dict[str, object] = {"role": "operator"}


def waiting(visit: Visit) -> Locator:
    return visit.page.locator("#part-waiting li")


async def test_two_consoles_agree_each_in_its_language(browser: Browser, town: Town) -> None:
    async with Visit.begun(browser, town) as olle, Visit.begun(browser, town) as anna:
        await olle.signs_in("olle", OPERATOR, to="/switchboard")
        await anna.signs_in("anna", OPERATOR, to="/switchboard")
        await anna.in_english()
        town.live.up = [WAITS]
        town.changes.calls_stirred()
        for console in (olle, anna):
            await expect(waiting(console)).to_contain_text("0980-31 92 45")
        town.live.up = [replace(WAITS, rings=(id_of("olle"),))]
        town.changes.calls_stirred()
        await expect(waiting(olle)).to_contain_text("ringer hos dig")
        await expect(waiting(anna)).to_contain_text("rings at Olle Ek")
        town.live.up = []
        town.changes.calls_stirred()
        for console in (olle, anna):
            await expect(waiting(console)).to_have_count(0)


async def test_a_part_that_is_made_anew_leaves_the_keyboard_where_it_was(visit: Visit, town: Town) -> None:
    await visit.signs_in("olle", OPERATOR, to="/switchboard")
    town.live.up = [WAITS]
    town.changes.calls_stirred()
    answering = visit.page.locator(f"#answer-{WAITS.id}")
    await answering.focus()
    town.live.up = [replace(WAITS, confidential=True)]
    town.changes.calls_stirred()
    await expect(waiting(visit)).to_contain_text("Sekretess")
    await expect(answering).to_be_focused()


async def test_a_change_whose_button_is_made_anew_meanwhile_is_over_when_it_is_answered(
    visit: Visit, town: Town
) -> None:
    """The call changes, and its part of the page, before the answer comes: as it may whenever one puts on hold."""
    town.live.up = [CALL]
    await visit.signs_in("olle", OPERATOR, to="/switchboard")
    page, hold = visit.page, visit.page.locator(f"#hold-{CALL.id}")

    async def late(route: Route) -> None:
        response = await route.fetch()
        town.live.up = [replace(CALL, held=True, stage="OnHold")]
        town.changes.calls_stirred()
        await expect(hold).to_contain_text("Återta")
        assert await page.evaluate("underWay.size") == 1
        await route.fulfill(response=response)

    await page.route("**/hold", late)
    async with page.expect_response("**/hold"):
        await hold.press("Enter")
    await page.evaluate(
        "new Promise(over => { const look = () => underWay.size ? setTimeout(look, 10) : over(); look(); })"
    )


async def test_who_begins_to_wait_while_an_answer_is_on_its_way_stays_shown(visit: Visit, town: Town) -> None:
    """The answer to what one did is older than they."""
    town.live.up = [CALL]
    await visit.signs_in("olle", OPERATOR, to="/switchboard")
    late = await Late.held(visit.page, f"/switchboard/calls/{CALL.id}/hold")
    await visit.page.keyboard.press("F4")
    await late.made.wait()
    town.live.up = [CALL, WAITS]
    town.changes.calls_stirred()
    await expect(waiting(visit)).to_have_count(1)
    await late.comes()
    await expect(waiting(visit)).to_have_count(1)


async def test_what_one_does_shows_soon_also_where_the_connection_is_dead_and_nobody_knows_it(
    visit: Visit, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.live.up = [CALL]
    await visit.signs_in("olle", OPERATOR, to="/switchboard")
    await dies(visit, town, monkeypatch)
    await holds(visit, town)
    await expect(visit.page.locator("#connection")).to_be_empty()


async def test_who_goes_on_trying_does_not_put_off_that_a_dead_connection_is_mended(
    visit: Visit, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing shows, so the key is pressed again every second."""
    town.live.up = [CALL]
    await visit.signs_in("olle", OPERATOR, to="/switchboard")
    await dies(visit, town, monkeypatch)
    await visit.page.evaluate("void setInterval(act, SOON / 3, 'F4')")
    town.live.up = [replace(CALL, held=True, stage="OnHold")]
    await expect(visit.page.locator(f"#hold-{CALL.id}")).to_contain_text("Återta", timeout=10_000)


async def test_a_connection_that_lives_is_kept_whatever_is_asked_for(visit: Visit, town: Town) -> None:
    """Nothing of the console is otherwise after a message, or a flag, or what is refused."""
    town.live.up = [CALL]
    await visit.signs_in("olle", OPERATOR, to="/switchboard")
    page = visit.page
    await open_consoles(visit, town)
    await writes(visit, "Ring om bygglovet")
    connects: list[str] = []
    page.on("request", lambda asked: connects.append(asked.url) if "/events" in asked.url else None)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#said")).to_contain_text("är skickat")
    await page.evaluate("new Promise(over => setTimeout(over, SOON + 500))")
    town.live.outcome = Outcome("not_now")
    async with page.expect_response("**/hold") as answered:
        await page.keyboard.press("F4")
    assert (await answered.value).status == 409
    await page.evaluate("new Promise(over => setTimeout(over, SOON + 500))")
    assert connects == []


@pytest.mark.parametrize(
    "asks",
    ["document.body.removeAttribute('hx-headers'); act('F4')", "void htmx.ajax('post', '/admin/exceptions')"],
    ids=["perhaps not meant", "not for this role"],
)
async def test_nor_is_it_torn_down_by_what_is_refused_before_anything_is_done(
    visit: Visit, town: Town, asks: str
) -> None:
    town.live.up = [CALL]
    await visit.signs_in("olle", OPERATOR, to="/switchboard")
    page = visit.page
    await open_consoles(visit, town)
    await writes(visit, "Ring om bygglovet")  # meanwhile every part of it has come
    connects: list[str] = []
    page.on("request", lambda asked: connects.append(asked.url) if "/events" in asked.url else None)
    async with page.expect_response(lambda response: response.request.method == "POST") as answered:
        await page.evaluate(asks)
    assert (await answered.value).status == 403
    await expect(page.locator("#problem")).not_to_be_empty()
    await page.evaluate("new Promise(over => setTimeout(over, SOON + 500))")
    assert connects == []
    assert not await page.evaluate("isMoving"), "keys are for the caller again"
    assert town.live.asked == []


async def test_what_one_does_shows_at_once_also_where_the_connection_is_known_to_be_lost(
    visit: Visit, town: Town
) -> None:
    town.live.up = [CALL]
    await visit.signs_in("olle", OPERATOR, to="/switchboard")
    await open_consoles(visit, town)
    lost = visit.page.locator("#connection")
    await visit.page.evaluate("AGAIN.fill(600_000)")
    server = town.client.server.runner.server
    assert server is not None
    for connection in server.connections:
        assert connection.transport is not None
        connection.transport.abort()
    await expect(lost).to_contain_text("Ingen kontakt med tjänsten")
    await holds(visit, town)
    await expect(lost).to_be_empty()


async def dies(visit: Visit, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing comes by the connection any more, and nobody knows it."""
    dead, show = await open_consoles(visit, town), Console.show
    monkeypatch.setattr(
        Console, "show", lambda one, name, html: None if one in dead else show(one, name, html)
    )


async def open_consoles(visit: Visit, town: Town) -> frozenset[Console]:
    """As soon as they show what is so."""
    town.live.up = [replace(one, confidential=one.id == CALL.id) for one in town.live.up]
    town.changes.calls_stirred()
    await expect(visit.page.locator("#part-mine mark")).to_have_text("Sekretess")
    return frozenset(town.client.app[live._CONSOLES]._open)


async def holds(visit: Visit, town: Town) -> None:
    town.live.up = [replace(CALL, held=True, stage="OnHold")]
    town.changes.calls_stirred()
    await visit.page.keyboard.press("F4")
    await expect(visit.page.locator(f"#hold-{CALL.id}")).to_contain_text("Återta")


async def test_how_long_somebody_waits_is_reckoned_by_the_services_clock(visit: Visit, town: Town) -> None:
    """Which is not that of the computer: in the town it is another year."""
    await visit.signs_in("olle", OPERATOR, to="/switchboard")
    town.live.up = [replace(WAITS, since=NOW - timedelta(seconds=90))]
    town.changes.calls_stirred()
    await expect(waiting(visit).locator("time")).to_have_text(re.compile(r"^1:3\d$"))


async def test_a_lost_connection_is_told_and_mends_itself_with_nothing_missed(
    browser: Browser, founded: Founded, tmp_path: Path
) -> None:
    async with (
        open_town(founded, tmp_path, Settings(state=tmp_path)) as town,
        Visit.begun(browser, town) as visit,
    ):
        lost = visit.page.locator("#connection")
        await visit.signs_in("olle", OPERATOR, to="/switchboard")
        await visit.page.get_by_role("button", name="English").focus()
        await expect(lost).to_be_empty()
        port = town.client.server.port
        assert port is not None
        await town.client.server.close()
        await expect(lost).to_contain_text("Ingen kontakt med tjänsten")
        await visit.is_accessible()
        town.live.up = [WAITS]
        anew = replace(town.client.app[SERVICES], metrics=CollectorRegistry())
        async with TestServer(create_app(anew), port=port):
            await expect(waiting(visit)).to_contain_text("0980-31 92 45", timeout=10_000)
            await expect(lost).to_be_empty()
            town.live.up = []
            town.changes.calls_stirred()
            await expect(waiting(visit)).to_have_count(0)
