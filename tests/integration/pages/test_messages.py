"""A message that is written at the console, in a browser: it is lost to nothing, and goes to whom it is for."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from integration.pages.browsing import PASSWORD, Late, Visit
from unit.web.pages.test_switchboard import CALL, a_colleague
from unit.web.town import Town, id_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def writes(visit: Visit, words: str) -> Locator:
    """A message for Anna, in confidence, that is not sent. The field in which it is."""
    await visit.page.get_by_role("combobox").fill("anna berg")
    await expect(visit.page.get_by_role("option")).to_have_count(1)
    await visit.page.keyboard.press("Control+F6")
    written = visit.page.get_by_label("Vad det gäller")
    await written.fill(words)
    await visit.page.get_by_label("Sekretess").check()
    return written


async def signs_in_again(visit: Visit, name: str) -> None:
    await visit.page.wait_for_url("**/sign-in**")
    await visit.page.get_by_label("Namn").fill(name)
    await visit.page.get_by_label("Lösenord").fill(PASSWORD)
    await visit.page.keyboard.press("Enter")
    await visit.page.wait_for_url(lambda url: "/sign-in" not in url)


async def test_a_message_that_is_written_outlives_the_session(visit: Visit, town: Town) -> None:
    town.live.up = [CALL]
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    written = await writes(visit, "Ring mig om ansökan")
    await visit.context.clear_cookies()
    town.live.up = []
    await visit.page.keyboard.press("Control+Enter")
    await signs_in_again(visit, "olle@kommunen.test")
    await expect(written).to_have_value("Ring mig om ansökan")
    await expect(visit.page.get_by_label("Nummer att ringa")).to_have_value("0980-31 92 44")
    await expect(written).to_be_focused()
    await visit.page.keyboard.press("Control+Enter")
    await expect(visit.page.get_by_text("Meddelandet till Anna Berg är skickat.")).to_be_visible()
    [message] = (await town.get("/messages"))["items"]
    assert (message["person"]["name"], message["confidential"]) == ("Anna Berg", True)
    await visit.page.reload()
    await expect(visit.page.get_by_role("combobox")).to_be_focused()
    assert await visit.page.evaluate("draft()") is None, "what is sent is not kept"


async def test_a_message_that_is_written_is_nobody_elses_and_goes_when_it_is_discarded(
    visit: Visit, town: Town
) -> None:
    await a_colleague(town)
    await visit.signs_in("siv", {"role": "operator"})
    await visit.page.goto("about:blank")  # the console would go to the sign-in by itself, at any moment
    await visit.context.clear_cookies()
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page = visit.page
    await writes(visit, "Ring mig om ansökan")
    assert await page.evaluate("draft().text") == "Ring mig om ansökan"
    await page.get_by_role("button", name="Släng").click()
    assert await page.evaluate("draft()") is None
    await writes(visit, "Ring mig om ansökan")
    await visit.context.clear_cookies()
    await page.keyboard.press("Control+Enter")
    await signs_in_again(visit, "siv@kommunen.test")
    assert await page.evaluate("draft()") is None
    await writes(visit, "Ring mig om ansökan")
    await page.get_by_role("button", name="Logga ut").click()
    await page.wait_for_url("**/sign-in**")
    assert await page.evaluate("sessionStorage.getItem('message') ?? sessionStorage.getItem('user')") is None


async def test_a_message_to_somebody_who_is_no_longer_there_is_shown_until_it_is_discarded(
    visit: Visit, town: Town
) -> None:
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page = visit.page
    kept = {"person": str(id_of("nobody")), "text": "Ring mig om ansökan", "caller": "0980-31 92 44"}
    await page.evaluate("kept => sessionStorage.setItem(DRAFT, JSON.stringify(kept))", kept)
    await page.reload()
    shown = page.locator("#writing [role=alert]")
    for words in ("finns inte kvar", "Ring mig om ansökan", "0980-31 92 44"):
        await expect(shown).to_contain_text(words)
    await expect(page.locator("#problem")).to_be_empty()
    await visit.is_accessible()
    await page.get_by_role("button", name="Släng").click()
    await expect(shown).to_have_count(0)
    assert await page.evaluate("draft()") is None


async def begins(page: Page, whom: str, words: str = "") -> None:
    """Whoever is found, and written to by the key."""
    await page.get_by_role("option").filter(has_text=whom).click()
    await page.keyboard.press("Control+F6")
    if words:
        await expect(page.get_by_role("form", name=f"Meddelande till {whom}")).to_be_visible()
        await page.get_by_label("Vad det gäller").fill(words)


async def signs_in(visit: Visit, town: Town) -> Page:
    """The console, with some who are found."""
    town.live.up = [CALL]
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    await visit.page.get_by_role("combobox").fill("kyrk")
    await expect(visit.page.get_by_role("option")).to_have_count(3)
    return visit.page


async def test_of_two_forms_the_one_that_was_asked_for_last_is_shown(visit: Visit, town: Town) -> None:
    page = await signs_in(visit, town)
    late = await Late.held(page, f"/switchboard/persons/{id_of('anna')}/message")
    await begins(page, "Anna Berg")
    await late.made.wait()
    async with page.expect_event("requestfailed", lambda asked: late.path in asked.url):
        await begins(page, "Siv Åkerström", "Ring om bygglovet")
    late.may_come.set()


async def test_a_form_that_comes_late_does_not_take_the_place_of_what_is_written(
    visit: Visit, town: Town
) -> None:
    page = await signs_in(visit, town)
    await begins(page, "Siv Åkerström", " ")
    late = await Late.held(page, f"/switchboard/persons/{id_of('anna')}/message")
    await begins(page, "Anna Berg")
    await late.made.wait()
    await page.get_by_label("Vad det gäller").fill("Ring om bygglovet")
    await late.comes()
    await expect(page.get_by_role("form", name="Meddelande till Siv Åkerström")).to_be_visible()
    await expect(page.get_by_label("Vad det gäller")).to_have_value("Ring om bygglovet")


async def test_what_is_written_next_outlives_the_answer_to_the_message_before(
    visit: Visit, town: Town
) -> None:
    page = await signs_in(visit, town)
    late = await Late.held(page, "/switchboard/messages")
    await begins(page, "Anna Berg", "Ring om skolskjutsen")
    await page.keyboard.press("Control+Enter")
    await late.made.wait()
    await page.get_by_role("button", name="Släng").click()
    await begins(page, "Siv Åkerström", "Ring om bygglovet")
    await late.comes()
    await expect(page.get_by_text("Meddelandet till Anna Berg är skickat.")).to_be_visible()
    await expect(page.get_by_role("form", name="Meddelande till Siv Åkerström")).to_be_visible()
    await expect(page.get_by_label("Vad det gäller")).to_have_value("Ring om bygglovet")
    assert await page.evaluate("draft().text") == "Ring om bygglovet"
