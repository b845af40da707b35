"""My page in a browser: an absence in two clicks by keyboard, and every part as anybody can use it."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.async_api import Browser, Page, Route, expect

from integration.pages.browsing import Visit
from unit.web.test_messages import leaves
from unit.web.town import Town, answer, id_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
async def test_everybody_can_use_every_part(
    browser: Browser, town: Town, scheme: Literal["light", "dark"], width: int
) -> None:
    await leaves(town)
    await town.ask("POST", f"/persons/{id_of('anna')}/flags", {"what": "title"})
    async with Visit.begun(browser, town, scheme=scheme, width=width) as visit:
        await visit.signs_in("anna", to="/me")
        await visit.is_accessible()
        await visit.in_english()
        await visit.page.get_by_role("button", name="Meeting").press("Enter")
        await expect(visit.page.get_by_role("radio", name="Next working day")).to_be_focused()
        await visit.page.get_by_text("Later, substitute").click()
        await visit.is_accessible()
        await visit.page.get_by_role("button", name="Save: I am away").press("Enter")
        await expect(visit.page.get_by_role("status")).to_have_text("Your absence is set.")
        for summary in await visit.page.locator("summary:visible").all():
            await summary.click()
        await visit.is_accessible()
        await visit.page.goto("/me/sign-ins")
        await expect(visit.page.get_by_text("this one")).to_be_visible()
        await visit.is_accessible()
        await visit.page.goto("/me/nothing-here")
        await expect(visit.page.get_by_role("heading", name="Not found")).to_be_visible()
        await visit.is_accessible()


async def test_an_absence_is_two_clicks_and_what_callers_hear_follows_what_is_chosen(
    visit: Visit, town: Town
) -> None:
    await visit.signs_in("anna", to="/me")
    page = visit.page
    await page.get_by_role("button", name="Sammanträde").click()
    heard = page.locator("#heard")
    await expect(heard).to_contain_text("till i morgon 08:00")
    await page.get_by_role("radio", name="1 timme").check()
    await expect(heard).to_contain_text("till idag 11:00")
    await page.get_by_label("Tillbaka klockan").fill("15:15")
    await page.get_by_label("Tillbaka klockan").press("Tab")
    await expect(page.get_by_role("radio", name="En annan tid")).to_be_checked()
    await expect(heard).to_contain_text("till idag 15:15")
    await expect(heard.get_by_label("Spela upp det som hörs på svenska")).to_have_js_property("paused", True)
    await page.get_by_role("button", name="Spara frånvaron").click()
    await expect(page.get_by_role("heading", name="Min frånvaro")).to_be_focused()
    await expect(page.locator("#week [aria-current]")).to_contain_text("10:00–15:15")
    await page.get_by_role("button", name="Jag är tillbaka").click()
    await expect(page.get_by_role("status")).to_have_text("Du är tillbaka: telefonen ringer.")
    await expect(page.get_by_role("heading", name="Min frånvaro")).to_be_focused()
    later = page.get_by_role("link", name="Veckan efter")
    await later.press("Enter")
    await expect(page.get_by_role("heading", name="Vecka 33")).to_be_visible()
    await expect(later).to_be_focused()


async def drafts(visit: Visit) -> Page:
    """A meeting's draft, with all that may be said of it."""
    await visit.signs_in("anna", to="/me")
    await visit.page.get_by_role("button", name="Sammanträde").press("Enter")
    await visit.page.locator("details.more > summary").click()
    return visit.page


@pytest.mark.parametrize(
    ("field", "keys", "typed"), [("day", "08122026", "2026-08-12"), ("clock", "1430", "14:30")]
)
async def test_when_an_absence_begins_can_be_typed(visit: Visit, field: str, keys: str, typed: str) -> None:
    """Chromium tells a change at every digit that makes a day or a time: the last but one has been answered.

    The day is typed as Chromium's own language has it, the time as the page's.
    """
    page = await drafts(visit)
    begins = page.locator(f"#begins-{field}")
    await begins.focus()
    for key in keys[:-2]:
        await page.keyboard.press(key)
    async with page.expect_response("**/me/*begins*"):
        await page.keyboard.press(keys[-2])
    await expect(page.locator(".htmx-request")).to_have_count(0)
    await page.keyboard.press(keys[-1])
    await expect(page.locator("#heard strong").first).to_contain_text(
        "12 augusti" if field == "day" else "14:30"
    )
    await expect(begins).to_have_value(typed)
    await expect(begins).to_be_focused()


