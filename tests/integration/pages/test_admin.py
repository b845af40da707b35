"""The administration in a browser: what everybody can use, and what is done by keyboard alone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Route, expect

from integration.pages.browsing import Visit
from unit.web.test_recordings import spoken
from unit.web.town import Town, answer, id_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADMIN: dict[str, object] = {"role": "admin"}
ANNA = f"/admin/persons/{id_of('anna')}"
PAGES = (
    "/admin/persons?q=anna",
    ANNA,
    "/admin/groups/new",
    f"/admin/switchboards/{id_of('board')}",
    "/admin/mobiles/new",
    "/admin/users/new",
    f"/admin/recordings?person={id_of('anna')}",
    "/admin/imports",
    "/admin/settings",
    "/admin/settings/exception_longest",
    "/admin/audit",
)
GUESS = {"Service": "PJSIP", "RemoteAddress": "IPV4/UDP/192.0.2.7/5060", "AccountID": "hallefors-201"}
FOCUSED_AFTER_SWAP = """() => {
  window.focusedAfterSwap = new Promise((tell) => document.addEventListener("htmx:afterSwap", () => setTimeout(
    () => tell(document.activeElement.getAttribute("role"))), { once: true }));
}"""
CLICKED_WHEN_ANSWERED = "one => document.addEventListener('htmx:afterRequest', () => one.click())"
LONG_WORD = "Arbetsmarknadsintroduktionssamordningsverksamheten"
LONG = f"Enheten för ekonomiskt bistånd i Hällefors kommun, {LONG_WORD}"
REASON = "jouren behöver nås i kväll"


async def exception(town: Town) -> str:
    given = {"scope": {"kind": "person", "id": str(id_of("anna"))}, "reason": REASON, "max_uses": 2}
    made = await town.ask("POST", "/exceptions", {**given, "ends_at": "2026-08-06T17:00:00+02:00"})
    return str((await answer(made, 201))["id"])


@pytest.mark.parametrize(
    ("scheme", "width", "in_english"),
    [("light", 1280, False), ("dark", 320, True)],
)
async def test_everybody_can_use_every_page(
    browser: Browser, town: Town, scheme: Literal["light", "dark"], width: int, in_english: bool
) -> None:
    one = await exception(town)
    town.guessers.failed(GUESS)
    async with Visit.begun(browser, town, scheme=scheme, width=width) as visit:
        await visit.signs_in("siv", ADMIN, to="/admin")
        if in_english:
            await visit.in_english()
        (user,) = (await town.get("/users?q=siv@"))["items"]
        for path in (*PAGES, f"/admin/exceptions/{one}", f"/admin/users/{user['id']}"):
            await visit.page.goto(path)
            await visit.is_accessible()


async def test_long_names_fit_a_phone(browser: Browser, town: Town) -> None:
    path = f"/departments/{id_of('Kyrkskolan')}"
    etag = (await town.ask("GET", path)).headers["ETag"]
    await answer(await town.ask("PATCH", path, {"name": LONG}, if_match=etag), 200)
    person = f"/persons/{id_of('anna')}"
    etag = (await town.ask("GET", person)).headers["ETag"]
    await answer(await town.ask("PATCH", person, {"family_name": LONG_WORD}, if_match=etag), 200)
    async with Visit.begun(browser, town, width=390) as visit:
        await visit.signs_in("nils", ADMIN)
        for shown in (
            "/admin/persons",
            "/admin/persons?q=anna",
            f"/admin{path}",
            f"/admin{person}",
            path,
            f"{path}/people",
            f"/admin/exceptions/new?kind=person&person={id_of('anna')}",
            f"/admin/recordings?person={id_of('anna')}",
        ):
            await visit.page.goto(shown)
            await visit.is_accessible()
        await visit.page.goto("/admin/groups/new")
        await visit.page.get_by_role("searchbox").fill("anna")
        await expect(visit.page.get_by_label(LONG)).to_have_count(2)
        await visit.is_accessible()


async def test_an_exception_is_seen_and_granted_by_keyboard(visit: Visit) -> None:
    page = visit.page
    await visit.signs_in("siv", ADMIN, to="/admin/exceptions")
    await page.get_by_role("button", name="Nytt undantag").press("Enter")
    await page.get_by_role("searchbox").fill("anna")
    found = page.get_by_label("Anna Berg, rektor, Kyrkskolan, 201")
    await expect(found).to_be_visible()
    await page.get_by_role("searchbox").press("Enter")
    await found.press("Space")
    await page.get_by_label("Skäl").fill(REASON)
    await page.get_by_role("button", name="Visa vilka det berör").press("Enter")
    await expect(page.get_by_role("heading", name="Vilka det berör")).to_be_focused()
    await expect(page.get_by_role("cell", name="070-174 06 05")).to_be_visible()
    await visit.is_accessible()
    await page.get_by_label("Alla", exact=True).check()
    await page.get_by_role("button", name="Bevilja undantaget").press("Enter")
    await expect(page.get_by_text("Du har ändrat formuläret sedan du såg det här.")).to_be_visible()
    await page.get_by_label("Person", exact=True).check()
    await page.get_by_role("button", name="Bevilja undantaget").press("Enter")
    await expect(page.get_by_text("1 mobil, 1 person.")).to_be_visible()
    await page.get_by_role("button", name="Bevilja undantaget").press("Enter")
    await expect(page.get_by_text("Undantaget gäller från nästa koppling.")).to_be_focused()
    await expect(page.get_by_role("row", name="Anna Berg")).to_contain_text(REASON)


async def test_what_is_clicked_twice_is_done_once(visit: Visit, town: Town) -> None:
    """Also where the answer has come, and the page that it leads to has not."""
    page = visit.page
    await visit.signs_in("siv", ADMIN)
    await page.goto(f"/admin/exceptions/new?person={id_of('anna')}")
    await page.get_by_label("Skäl").fill(REASON)
    await page.get_by_role("button", name="Visa vilka det berör").click()
    grant = page.get_by_role("button", name="Bevilja undantaget")
    await grant.evaluate(CLICKED_WHEN_ANSWERED)
    await grant.dblclick()
    await expect(page.get_by_text("Undantaget gäller från nästa koppling.")).to_be_visible()
    assert len((await town.get("/exceptions"))["items"]) == 1
    await page.goto("/admin/groups/new")
    await page.get_by_label("Namn").fill("Jourhavande")
    await page.get_by_label("Organisation").select_option("Hällefors kommun")
    await page.get_by_role("button", name="Spara").dblclick()
    await expect(page.get_by_text("Det är upplagt.")).to_be_visible()
    assert len((await town.get("/groups"))["items"]) == 1


async def test_what_is_told_has_the_focus_as_soon_as_it_is_there(visit: Visit) -> None:
    """A key that is pressed in that moment is not lost to it a moment later."""
    page = visit.page
    await visit.signs_in("siv", ADMIN, to=ANNA)
    await page.get_by_label("E-post").fill("ingen adress")
    await page.evaluate(FOCUSED_AFTER_SWAP)
    await page.get_by_role("button", name="Spara ändringarna").press("Enter")
    assert await page.evaluate("focusedAfterSwap") == "alert"


async def test_what_is_wrong_and_what_others_have_changed_is_told_in_the_form(
    visit: Visit, town: Town
) -> None:
    page = visit.page
    await visit.signs_in("siv", ADMIN, to=ANNA)
    person = await town.ask("GET", f"/persons/{id_of('anna')}")
    change = {"title": "skolchef"}
    await answer(
        await town.ask("PATCH", f"/persons/{id_of('anna')}", change, if_match=person.headers["ETag"]), 200
    )
    await page.get_by_label("E-post").fill("ingen adress")
    await page.get_by_role("button", name="Spara ändringarna").press("Enter")
    await expect(page.get_by_label("E-post")).to_have_attribute("aria-invalid", "true")
    await visit.is_accessible()
    await page.get_by_label("E-post").fill("anna.berg@kommunen.test")
    await page.get_by_role("button", name="Spara ändringarna").press("Enter")
    told = page.get_by_role("alert").filter(has_text="Någon annan har ändrat detta under tiden.")
    await expect(told).to_contain_text("Titel: skolchef")
    await expect(told).to_be_focused()
    await expect(page.get_by_label("E-post")).to_have_value("anna.berg@kommunen.test")
    await visit.is_accessible()
    await page.get_by_role("button", name="Spara ändringarna").press("Enter")
    await expect(page.get_by_text("Ändringen är sparad.")).to_be_visible()
    await expect(page.get_by_label("Titel", exact=True)).to_have_value("skolchef")


async def test_members_are_searched_and_put_in_order(visit: Visit, town: Town) -> None:
    page = visit.page
    await visit.signs_in("siv", ADMIN, to="/admin/groups/new")
    await page.get_by_label("Namn").fill("Jourhavande")
    await page.get_by_label("Organisation").select_option("Hällefors kommun")
    for words in ("anna", "siv"):
        await page.get_by_role("searchbox").fill(words)
        found = page.get_by_role("checkbox", name="Anna Berg" if words == "anna" else "Siv Åkerström")
        await found.check()
    await page.get_by_role("searchbox").fill("")
    await page.get_by_role("button", name="Siv Åkerström, Kyrkskolan, 202 tidigare").press("Enter")
    await page.get_by_role("button", name="Spara").press("Enter")
    await expect(page.get_by_text("Det är upplagt.")).to_be_visible()
    (group,) = (await town.get("/groups"))["items"]
    assert [one["person"]["name"] for one in group["members"]] == ["Siv Åkerström", "Anna Berg"]


async def test_what_takes_its_time_is_seen_to_go_on(visit: Visit, tmp_path: Path) -> None:
    page, held = visit.page, asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route("**/admin/imports/preview", hold)
    organisations = tmp_path / "organisations.csv"
    organisations.write_text("nothing\nof the kind\n")
    await visit.signs_in("siv", ADMIN, to="/admin/imports")
    await page.get_by_label("Filer", exact=True).set_input_files(organisations)
    show = page.get_by_role("button", name="Visa vad som ändras")
    await show.press("Enter")
    await expect(page.get_by_role("progressbar")).to_be_visible()
    await expect(page.locator("#said")).to_have_text("Det görs. Vänta kvar.")
    await expect(show).to_be_focused()
    await visit.is_accessible()
    held.set()
    await expect(page.locator("#difference [role=alert]")).to_be_focused()
    await expect(page.get_by_role("progressbar")).to_have_count(0)
    await expect(page.locator("#said")).to_be_empty()


async def test_files_are_imported_and_heard(visit: Visit, town: Town, tmp_path: Path) -> None:
    page = visit.page
    organisations = tmp_path / "organisations.csv"
    organisations.write_text("id,name,prefix\nbkt,Bergslagens Kommunalteknik,84\n")
    await visit.signs_in("siv", ADMIN, to="/admin/imports")
    await page.get_by_label("Filer", exact=True).set_input_files(organisations)
    await page.get_by_role("button", name="Visa vad som ändras").press("Enter")
    await expect(page.get_by_role("heading", name="Det som ändras")).to_be_focused()
    await page.get_by_text("Det som tillkommer (1)").click()
    await expect(page.get_by_text("Bergslagens Kommunalteknik")).to_be_visible()
    await visit.is_accessible()
    await page.get_by_role("button", name="Genomför").press("Enter")
    await expect(page.get_by_text("Importen är genomförd.")).to_be_focused()
    assert (await town.get("/organisations?q=Bergslagens"))["items"]
    wav = tmp_path / "anna.wav"
    wav.write_bytes(spoken(1.0))
    await page.goto(f"/admin/recordings?person={id_of('anna')}")
    await page.get_by_label("Fil", exact=True).set_input_files(wav)
    await page.get_by_role("button", name="Ladda upp").press("Enter")
    await expect(page.get_by_text("Ändringen är sparad.")).to_be_visible()
    await visit.is_accessible()
    played = "audio => new Promise(done => { audio.oncanplay = () => done(audio.duration); audio.load() })"
    await page.locator("audio").evaluate("audio => { audio.preload = 'auto' }")
    assert await page.locator("audio").evaluate(played) == pytest.approx(1.0, abs=0.05)
