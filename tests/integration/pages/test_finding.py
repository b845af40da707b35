"""Who is found at the console: what comes late is of no earlier search, and of no other caller."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from playwright.async_api import Page, Route, expect

from integration.pages.browsing import Visit
from unit.web.pages.test_switchboard import CALL
from unit.web.town import Town, id_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

Does = Callable[[Page], Awaitable[None]]
SOUGHT, TYPED = "**/found?person=*", "**/found?*q=anna*"


async def signs_in(visit: Visit, town: Town) -> Page:
    """The console, with a caller who sought Siv."""
    town.live.up = [replace(CALL, sought=id_of("siv"))]
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    await expect(visit.page.get_by_role("combobox")).to_be_focused()
    return visit.page


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
    visit.complaints = [one for one in visit.complaints if not one.startswith("htmx:sendError,")]


async def test_what_may_be_told_is_for_the_caller_at_hand(visit: Visit, town: Town) -> None:
    """M4: another comes by themselves, in confidence, while the one who was found for the first is still shown."""
    page = await signs_in(visit, town)
    await types(page)
    mobile = page.get_by_role("article", name="Anna Berg").locator("dd", has_text="070-174")
    await expect(mobile).to_contain_text("får lämnas ut")
    town.live.up = [replace(CALL, id="hv-k-4", confidential=True)]
    town.changes.calls_stirred()
    await expect(page.locator("#current")).to_have_value("hv-k-4")
    await expect(mobile).to_contain_text("får inte lämnas ut")
    town.live.up = []
    town.changes.calls_stirred()
    await expect(mobile).to_contain_text("får lämnas ut")
