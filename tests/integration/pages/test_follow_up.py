"""Follow-up in a browser: from the overview down to the rows by keyboard, files that take their time, and extracts."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from integration.pages.browsing import Visit, is_whole
from integration.pages.furnished import furnish
from unit.web.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADMIN: dict[str, object] = {"role": "admin"}
REPORT = "/follow-up/unreferred-absences?month=2026-07"


async def test_from_the_overview_to_the_rows_of_a_figure_by_keyboard(visit: Visit, town: Town) -> None:
    await furnish(town)
    await visit.signs_in("nils", ADMIN, to="/follow-up")
    page = visit.page
    row = page.get_by_role("row", name="Ohänvisad frånvaro")
    await expect(row.get_by_role("cell").first).to_have_text("12")
    await is_whole(page)
    await page.get_by_label("Verksamhet").focus()
    await page.keyboard.type("Skola")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Visa").press("Enter")
    await page.wait_for_url(re.compile("operation="))
    await is_whole(page)
    await page.get_by_role("link", name="Ohänvisad frånvaro").press("Enter")
    chart = page.get_by_role("img", name="Stapeldiagram: Ohänvisade")
    await expect(chart).to_be_visible()
    assert await chart.evaluate("async (image) => { await image.decode(); return image.naturalWidth }") > 0
    await expect(page.get_by_label("Verksamhet").locator("option:checked")).to_have_text("Skola")
    await page.get_by_role("link", name="Underlag Siv Åkerström").press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ohänvisad frånvaro – juli 2026")
    await expect(page.get_by_role("row", name="Siv Åkerström")).to_have_count(4)
    await page.go_back()
    await page.go_back()
    await expect(page.get_by_label("Verksamhet").locator("option:checked")).to_have_text("Skola")


async def test_what_a_change_of_network_takes_away_is_asked_for_again(visit: Visit, town: Town) -> None:
    await furnish(town)
    await visit.signs_in("nils", ADMIN)
    page, changes = visit.page, asyncio.Event()

    async def lose(route: Route) -> None:
        await (route.continue_() if changes.is_set() else route.abort("connectionaborted"))

    await page.route("**/unreferred-absences/key-figure*", lose)
    await page.goto("/follow-up")
    problem = page.locator("#problem")
    await expect(problem).to_have_text("Tjänsten svarar inte. Sidan frågar igen av sig själv.")
    await expect(page.locator("[aria-busy=true]")).to_have_count(1)
    changes.set()
    await is_whole(page)
    cell = page.get_by_role("row", name="Ohänvisad frånvaro").get_by_role("cell").first
    await expect(cell).to_have_text("12")
    await expect(problem).to_be_empty()
    visit.lost_the_network()


async def test_a_file_that_takes_long_is_seen_to_be_made_and_one_that_fails_is_told(
    visit: Visit, town: Town
) -> None:
    await furnish(town)
    await visit.signs_in("nils", ADMIN, to=REPORT)
    page, held = visit.page, asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route("**/csv?*", hold)
    file = page.get_by_role("link", name="Siffrorna (CSV)")
    async with page.expect_download() as download:
        await file.press("Enter")
        await expect(page.get_by_role("progressbar")).to_be_visible()
        await expect(page.get_by_role("status")).to_have_text("Filen görs.")
        await expect(file).to_be_disabled()
        await visit.is_accessible()
        held.set()
    assert (await download.value).suggested_filename == "unreferred-absences-2026-07.csv"
    await expect(page.get_by_role("status")).to_have_text("Filen är klar.")
    await expect(page.get_by_role("progressbar")).to_have_count(0)
    await page.unroute("**/csv?*")
    await page.evaluate("document.querySelector('[data-file]').href = '/follow-up/no-such-report/pdf'")
    await page.get_by_role("link", name="Att skriva ut (PDF)").press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Det finns inget med det id:t.")


async def test_an_extract_is_asked_for_and_decided_by_keyboard(visit: Visit, town: Town) -> None:
    named = await furnish(town)
    await visit.signs_in("olle", ADMIN, to="/extracts/new")
    page = visit.page
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("anna b")
    await expect(page.get_by_role("status").filter(has_text="1 person hittades")).to_be_visible()
    await expect(page.get_by_role("radio", name="Anna Berg")).to_be_checked()
    await page.get_by_label("Första dagen").fill("2026-07-01")
    await page.get_by_label("Sista dagen").fill("2026-07-31")
    await page.get_by_label("Vad är misstanken?").fill("Många och långa samtal till utlandet")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Utdrag: Anna Berg")
    await expect(page.get_by_text("den som begär ett utdrag godkänner det inte")).to_be_visible()
    await page.goto(f"/extracts/{named['asked']}")
    await page.get_by_role("button", name="Godkänn").press("Enter")
    await expect(page.get_by_role("status")).to_have_text("Utdraget är godkänt.")
    await expect(page.get_by_role("heading", level=2)).to_be_focused()
    await page.get_by_role("link", name="Se samtalen").press("Enter")
    await expect(page.get_by_role("row", name="070-174 06 99").first).to_be_visible()
    await page.get_by_role("link", name="Utdrag: Anna Berg").press("Enter")
    await expect(page.get_by_role("row", name="på skärmen")).to_have_count(1)
