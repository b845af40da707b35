"""Who is found at the console: what comes late is of no earlier search, and of no other caller."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from playwright.async_api import Locator, Page, Route, expect

from hanvisa.policy.model import Text
from hanvisa.web.pages.switchboard import finding
from hanvisa.web.problems import UNAVAILABLE, Problem
from integration.pages.browsing import Late, Visit
from integration.pages.test_answered_by_others import (
    ITS_OWN,
    answered_by_a_proxy,
    is_asked_every_two_seconds,
    listens,
)
from unit.web.pages.test_switchboard import CALL
from unit.web.town import Town, id_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

Does = Callable[[Page], Awaitable[None]]
SOUGHT, TYPED = "**/found?person=*", "**/found?*q=anna*"


async def signs_in(visit: Visit, town: Town) -> Page:
    """The console, with a caller who sought Siv, when all its parts have come."""
    town.live.up = [replace(CALL, sought=id_of("siv"))]
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    await threatens(visit.page, town)
    await expect(visit.page.get_by_role("combobox")).to_be_focused()
    return visit.page


async def threatens(page: Page, town: Town) -> None:
    """Whoever is on the line: when it shows, what was on its way to the console before has come."""
    town.live.up = [replace(one, threat=True) for one in town.live.up]
    town.changes.calls_stirred()
    await expect(page.locator("#part-mine mark", has_text="Hotsamtal")).to_be_visible()


async def another_comes(page: Page, town: Town) -> None:
    """By themselves, in confidence."""
    town.live.up = [replace(CALL, id="hv-k-4", confidential=True)]
    town.changes.calls_stirred()
    await expect(page.locator("#current")).to_have_value("hv-k-4")


async def is_confidential(page: Page, town: Town) -> None:
    """Whoever is on the line: their part is made anew."""
    town.live.up = [replace(one, confidential=True) for one in town.live.up]
    town.changes.calls_stirred()
    await expect(page.locator("#part-mine mark", has_text="Sekretess")).to_be_visible()


def annas_mobile(page: Page) -> Locator:
    return page.get_by_role("article", name="Anna Berg").locator("dd", has_text="070-174")


async def seeks(page: Page) -> None:
    await page.keyboard.press("Shift+F12")


async def types(page: Page) -> None:
    await page.get_by_role("combobox").fill("anna berg")


async def leaves(page: Page) -> None:
    await page.keyboard.press("Escape")


@pytest.mark.parametrize(
    ("asks", "shown"),
    [
        ((seeks, SOUGHT, types), ["Anna Berg"]),
        ((types, TYPED, seeks), ["Siv Åkerström"]),
        ((seeks, SOUGHT, leaves), []),
    ],
)
async def test_what_is_asked_for_first_and_is_late_is_given_up(
    visit: Visit, town: Town, asks: tuple[Does, str, Does], shown: list[str]
) -> None:
    first, address, then = asks
    page, asked, may_come = await signs_in(visit, town), asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        response = await route.fetch()
        asked.set()
        await may_come.wait()
        await route.fulfill(response=response)

    await page.route(address, late)
    await first(page)
    await asked.wait()
    async with page.expect_event("requestfailed"):
        await then(page)
    may_come.set()
    await expect(page.get_by_role("option")).to_have_count(len(shown))
    await expect(page.get_by_role("option")).to_contain_text(shown)


async def test_what_got_no_answer_is_not_asked_for_again_once_something_else_is(
    visit: Visit, town: Town
) -> None:
    page = await signs_in(visit, town)

    async def gone(route: Route) -> None:
        await route.abort("internetdisconnected")

    await page.route(SOUGHT, gone)
    await seeks(page)
    await expect(page.locator("#problem")).to_contain_text("frågar igen")
    await page.unroute(SOUGHT)
    await types(page)
    await expect(page.get_by_role("option")).to_contain_text(["Anna Berg"])
    await expect(page.locator("#problem")).to_be_empty()
    await page.evaluate("new Promise(over => setTimeout(over, ASKS_AGAIN_AFTER + 500))")
    await expect(page.get_by_role("option")).to_contain_text(["Anna Berg"])
    visit.lost_the_network()


async def test_nor_while_something_else_is_on_its_way(visit: Visit, town: Town) -> None:
    page = await signs_in(visit, town)
    async with answered_by_a_proxy(page, SOUGHT):
        await seeks(page)
        await expect(page.locator("#problem")).to_contain_text("frågar igen")
    late = await Late.held(page, "/switchboard/found")
    await types(page)
    await late.made.wait()
    await page.evaluate("new Promise(over => setTimeout(over, ASKS_AGAIN_AFTER + 500))")
    await late.comes()
    await expect(page.get_by_role("option")).to_contain_text(["Anna Berg"])
    await expect(page.locator("#problem")).to_be_empty()


async def test_what_is_left_before_it_is_asked_for_again_is_not_shown(visit: Visit, town: Town) -> None:
    page = await signs_in(visit, town)
    async with answered_by_a_proxy(page, SOUGHT):
        await seeks(page)
        await expect(page.locator("#problem")).to_contain_text("frågar igen")
    await leaves(page)
    await expect(page.locator("#problem")).to_be_empty()
    await page.evaluate("new Promise(over => setTimeout(over, ASKS_AGAIN_AFTER + 500))")
    await expect(page.get_by_role("option")).to_have_count(0)


async def test_what_is_left_while_it_is_asked_for_again_is_told_no_more(visit: Visit, town: Town) -> None:
    page = await signs_in(visit, town)
    async with answered_by_a_proxy(page, SOUGHT):
        await seeks(page)
        await expect(page.locator("#problem")).to_contain_text("frågar igen")
    asked, may_come = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        asked.set()
        await may_come.wait()
        await route.abort()

    await page.route(SOUGHT, late)
    await asked.wait()
    async with page.expect_event("requestfailed"):
        await leaves(page)
    may_come.set()
    await expect(page.locator("#problem")).to_be_empty()


async def test_what_may_be_told_is_for_the_caller_at_hand(visit: Visit, town: Town) -> None:
    """M4: another comes while the one who was found for the first is still shown."""
    page = await signs_in(visit, town)
    await types(page)
    mobile = annas_mobile(page)
    await expect(mobile).to_contain_text("(får lämnas ut)")
    late = await Late.held(page, "/switchboard/found?q=anna+berg")
    await another_comes(page, town)
    await late.made.wait()
    await expect(mobile).to_be_hidden()
    await expect(page.get_by_role("article", name="Anna Berg")).to_be_visible()
    await late.comes()
    await expect(mobile).to_contain_text("får inte lämnas ut")
    await expect(mobile).to_be_visible()
    town.live.up = []
    town.changes.calls_stirred()
    await expect(mobile).to_contain_text("(får lämnas ut)")
    await expect(page.locator("#followed")).to_have_attribute("data-call", "")


async def test_so_is_what_was_on_its_way_when_they_came(visit: Visit, town: Town) -> None:
    page = await signs_in(visit, town)
    late = await Late.held(page, "/switchboard/found")
    await types(page)
    await late.made.wait()
    await another_comes(page, town)
    await late.comes()
    await expect(annas_mobile(page)).to_contain_text("får inte lämnas ut")


async def test_so_is_what_stands_there_when_what_was_on_its_way_is_given_up(visit: Visit, town: Town) -> None:
    """Whom the one before sought is asked for: it fails, and the button that asked has gone with them."""
    page, asked, may_come = await signs_in(visit, town), asyncio.Event(), asyncio.Event()
    await types(page)
    mobile = annas_mobile(page)
    await expect(mobile).to_contain_text("(får lämnas ut)")

    async def fails(route: Route) -> None:
        asked.set()
        await may_come.wait()
        await route.fulfill(status=502, content_type="text/html", body=ITS_OWN)

    await page.route(SOUGHT, fails)
    await seeks(page)
    await asked.wait()
    await another_comes(page, town)
    may_come.set()
    await expect(page.locator("#problem")).to_contain_text("frågar igen")
    await expect(mobile).to_be_hidden()
    await expect(mobile).to_contain_text("får inte lämnas ut")
    await expect(mobile).to_be_visible()
    await expect(page.locator("#problem")).to_be_empty()


async def is_sought_over_a_network_that_fails(visit: Visit, meanwhile: Callable[[], Awaitable[None]]) -> None:
    """Once, and again when it is asked for again: the button that asks has been made anew by then, or has gone."""
    page, asked, may_fail = visit.page, asyncio.Event(), asyncio.Event()

    async def fails(route: Route) -> None:
        asked.set()
        await may_fail.wait()
        await route.abort("internetdisconnected")

    await page.route(SOUGHT, lambda route: route.abort("internetdisconnected"))
    await seeks(page)
    await expect(page.locator("#problem")).to_contain_text("frågar igen")
    await page.route(SOUGHT, fails)
    await asked.wait()
    await meanwhile()
    async with page.expect_event("requestfailed"):
        may_fail.set()


async def test_so_is_what_stands_there_when_the_network_fails_as_they_come(visit: Visit, town: Town) -> None:
    page = await signs_in(visit, town)
    await types(page)
    mobile = annas_mobile(page)
    await expect(mobile).to_contain_text("(får lämnas ut)")
    await is_sought_over_a_network_that_fails(visit, lambda: another_comes(page, town))
    await expect(mobile).to_contain_text("får inte lämnas ut")
    await expect(mobile).to_be_visible()
    await expect(page.locator("#problem")).to_be_empty()
    visit.lost_the_network()


async def test_that_the_page_asks_again_is_told_no_more_once_who_asked_has_gone(
    visit: Visit, town: Town
) -> None:
    """The caller stays: only their part is made anew."""
    page = await signs_in(visit, town)
    await is_sought_over_a_network_that_fails(visit, lambda: is_confidential(page, town))
    await expect(page.locator("#problem")).to_be_empty()
    visit.lost_the_network()


async def test_what_is_asked_for_again_is_not_given_up_for_another_caller(visit: Visit, town: Town) -> None:
    """Siv is shown, and a proxy answers for Anna as they come: Anna is who is shown in the end."""
    page = await signs_in(visit, town)
    await seeks(page)
    await expect(page.get_by_role("option")).to_contain_text(["Siv Åkerström"])
    async with answered_by_a_proxy(page, TYPED):
        await types(page)
        await expect(page.locator("#problem")).to_contain_text("frågar igen")
        await another_comes(page, town)
        await threatens(page, town)
    await expect(page.get_by_role("option")).to_contain_text(["Anna Berg"])
    await expect(annas_mobile(page)).to_contain_text("får inte lämnas ut")


async def test_what_is_refused_for_another_caller_is_asked_for_once(visit: Visit, town: Town) -> None:
    page, asked = await signs_in(visit, town), list[str]()
    await types(page)
    await expect(annas_mobile(page)).to_be_visible()

    async def refuses(route: Route) -> None:
        asked.append(route.request.url)
        response = await route.fetch(url=route.request.url.replace("q=anna+berg", "person=nobody"))
        await route.fulfill(response=response)

    await page.route("**/found?q=anna+berg&*", refuses)
    await another_comes(page, town)
    await expect(page.locator("#problem")).not_to_be_empty()
    await threatens(page, town)
    assert len(asked) == 1
    await expect(page.get_by_role("article", name="Anna Berg")).to_be_visible()
    await expect(annas_mobile(page)).to_be_hidden()


async def is_away(*_: object) -> str:
    raise Problem(UNAVAILABLE, Text(sv="Databasen svarar inte.", en="The database does not answer."))


async def test_what_the_service_had_no_answer_to_for_another_caller_comes_and_is_followed(
    visit: Visit, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await signs_in(visit, town)
    await types(page)
    mobile, option = annas_mobile(page), page.get_by_role("option")
    await expect(mobile).to_contain_text("(får lämnas ut)")
    await expect(option).to_contain_text("på plats")
    with monkeypatch.context() as database:
        database.setattr(finding, "render", is_away)
        await another_comes(page, town)
        await expect(page.locator("#problem")).to_contain_text("frågar igen")
        await expect(mobile).to_be_hidden()
    await expect(mobile).to_contain_text("får inte lämnas ut")
    await expect(mobile).to_be_visible()
    await expect(page.locator("#problem")).to_be_empty()
    town.live.persons = {id_of("anna")}
    town.changes.calls_stirred()
    await expect(option).to_contain_text("i telefon")


async def test_it_is_asked_for_every_two_seconds_and_told_once(
    visit: Visit, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await signs_in(visit, town)
    await types(page)
    await expect(annas_mobile(page)).to_be_visible()
    await listens(page)
    monkeypatch.setattr(finding, "render", is_away)
    await another_comes(page, town)
    await expect(page.locator("#problem")).to_contain_text("frågar igen")
    await is_asked_every_two_seconds(page)
    assert await page.evaluate("read") == 1
