"""The pages of departments and of calls, in a browser: for everybody, and by keyboard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, expect

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.repositories.calls import CallRecords
from integration.pages.browsing import Visit
from unit.web.town import NOW, Town, answer, id_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCHOOL, SWITCHBOARD = str(id_of("Kyrkskolan")), str(id_of("Växeln"))
OF_THE_SCHOOL: dict[str, object] = {
    "role": "telephone_manager",
    "scope": {"kind": "operation", "id": str(id_of("Skola"))},
}
THURSDAY = {"starts_at": "2026-08-06T00:00:00+02:00", "ends_at": "2026-08-07T08:00:00+02:00"}


async def is_away(town: Town, person: str, **fields: Any) -> str:
    body = {"person": str(id_of(person)), "reason": "6", **THURSDAY, **fields}
    return str((await answer(await town.ask("POST", "/absences", body), 201))["id"])


async def has_something_of_everything(town: Town) -> str:
    """An empty Thursday with its alarm, somebody to train, a notice, a flag; the id of an absence."""
    await is_away(town, "siv")
    absence = await is_away(town, "hemlig")
    await is_away(town, "anna", reason="9")
    hanna = {"person": str(id_of("hemlig")), "note": "börjar på måndag"}
    await answer(await town.ask("POST", "/trainings", hanna), 201)
    notice = {"text": "Kyrkskolan har flyttat.", "operation": str(id_of("Skola"))}
    await answer(await town.ask("POST", "/notices", notice), 201)
    await answer(await town.ask("POST", f"/persons/{id_of('siv')}/flags", {"what": "title"}), 201)
    return absence


async def has_a_call(town: Town) -> None:
    town.voice.joined["here"] = ()
    facts = {"kind": "recorded", "has_phone": True, "number": "+46980319244", "confidential": False}
    because = {"sv": "Hanna Lind är frånvarande (G1).", "en": "Hanna Lind is absent (G1)."}
    decision = {"decision": "MessageFacts", "schema": 1, "facts": facts, "effect": "refer", "rules": ["G1"]}
    told: list[tuple[str, dict[str, Any]]] = [
        ("opened", {"side": "carrier", "caller": "+46980319244", "called": "+46980319205"}),
        ("stage", {"name": "ReachingPerson", "args": {"person": str(id_of("hemlig"))}}),
        ("decision", {**decision, "because": because}),
        ("outcome", {"outcome": "referred", "why": "absent", "person": str(id_of("hemlig"))}),
        ("heard", {"to": "caller", "words": "Hanna Lind är borta.", "files": ["/x/here"]}),
        ("heard", {"to": "caller", "words": "Hej då.", "files": ["/x/purged"]}),
        ("closed", {"reason": "caller_hung_up"}),
    ]
    await CallRecords(town.database).append(
        [
            CallEntry("hv-1", seq, NOW + timedelta(seconds=seq), kind, data)
            for seq, (kind, data) in enumerate(told)
        ]
    )


@pytest.mark.parametrize(
    ("scheme", "width", "english"),
    [("light", 1280, False), ("dark", 320, True)],
)
async def test_everybody_can_use_every_page(
    browser: Browser, town: Town, scheme: Literal["light", "dark"], width: int, *, english: bool
) -> None:
    absence = await has_something_of_everything(town)
    await has_a_call(town)
    week = f"/departments/{SCHOOL}"
    async with Visit.begun(browser, town, scheme=scheme, width=width) as visit:
        await visit.signs_in("hemlig", OF_THE_SCHOOL, {"role": "admin"}, to="/departments")
        if english:
            await visit.in_english()
        for path in (
            "/departments",
            week,
            f"{week}?for={id_of('anna')}",
            f"{week}?absence={absence}",
            f"{week}/people",
            "/departments/training",
            "/departments/notices",
            "/departments/flags",
            "/calls?q=a",
            "/calls/hv-1",
            "/rules#G1",
        ):
            await visit.page.goto(path)
            for details in await visit.page.locator("summary").all():
                await details.click()
            await visit.is_accessible()


async def test_an_absence_is_set_from_the_week_by_keyboard_and_what_empties_the_day_is_decided_with_a_reason(
    visit: Visit,
) -> None:
    town, page = visit.town, visit.page
    for person in ("siv", "hemlig"):
        await is_away(town, person)
    await visit.signs_in("hemlig", OF_THE_SCHOOL, to=f"/departments/{SCHOOL}")
    await page.get_by_role("rowheader").get_by_role("link", name="Anna Berg").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("combobox", name="Orsak")).to_be_focused()
    await page.get_by_role("combobox", name="Orsak").select_option("Semester")
    await page.get_by_label("Borta från").fill("2026-08-06")
    await page.get_by_label("Tillbaka (tomt: tills vidare)").fill("2026-08-07")
    await page.keyboard.press("Enter")
    await expect(page.locator("#set").get_by_role("alert")).to_contain_text(
        "Kyrkskolan skulle stå utan någon"
    )
    await visit.is_accessible()
    await expect(page.get_by_label("Varför avdelningen blir tom ändå")).to_be_focused()
    await page.keyboard.type("Skolan har stängt för utbildning.")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Ingen kan nås")).to_be_visible()
    await expect(page.locator("#set")).to_have_count(0)


async def test_a_stand_in_takes_the_red_away(visit: Visit) -> None:
    await has_something_of_everything(visit.town)
    await visit.signs_in("hemlig", OF_THE_SCHOOL, to=f"/departments/{SCHOOL}")
    await expect(visit.page.locator(".days .empty")).to_have_count(1)
    await visit.page.get_by_text("Vad du kan göra").click()
    await visit.page.get_by_label("En annan avdelning ersätter").select_option("Växeln")
    await visit.page.get_by_role("button", name="Låt den ersätta").click()
    await expect(visit.page.get_by_text("Ingen är på plats; Växeln svarar")).to_be_visible()
    await expect(visit.page.locator(".days .empty")).to_have_count(0)


async def test_what_others_set_shows_in_an_open_week_and_leaves_the_reader_where_they_were(
    visit: Visit,
) -> None:
    await has_something_of_everything(visit.town)
    page, away = visit.page, visit.page.locator("#now table")
    await visit.signs_in("hemlig", OF_THE_SCHOOL, to=f"/departments/{SCHOOL}")
    await page.get_by_text("Vad du kan göra").click()
    link = away.get_by_role("link", name="Anna Berg")
    await link.focus()
    friday = {"starts_at": "2026-08-07T12:00:00+02:00", "ends_at": "2026-08-07T14:00:00+02:00"}
    meeting = await is_away(visit.town, "siv", reason="1", **friday)
    await expect(away).to_contain_text("Sammanträde")
    await expect(page.get_by_role("status").filter(has_text="Veckan har ändrats.")).to_be_attached()
    await expect(link).to_be_focused()
    stand_in = page.get_by_label("En annan avdelning ersätter")
    await stand_in.select_option("Växeln")
    await stand_in.focus()
    async with page.expect_response(lambda came: "/now?" in came.url and came.status == 200) as came:
        ended = await visit.town.ask("POST", f"/absences/{meeting}/end", if_match="*")
        await answer(ended, 200)
    assert "x-follows" in (await came.value).request.headers, "nobody has asked for it"
    await expect(stand_in).to_have_value(SWITCHBOARD)
    await expect(away).to_contain_text("Sammanträde")
    await link.focus()
    await expect(away).not_to_contain_text("Sammanträde")
    await visit.is_accessible()


async def test_what_is_done_in_lists_is_said_to_who_does_not_see_it(visit: Visit) -> None:
    page, said = visit.page, visit.page.get_by_role("status")
    await has_something_of_everything(visit.town)
    await visit.signs_in("hemlig", OF_THE_SCHOOL, to="/departments/training")
    await page.get_by_role("button", name="Pricka av Hanna Lind").press("Enter")
    await expect(said).to_have_text("Hanna Lind är avprickad.")
    await expect(page.locator("#trainings")).to_be_focused()
    await page.goto("/departments/flags")
    await page.get_by_role("button", name="Klart: Siv Åkerström").press("Enter")
    await expect(said).to_have_text("Uppgifterna om Siv Åkerström är klara.")
    await expect(page.locator("#flags")).to_be_focused()
    await page.goto("/departments")
    await page.get_by_role("button", name="Åtgärdat: Kyrkskolan").press("Enter")
    await expect(said).to_have_text("Larmet är åtgärdat.")
    await expect(page.locator("#alarms")).to_be_focused()
    await page.goto(f"/departments/{SCHOOL}/people")
    await page.get_by_role("button", name="Ändra Siv Åkerström").press("Enter")
    await expect(page.get_by_label("Titel")).to_be_focused()
    await page.get_by_label("Titel").fill("lärare")
    await page.keyboard.press("Enter")
    await expect(said).to_have_text("Ändrat: Siv Åkerström")
    await expect(page.locator("#people")).to_be_focused()
    await expect(page.get_by_text("Siv Åkerström, lärare")).to_be_visible()
    await expect(page.locator("#edit")).to_be_empty()


async def test_what_the_caller_heard_is_played(visit: Visit) -> None:
    await has_a_call(visit.town)
    await visit.signs_in("hemlig", to="/calls/hv-1")
    played = visit.page.locator("audio")
    await expect(played).to_have_count(1)
    # In one go: it is so short that its end was over before anybody had waited for it.
    seconds = await played.evaluate(
        "one => new Promise((done, failed) => { one.onended = () => done(one.duration); one.play().catch(failed); })"
    )
    assert seconds == pytest.approx(0.1, abs=0.01)


async def test_the_search_for_somebody_to_train_puts_nobody_on_the_list(visit: Visit, town: Town) -> None:
    await visit.signs_in("hemlig", OF_THE_SCHOOL, to="/departments/training")
    page = visit.page
    await page.get_by_text("Sätt upp någon").click()
    await page.get_by_label("Namn eller titel").fill("siv")
    await expect(page.locator("#choice")).to_have_value(str(id_of("siv")))
    await page.get_by_label("Namn eller titel").press("Enter")
    await page.get_by_label("Notering").fill("från växeln")
    await page.get_by_label("Notering").press("Enter")
    await expect(page.get_by_role("status")).to_have_text("Siv Åkerström står på listan.")
    [training] = (await town.get("/trainings"))["items"]
    assert training["note"] == "från växeln"


async def test_a_notice_that_is_clicked_twice_is_given_once(visit: Visit, town: Town) -> None:
    """A slow second click meets a form that has nothing in it any more."""
    await visit.signs_in("hemlig", OF_THE_SCHOOL, to="/departments/notices")
    page = visit.page
    await page.locator("#write textarea").fill("Skolan flyttar.")
    await page.get_by_role("button", name="Meddela växeln").dblclick()
    await expect(page.locator("#notices .text")).to_have_text("Skolan flyttar.")
    await expect(page.locator("#notices")).to_be_focused()
    await expect(page.locator("#write textarea")).to_have_value("")
    assert len((await town.get("/notices"))["items"]) == 1
