"""The console in a real browser with real phones: a caller taken, a mobile refused, and an exception that lets it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, Playwright, async_playwright, expect

from e2e.support.switchboard import LONG, MAIN_NUMBER, ULLA, nobody_outside_was_rung, past_the_greeting
from e2e.support.world import World
from hanvisa.lab.town import web_of
from integration.pages.browsing import CHROMIUM

ANNA, ANNAS_MOBILE = "hallefors-201", "0701740605"
PASSWORD = "not a secret of anybody"  # noqa: S105


async def test_an_operator_takes_a_caller_is_refused_a_mobile_and_puts_through_once_an_exception_is_set(
    world: World,
) -> None:
    """O2. Who is paused is rung for a caller only when they take one."""
    await world.given_operator(ULLA, "paused")
    phone = await world.phone(ULLA)
    async with a_console(world, ULLA) as page:
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
        await page.keyboard.press("Shift+F11")
        refused = page.get_by_role("region", name="Inte kopplat: Anna Sundqvist")
        await expect(refused).to_be_focused()
        await expect(refused).to_contain_text("Regel O2")
        await page.keyboard.press("1")
        await expect(page.get_by_text("Säg till den som ringer: 0980-31 92 01")).to_be_visible()
        await nobody_outside_was_rung(world)
        await caller.talks_to(line, within=LONG)

        await world.given_exception("person", ANNA)
        await expect(page.get_by_role("article", name="Anna Sundqvist")).to_contain_text("får kopplas")
        await page.keyboard.press("Shift+F11")
        mobile = await world.mobile(ANNAS_MOBILE, within=LONG)
        await line.until_ended(within=LONG)
        await mobile.answer()
        await caller.talks_to(mobile, within=LONG)
        await expect(page.get_by_text("Kopplat till Anna Sundqvist.")).to_be_visible()


@asynccontextmanager
async def a_console(world: World, who: str) -> AsyncIterator[Page]:
    """The operator's, who has signed in with an account made for it."""
    name = f"{who}@example.org"
    account = {
        "name": name,
        "password": PASSWORD,
        "person": str(world.person(who).id),
        "roles": [{"role": "operator"}],
    }
    user = await world.api.post("/users", account)
    try:
        async with async_playwright() as playwright, await _chromium(playwright) as browser:
            expect.set_options(timeout=LONG * 1000)
            page = await browser.new_page(base_url=web_of(world.settings))
            await page.goto("/sign-in?to=/switchboard")
            await page.get_by_label("Namn").fill(name)
            await page.get_by_label("Lösenord").fill(PASSWORD)
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("combobox")).to_be_focused()
            yield page
    finally:
        await world.api.act_on(f"/users/{user['id']}", "end")


async def _chromium(playwright: Playwright) -> Browser:
    return await playwright.chromium.launch(executable_path=CHROMIUM)
