"""What a proxy before the service says in its place: it takes no place of ours, and nothing filled in is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
from playwright.async_api import Locator, Page, Route, expect

from hanvisa.lab.waiting import until
from integration.pages.browsing import Visit, is_whole
from integration.pages.furnished import furnish
from integration.pages.test_messages import writes
from unit.web.pages.test_switchboard import CALL
from unit.web.town import Town, id_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

ITS_OWN = "<html><head><title>502</title></head><body><p>Bad gateway</p></body></html>"
UNHEARD = "Tjänsten svarar inte. Se efter om det blev gjort innan du försöker igen."


@asynccontextmanager
async def answered_by_a_proxy(
    page: Page, path: str, status: int = 502, body: str = ITS_OWN
) -> AsyncIterator[None]:
    """What is asked for there, until this is over."""

    async def answers(route: Route) -> None:
        await route.fulfill(status=status, content_type="text/html", body=body)

    await page.route(path, answers)
    yield
    await page.unroute(path)


@pytest.mark.parametrize(
    ("status", "body"),
    [(502, ITS_OWN), (504, ""), (413, ITS_OWN), (200, "<p>Sign in to the network</p>"), (200, "")],
)
async def test_a_message_that_is_written_is_kept(visit: Visit, town: Town, status: int, body: str) -> None:
    town.live.up = [CALL]
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page = visit.page
    written = await writes(visit, "Ring om bygglovet")
    async with answered_by_a_proxy(page, "**/switchboard/messages", status, body):
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#problem")).to_have_text(UNHEARD)
    await expect(written).to_have_value("Ring om bygglovet")
    assert await page.evaluate("draft().text") == "Ring om bygglovet"
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("Meddelandet till Anna Berg är skickat.")).to_be_visible()
    await expect(page.locator("#problem")).to_be_empty()


async def at_my_page(visit: Visit) -> tuple[Locator, str]:
    await visit.signs_in("anna", to="/me")
    await visit.page.get_by_text("Vidarekoppla min telefon").click()
    return visit.page.get_by_label("Till numret"), "070-174 06 05"


async def in_the_administration(visit: Visit) -> tuple[Locator, str]:
    await visit.signs_in("siv", {"role": "admin"}, to=f"/admin/persons/{id_of('anna')}")
    return visit.page.get_by_label("Titel"), "Rektor och lärare"


async def in_a_department(visit: Visit) -> tuple[Locator, str]:
    await visit.signs_in("siv", {"role": "admin"}, to="/departments/notices")
    return visit.page.get_by_label("Vad som har förändrats"), "Skolan har flyttat."


@pytest.mark.parametrize("opens", [at_my_page, in_the_administration, in_a_department])
async def test_a_form_that_is_filled_in_is_kept(
    visit: Visit, town: Town, opens: Callable[[Visit], Awaitable[tuple[Locator, str]]]
) -> None:
    field, words = await opens(visit)
    await field.fill(words)
    async with answered_by_a_proxy(visit.page, "**/*"):
        await field.evaluate("one => one.form.requestSubmit()")
        await expect(visit.page.locator("#problem")).to_have_text(UNHEARD)
    await expect(field).to_have_value(words)
    await expect(visit.page.get_by_text("Bad gateway")).to_have_count(0)


async def test_what_was_to_be_shown_is_asked_for_again(visit: Visit, town: Town) -> None:
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page, problem = visit.page, visit.page.locator("#problem")
    async with answered_by_a_proxy(page, "**/switchboard/found*"):
        await page.get_by_role("combobox").fill("anna berg")
        await expect(problem).to_have_text("Tjänsten svarar inte. Sidan frågar igen av sig själv.")
        await expect(page.locator("#found")).to_be_empty()
    await expect(page.get_by_role("option")).to_have_count(1)
    await expect(problem).to_be_empty()


async def test_it_is_asked_for_again_by_one_however_often_somebody_has_tried(
    visit: Visit, town: Town
) -> None:
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page = visit.page
    async with answered_by_a_proxy(page, "**/switchboard/found*"):
        for letter in "anna":
            async with page.expect_response("**/switchboard/found*"):
                await page.get_by_role("combobox").press(letter)
        await is_asked_every_two_seconds(page)


async def is_asked_every_two_seconds(page: Page) -> None:
    """For who is found, from what was last asked for on: by one timer, however slow the machine is."""
    before = len(await moments_of_asking(page))

    async def last_and_three_more() -> list[float]:
        moments = await moments_of_asking(page)
        return moments[before - 1 :] if len(moments) >= before + 3 else []

    moments = await until(last_and_three_more, within=30.0, what="it is asked for three times more")
    rests = [later - earlier for earlier, later in pairwise(moments)]
    assert min(rests) >= await page.evaluate("ASKS_AGAIN_AFTER"), rests


async def moments_of_asking(page: Page) -> list[float]:
    """In milliseconds, by the browser; of those that have been answered."""
    found: list[float] = await page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.name.includes('/switchboard/found'))"
        ".map((one) => one.startTime)"
    )
    return found


async def listens(page: Page) -> None:
    """As who is read out what is told of a problem: ``read`` is how often."""
    await page.evaluate(
        "window.read = 0; new MutationObserver(() => read++)"
        ".observe(document.getElementById('problem'), { childList: true })"
    )


async def test_that_it_is_asked_for_again_is_read_out_once(visit: Visit, town: Town) -> None:
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page = visit.page
    await listens(page)
    async with answered_by_a_proxy(page, "**/switchboard/found*"):
        await page.get_by_role("combobox").fill("anna berg")
        for _ in range(3):
            await page.wait_for_event("response", lambda one: "/found" in one.url)
        await expect(page.locator("#problem")).to_contain_text("frågar igen")
    assert await page.evaluate("read") == 1


async def test_a_file_that_does_not_come_is_told_in_our_words(visit: Visit, town: Town) -> None:
    await furnish(town)
    await visit.signs_in("nils", {"role": "admin"}, to="/follow-up/unreferred-absences?month=2026-07")
    await is_whole(visit.page)
    async with answered_by_a_proxy(visit.page, "**/csv?*"):
        await visit.page.get_by_role("link", name="Siffrorna (CSV)").click()
        await expect(visit.page.locator("#problem")).to_have_text(UNHEARD)