async def test_the_search_for_a_substitute_saves_nothing_and_keeps_who_is_chosen(
    visit: Visit, town: Town
) -> None:
    page = await drafts(visit)
    search, substitute = page.get_by_label("Någon annan"), page.locator("#substitute")
    await search.fill("olle")
    await search.press("Enter")
    await expect(substitute.locator("option")).to_have_text(["Ingen", "Olle Ek"])
    await expect(page.locator("#draft form")).to_be_visible()
    await substitute.select_option(label="Olle Ek")
    await search.fill("siv")
    await expect(substitute.locator("option")).to_have_text(["Ingen", "Siv Åkerström", "Olle Ek"])
    await page.locator("#begins-clock").fill("14:30")
    await expect(page.locator("#heard strong").first).to_contain_text("14:30")
    await page.get_by_role("button", name="Spara frånvaron").click()
    await expect(page.locator("#said")).to_have_text("Frånvaron är sparad.")
    [absence] = (await town.get("/absences"))["items"]
    assert absence["substitute"]["name"] == "Olle Ek"


async def test_what_is_said_of_the_phone_follows_its_forwarding(visit: Visit, town: Town) -> None:
    await visit.signs_in("anna", to="/me")
    page = visit.page
    there = page.locator("#absence .there")
    await expect(there).to_have_text("Du är på plats: telefonen ringer.")
    await page.get_by_text("Vidarekoppla min telefon").click()
    await page.get_by_label("Till numret").fill("070-174 06 05")
    await page.get_by_label("Till numret").press("Enter")
    await expect(there).to_have_text("Du är på plats, och telefonen är vidarekopplad till 070-174 06 05.")
    await page.get_by_role("button", name="Avsluta vidarekopplingen").click()
    await expect(there).to_have_text("Du är på plats: telefonen ringer.")


async def test_a_refusal_is_in_view_where_the_form_is(visit: Visit, town: Town) -> None:
    await visit.signs_in("anna", to="/me")
    page = visit.page
    await page.get_by_text("Vidarekoppla min telefon").click()
    await page.get_by_label("Till numret").fill("abc")
    await page.get_by_label("Till numret").press("Enter")
    await expect(page.locator("#problem .problem")).to_be_in_viewport(ratio=1)
    assert await page.evaluate("scrollY") > 0


async def test_a_change_whose_answer_is_lost_is_not_said_to_be_undone(visit: Visit, town: Town) -> None:
    await visit.signs_in("anna", to="/me")
    page = visit.page

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort("connectionreset")

    await page.route("**/me/absences", lose_the_answer)
    await page.get_by_role("button", name="Sammanträde").click()
    await page.get_by_role("button", name="Spara frånvaron").click()
    await expect(page.locator("#problem")).to_have_text(
        "Tjänsten svarar inte. Se efter om det blev gjort innan du försöker igen."
    )
    assert town.directory.register.absences_of(id_of("anna"))
    visit.lost_the_network()


async def test_my_details_are_saved_after_somebody_elses_change_and_what_was_typed_stays(
    visit: Visit, town: Town
) -> None:
    await visit.signs_in("anna", to="/me")
    page, path = visit.page, f"/persons/{id_of('anna')}"
    await page.locator("#details summary").first.click()
    await page.locator("#f-title").fill("Rektor och lärare")
    etag, change = (await town.ask("GET", path)).headers["ETag"], {"language": "en", "title": "Skolchef"}
    await answer(await town.ask("PATCH", path, change, if_match=etag), 200)
    save = page.locator("#details").get_by_role("button", name="Spara")
    await save.click()
    told = page.locator("#details").get_by_role("alert")
    await expect(told).to_contain_text("Någon annan har ändrat detta under tiden.")
    await expect(told).to_contain_text("Titel: Skolchef")
    await expect(told).to_contain_text("Språk: Engelska")
    await expect(told).to_be_focused()
    await expect(page.locator("#f-title")).to_have_value("Rektor och lärare")
    await expect(page.locator("#f-language")).to_have_value("en")
    await visit.is_accessible()
    await save.click()
    await expect(page.locator("#said")).to_have_text("Uppgifterna är ändrade.")
    anna = await town.get(path)
    assert (anna["title"], anna["language"]) == ("Rektor och lärare", "en")


async def test_a_message_that_was_listened_to_is_no_longer_new(visit: Visit, town: Town) -> None:
    id_ = await leaves(town)
    await visit.signs_in("anna", to="/me")
    message = visit.page.get_by_role("article", name="Meddelande från 0980-31 92 44")
    await expect(message).to_contain_text("nytt")
    await message.locator("audio").dispatch_event("ended")
    await expect(message).not_to_contain_text("nytt")
    assert (await town.get(f"/messages/{id_}"))["state"] == "read"
