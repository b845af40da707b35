"""The console in a real browser with real phones: a mobile refused and then let, and a service that starts again."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from e2e.support.switchboard import (
    LONG,
    MAIN_NUMBER,
    ULLA,
    an_operator_with_a_caller,
    nobody_outside_was_rung,
    past_the_greeting,
)
from e2e.support.world import World
from hanvisa.lab.town import web_of
from integration.pages.browsing import CHROMIUM

ANNA, ANNAS_MOBILE = "hallefors-201", "0701740605"
PASSWORD = "not a secret of anybody"  # noqa: S105


@pytest_asyncio.fixture(loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=LONG * 1000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        await browser.close()


async def test_an_operator_takes_a_caller_is_refused_a_mobile_and_puts_through_once_an_exception_is_set(
    world: World, browser: Browser
) -> None:
    """O2. Who is paused is rung for a caller only when they take one."""
    await world.given_operator(ULLA, "paused")
    phone = await world.phone(ULLA)
    async with a_console(world, browser, ULLA) as page, an_admin(world, browser) as admin:
        caller = await world.citizen("0980319246", dials=MAIN_NUMBER)
        await past_the_greeting(caller)
        await expect(page.get_by_role("button", name="Svara F2")).to_be_visible()
        await expect(page.get_by_label("Väntande")).to_contain_text("Hällefors kommun")
        await page.keyboard.press("F2")
        line = await phone.rings(within=LONG)
        assert any("answer-after=0" in message for message in world.trace), (
            "it is not asked to answer by itself"
        )
        await line.answer()
        await caller.talks_to(line, within=LONG)

        await page.keyboard.type("sundq")
        await expect(page.get_by_role("article", name="Anna Sundqvist")).to_contain_text("070-174 06 05")
        await keys_are_for(page, "0980-31 92 46", found_by="sundq")
        await page.keyboard.press("Shift+F11")
        refused = page.get_by_role("region", name="Inte kopplat: Anna Sundqvist")
        await expect(refused).to_be_focused()
        await expect(refused).to_contain_text("Regel O2")
        await page.keyboard.press("1")
        await expect(page.get_by_text("Säg till den som ringer: 0980-31 92 01")).to_be_visible()
        await nobody_outside_was_rung(world)
        await caller.talks_to(line, within=LONG)

        await grants_once(admin, "Anna Sundqvist")
        await expect(page.get_by_role("article", name="Anna Sundqvist")).to_contain_text("får kopplas")
        await page.keyboard.press("Shift+F11")
        mobile = await world.mobile(ANNAS_MOBILE, within=LONG)
        await line.until_ended(within=LONG)
        await mobile.answer()
        await caller.talks_to(mobile, within=LONG)
        await expect(page.get_by_text("Kopplat till Anna Sundqvist.")).to_be_visible()


async def test_a_page_that_is_open_while_the_service_is_killed_says_so_mends_itself_and_misses_nothing(
    world: World, browser: Browser
) -> None:
    async with a_console(world, browser, ULLA) as page:
        caller, line = await an_operator_with_a_caller(world)
        lost, mine = page.locator("#connection"), page.get_by_label("Mina samtal")
        await expect(mine).to_contain_text("0980-31 92 46")
        await page.keyboard.type("sundq")
        found = page.get_by_role("article", name="Anna Sundqvist")
        await expect(found).to_contain_text("på plats")
        await page.evaluate("document.body.dataset.same = 'page'")
        await expect(lost).to_be_empty()

        await world.system.kill_service()
        await expect(lost).to_contain_text("Ingen kontakt med tjänsten")
        await expect(mine).to_contain_text("0980-31 92 46")
        await caller.hangup()
        await world.system.start_service()
        await expect(lost).to_be_empty()
        await expect(mine).to_contain_text("Du har inget samtal.")
        await line.until_ended(within=LONG)

        await world.given_absent(ANNA, reason="sammanträde")
        await expect(found).to_contain_text("sammanträde, till")
        waits = await world.citizen("0980319247", dials=MAIN_NUMBER)
        await past_the_greeting(waits)
        await expect(page.get_by_label("Väntande")).to_contain_text("0980-31 92 47")
        await expect(page.locator("body[data-same=page]")).to_be_visible()
        await expect(page.get_by_role("combobox")).to_be_focused()


async def keys_are_for(page: Page, caller: str, *, found_by: str) -> None:
    """A key just after the caller has become another, or whose search is answered late, is not heeded."""
    await expect(page.get_by_label("Mina samtal")).to_contain_text(caller)
    await expect(page.locator("#found [data-q]")).to_have_attribute("data-q", found_by)
    await page.evaluate("new Promise(over => setTimeout(over, changed + MOMENT - performance.now()))")


async def grants_once(admin: Page, name: str) -> None:
    """On the administration's page: whom it touches is seen first."""
    await admin.goto("/admin/exceptions/new")
    await admin.get_by_role("searchbox").press_sequentially(name)
    await admin.get_by_role("radio", name=re.compile(name)).check()
    await admin.get_by_label("Skäl").fill("Utryckning, nås bara på mobilen")
    await admin.get_by_label("Får användas högst").fill("1")
    await admin.get_by_role("button", name="Visa vilka det berör").click()
    await expect(admin.get_by_role("cell", name="070-174 06 05")).to_be_visible()
    await admin.get_by_role("button", name="Bevilja undantaget").click()
    await expect(admin.get_by_text("Undantaget gäller från nästa koppling.")).to_be_visible()


@asynccontextmanager
async def a_console(world: World, browser: Browser, who: str) -> AsyncIterator[Page]:
    """The operator's own."""
    person = str(world.person(who).id)
    async with a_window(world, browser, who, "operator", "/switchboard", person=person) as page:
        await expect(page.get_by_role("combobox")).to_be_focused()
        yield page


@asynccontextmanager
async def an_admin(world: World, browser: Browser) -> AsyncIterator[Page]:
    """Another window, of whoever administers; the exceptions made there are taken back."""
    async with a_window(world, browser, "admin", "admin", "/admin/exceptions") as page:
        try:
            yield page
        finally:
            for exception in await world.api.items("/exceptions"):
                await world.revoke(exception)


@asynccontextmanager
async def a_window(
    world: World, browser: Browser, name: str, role: str, to: str, **more: str
) -> AsyncIterator[Page]:
    """Of somebody who has signed in with an account made for it."""
    name = f"{name}-{token_hex(4)}@example.org"
    account = {"name": name, "password": PASSWORD, "roles": [{"role": role}], **more}
    user = await world.api.post("/users", account)
    context = await browser.new_context(base_url=web_of(world.settings))
    try:
        page = await context.new_page()
        await page.goto(f"/sign-in?to={to}")
        await page.get_by_label("Namn").fill(name)
        await page.get_by_label("Lösenord").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**{to}")
        yield page
    finally:
        await context.close()
        await world.api.act_on(f"/users/{user['id']}", "end")
