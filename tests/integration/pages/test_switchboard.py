"""The attendant console in a browser: with the keyboard alone, and for everybody."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from playwright.async_api import Browser, Route, expect

from hanvisa.calls.live_ports import LiveParty, Outcome, Wish
from integration.pages.browsing import Visit
from unit.web.pages.test_switchboard import CALL, O2, OLLE, WAITS, a_colleague, opens
from unit.web.town import ANNA_MOBILE, NOW, Town, answer, id_of

PRESSES = """key => {
  let clicks = 0;
  document.addEventListener("click", () => clicks++, { capture: true });
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { ...key, bubbles: true }));
  return clicks;
}"""
TYPES_AND_PRESSES_ENTER_AT_ONCE = """words => {
  const search = document.getElementById("search");
  search.value = words;
  search.dispatchEvent(new Event("input", { bubbles: true }));
  search.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
}"""
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def a_busy_hour(town: Town) -> None:
    """One rings at Olle's phone, one waits, he talks with one, holds one who is back, and has parked one; Siv is free.

    And one has been put through to a mobile, in confidence.
    """
    await a_colleague(town)
    await opens(town, "siv")
    now = datetime.now(UTC)
    held = replace(
        CALL,
        id="hv-k-4",
        caller=LiveParty("+46701740607", None),
        held=True,
        stage="OnHold",
        since=now - timedelta(seconds=75),
        sought=id_of("siv"),
        why="busy",
    )
    parked = replace(
        CALL, id="hv-k-3", other=None, stage="Parked", parked_for=id_of("anna"), held=True, since=now
    )
    rings = replace(WAITS, id="hv-k-6", caller=LiveParty("", None), rings=(OLLE,), since=now)
    mobile = replace(
        CALL,
        id="hv-k-7",
        other=LiveParty(ANNA_MOBILE, id_of("anna")),
        on_mobile=True,
        confidential=True,
        since=now,
    )
    town.live.up = [replace(CALL, since=now), held, parked, replace(WAITS, since=now), rings, mobile]
    town.live.persons = {id_of("hemlig")}
    absence = {
        "person": str(id_of("anna")),
        "reason": "1",
        "ends_at": (NOW + timedelta(hours=2)).isoformat(),
        "substitute": str(id_of("siv")),
        "best_reached": [{"days": [1, 2], "start": "08:00", "end": "09:00"}],
        "note": "Fråga efter Siv om det gäller skolskjutsen",
    }
    await answer(await town.ask("POST", "/absences", absence), 201)
    await answer(await town.ask("POST", "/notices", {"text": "Skolan har flyttat."}), 201)


async def test_who_waits_is_answered_sought_refused_and_told_the_number_in_a_handful_of_keys(
    visit: Visit, town: Town
) -> None:
    await a_busy_hour(town)
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page, keys = visit.page, visit.page.keyboard
    search = page.get_by_role("combobox")
    await expect(search).to_be_focused()
    await keys.press("F2")
    await expect(page.get_by_role("status").filter(has_text="Din telefon ringer")).to_be_visible()
    assert [(call, wish) for call, wish, *_ in town.live.asked] == [
        ("hv-k-1", Wish.HOLD),
        ("hv-k-6", Wish.ANSWER),
    ]
    await keys.type("kyrk")
    await expect(page.get_by_role("option")).to_have_count(3)
    await expect(page.get_by_role("option", selected=True)).to_contain_text("Anna Berg")
    card = page.get_by_role("article", name="Anna Berg")
    await expect(card).to_contain_text("Fråga efter Siv om det gäller skolskjutsen")
    await keys.press("ArrowDown")
    await expect(page.get_by_role("article", name="Hanna Lind")).to_be_visible()
    await expect(page.get_by_role("article", name="Anna Berg")).to_be_hidden()
    await keys.press("ArrowUp")
    town.live.outcome = Outcome("refused", O2)
    await keys.press("F8")
    refused = page.get_by_role("region", name="Inte kopplat: Anna Berg")
    await expect(refused).to_be_focused()
    await expect(refused).to_contain_text("Regel O2")
    await keys.press("1")
    await expect(page.get_by_text("Säg till den som ringer: 0980-31 92 01")).to_be_visible()
    await keys.press("Escape")
    await expect(search).to_be_focused()
    await expect(refused).to_have_count(0)
    town.live.outcome = Outcome("done")
    await keys.press("Enter")
    await expect(page.get_by_text("Kopplat till Anna Berg.")).to_be_visible()
    await expect(search).to_have_value("")
    await expect(page.get_by_role("option")).to_have_count(0)


async def test_what_is_made_anew_keeps_the_focus_and_what_was_chosen(visit: Visit, town: Town) -> None:
    await a_busy_hour(town)
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page, keys = visit.page, visit.page.keyboard
    queue = page.locator("#queue-hv-k-1")
    await queue.focus()
    async with page.expect_response("**/queue"):
        await keys.press("Enter")
    await expect(queue).to_be_focused()
    pause = page.locator("#state-paused")
    await pause.focus()
    await keys.press("Enter")
    await expect(pause).to_have_count(0)
    await expect(page.get_by_role("combobox")).to_be_focused()
    await keys.type("kyrk")
    await expect(page.get_by_role("option")).to_have_count(3)
    await keys.press("ArrowDown")
    async with page.expect_response("**/found**"):
        await page.evaluate("htmx.trigger('#search', 'again'); htmx.trigger('#search', 'again')")
    await expect(page.get_by_role("option", selected=True)).to_contain_text("Hanna Lind")
    assert await page.evaluate(PRESSES, {"key": "F10", "repeat": True}) == 0, "a key that is held down"
    await page.get_by_role("combobox").press("Control+F6")
    written = page.get_by_label("Vad det gäller")
    await expect(written).to_be_focused()
    await keys.type("Ring mig")
    body = {"person": str(id_of("siv")), "reason": "1", "ends_at": (NOW + timedelta(hours=2)).isoformat()}
    await answer(await town.ask("POST", "/absences", body), 201)
    await expect(page.get_by_role("option").filter(has_text="Siv")).to_contain_text("Sammanträde")
    await expect(page.get_by_role("option", selected=True)).to_contain_text("Hanna Lind")
    await expect(written).to_be_focused()
    await expect(written).to_have_value("Ring mig")


async def test_a_parked_caller_is_handed_over_and_a_message_written_with_the_keyboard_alone(
    visit: Visit, town: Town
) -> None:
    await a_busy_hour(town)
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page, keys = visit.page, visit.page.keyboard
    search, siv = page.get_by_role("combobox"), page.get_by_role("button", name="Siv Åkerström", exact=True)
    await expect(search).to_be_focused()
    await keys.press("Control+F7")
    parked = page.get_by_label("Parkerade").get_by_role("listitem").filter(has=siv)
    await expect(siv.and_(parked.get_by_role("button"))).to_be_focused()
    town.live.up = [replace(one, threat=one.stage == "Parked") for one in town.live.up]
    town.changes.calls_stirred()
    await expect(page.get_by_label("Parkerade")).to_contain_text("Hotsamtal")
    await expect(siv.and_(parked.get_by_role("button"))).to_be_focused()
    await keys.press("Enter")
    await expect(page.get_by_text("Överlämnat.")).to_be_visible()
    assert town.live.asked == [("hv-k-3", Wish.HAND_OVER, OLLE, "", "")]
    await expect(search).to_be_focused()

    await keys.type("kyrk")
    await expect(page.get_by_role("option")).to_have_count(3)
    await keys.press("Control+F6")
    written = page.get_by_label("Vad det gäller")
    await expect(written).to_be_focused()
    await keys.type("Vill bli uppringd i dag.")
    await keys.press("Escape")
    await expect(search).to_be_focused()
    await keys.press("ArrowDown")
    await keys.press("Control+F6")
    await expect(written).to_be_focused()
    await expect(page.get_by_role("form", name="Meddelande till Anna Berg")).to_be_visible()
    await keys.press("Control+Enter")
    await expect(page.get_by_text("Meddelandet till Anna Berg är skickat.")).to_be_visible()
    await expect(search).to_be_focused()
    await expect(written).to_have_count(0)
    [message] = (await town.get("/messages"))["items"]
    assert (message["text"], message["caller"]) == ("Vill bli uppringd i dag.", "+46980319244")


async def test_a_key_waits_for_whom_the_search_finds(visit: Visit, town: Town) -> None:
    await a_busy_hour(town)
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    await expect(visit.page.get_by_role("combobox")).to_be_focused()
    await visit.page.evaluate(TYPES_AND_PRESSES_ENTER_AT_ONCE, "siv")
    await expect(visit.page.get_by_text("Kopplat till Siv Åkerström.")).to_be_visible()
    assert [to for _, wish, _, to, _ in town.live.asked if wish is Wish.TRANSFER] == ["202"]


async def test_a_key_waits_for_a_search_neither_long_nor_for_another_caller(visit: Visit, town: Town) -> None:
    await a_busy_hour(town)
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page, may_answer = visit.page, asyncio.Event()

    async def found(route: Route) -> None:
        await may_answer.wait()
        await route.continue_()

    await page.route("**/switchboard/found**", found)
    await expect(page.get_by_role("combobox")).to_be_focused()
    await page.evaluate(TYPES_AND_PRESSES_ENTER_AT_ONCE, "anna berg")
    await page.evaluate("new Promise(over => setTimeout(over, WAITS))")
    may_answer.set()
    await expect(page.locator("#said")).to_contain_text("Inget blev gjort")
    may_answer.clear()
    await page.evaluate("byId('said').replaceChildren()")
    await page.evaluate(TYPES_AND_PRESSES_ENTER_AT_ONCE, "siv")
    town.live.up = [replace(CALL, id="hv-other", caller=LiveParty("+46980319266", None))]
    town.changes.calls_stirred()
    await expect(page.locator("#current")).to_have_value("hv-other")
    may_answer.set()
    await expect(page.locator("#said")).to_contain_text("Inget blev gjort")
    assert town.live.asked == []


async def test_a_key_does_not_wait_for_a_search_that_got_no_answer(visit: Visit, town: Town) -> None:
    await a_busy_hour(town)
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page = visit.page

    async def gone(route: Route) -> None:
        await route.abort("internetdisconnected")

    await page.route("**/switchboard/found**", gone)
    await expect(page.get_by_role("combobox")).to_be_focused()
    await page.evaluate(TYPES_AND_PRESSES_ENTER_AT_ONCE, "siv")
    await expect(page.locator("#problem")).to_contain_text("frågar igen")
    assert await page.evaluate("waiting") is None
    await page.unroute("**/switchboard/found**")
    await expect(page.get_by_role("option")).to_have_count(1)
    await expect(page.locator("#problem")).to_be_empty()
    visit.complaints.clear()  # of the network
    assert town.live.asked == []


@pytest.mark.parametrize(
    ("words", "asked", "said"),
    [("anna berg", ("201", ""), "Anna Berg"), ("åkerström", ("", "hv-k-8"), "Siv Åkerström"), ("", (), "")],
    ids=["another", "the one who was rung", "nobody"],
)
async def test_enter_is_for_the_chosen_one_whoever_has_been_rung(
    visit: Visit, town: Town, words: str, asked: tuple[str, ...], said: str
) -> None:
    await a_colleague(town)
    siv = LiveParty("202", id_of("siv"))
    rung = replace(CALL, id="hv-k-8", caller=LiveParty("200", OLLE), other=siv, dialled="202")
    town.live.up = [replace(CALL, held=True, stage="OnHold"), rung]
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page, search = visit.page, visit.page.get_by_role("combobox")
    await search.fill(words)
    await expect(page.get_by_role("option")).to_have_count(1 if words else 0)
    await search.press("Enter")
    if said:
        await expect(page.locator("#said")).to_contain_text(f"Kopplat till {said}.")
    async with page.expect_response("**/retrieve"):
        await search.press("F4")
    transfers = [(to, other) for _, wish, _, to, other in town.live.asked if wish is Wish.TRANSFER]
    assert transfers == ([asked] if asked else [])


@pytest.mark.parametrize("key", ["Enter", "F6", "F8", "F10", "Shift+F10"])
async def test_a_key_for_who_has_just_hung_up_does_not_take_who_comes_then(
    visit: Visit, town: Town, key: str
) -> None:
    await a_colleague(town)
    town.live.up = [CALL]
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page, search = visit.page, visit.page.get_by_role("combobox")
    await search.fill("anna berg")
    await expect(page.get_by_role("option")).to_have_count(1)
    town.live.up = [replace(CALL, id="hv-k-4", caller=LiveParty("+46701740607", None))]
    town.changes.calls_stirred()
    await expect(page.locator("#current")).to_have_value("hv-k-4")
    await search.press(key)
    await expect(page.locator("#said")).to_contain_text("Inget blev gjort")
    assert town.live.asked == []
    await page.evaluate("new Promise(over => setTimeout(over, MOMENT))")
    async with page.expect_response(lambda response: response.request.method == "POST"):
        await search.press(key)
    assert [call for call, *_ in town.live.asked] == ["hv-k-4"]


async def test_who_is_on_hold_is_not_hung_up_by_a_key(visit: Visit, town: Town) -> None:
    town.live.up = [replace(CALL, held=True, stage="OnHold")]
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    await visit.page.keyboard.press("F10")
    async with visit.page.expect_response("**/retrieve"):
        await visit.page.keyboard.press("F4")
    assert [wish for _, wish, *_ in town.live.asked] == [Wish.RETRIEVE]


async def test_what_is_refused_and_what_is_said_are_in_view_at_200_percent(
    browser: Browser, town: Town
) -> None:
    await a_busy_hour(town)
    async with Visit.begun(browser, town, width=640, height=400) as visit:
        await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
        page, search = visit.page, visit.page.get_by_role("combobox")
        await search.fill("anna berg")
        await expect(page.get_by_role("option")).to_have_count(1)
        town.live.outcome = Outcome("refused", O2)
        await search.press("F9")
        await expect(page.locator("#problem")).to_be_in_viewport(ratio=1)
        await expect(page.locator("#problem")).to_contain_text("O2")
        await visit.is_accessible()
        town.live.outcome = Outcome("done")
        await search.press("F8")
        await expect(page.get_by_text("Kopplat till Anna Berg.")).to_be_in_viewport(ratio=1)
        await expect(page.locator("#problem")).to_be_empty()
        await search.focus()
        await expect(search).to_be_in_viewport(ratio=1)


async def test_the_page_scrolls_to_who_is_chosen_with_the_arrows_and_not_when_a_call_changes(
    browser: Browser, town: Town
) -> None:
    await a_busy_hour(town)
    async with Visit.begun(browser, town, width=640, height=400) as visit:
        await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
        page, search = visit.page, visit.page.get_by_role("combobox")
        await search.fill("kyrk")
        await expect(page.get_by_role("option")).to_have_count(3)
        await page.evaluate("scrollTo(0, 0)")  # to see who waits
        town.live.up = [*town.live.up, replace(WAITS, id="hv-k-99", caller=LiveParty("+46980319299", None))]
        town.changes.calls_stirred()
        await expect(page.locator("#part-waiting")).to_contain_text("92 99")
        await page.evaluate("new Promise(requestAnimationFrame)")
        assert await page.evaluate("scrollY") == 0
        await page.evaluate(PRESSES, {"key": "ArrowDown"})
        await expect(page.get_by_role("option", selected=True)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
async def test_everybody_can_work_at_the_console(
    browser: Browser, town: Town, scheme: Literal["light", "dark"], width: int
) -> None:
    await a_busy_hour(town)
    async with Visit.begun(browser, town, scheme=scheme, width=width) as visit:
        await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
        page, keys = visit.page, visit.page.keyboard
        for in_english in (False, True):
            if in_english:
                await visit.in_english()
            await visit.is_accessible()
            await page.get_by_role("combobox").fill("kyrk")
            await expect(page.get_by_role("option")).to_have_count(3)
            await keys.press("Control+F6")
            await page.locator("#message").wait_for()
            await keys.press("Control+F7")
            await expect(page.locator(f"#to-{id_of('siv')}-hv-k-3")).to_be_focused()
            await visit.is_accessible()
            await keys.press("Escape")
            await expect(page.get_by_role("combobox")).to_be_focused()
            town.live.outcome = Outcome("refused", O2)
            await keys.press("F8")
            await page.locator("#refused").wait_for()
            await keys.press("2")
            await visit.is_accessible()
            await keys.press("F1")
            await expect(page.get_by_role("dialog")).to_be_visible()
            await visit.is_accessible()
            await keys.press("Escape")
            await expect(page.get_by_role("dialog")).to_be_hidden()
            town.live.outcome = Outcome("done")


async def test_a_long_name_that_is_sought_fits_a_narrow_window(browser: Browser, town: Town) -> None:
    await a_busy_hour(town)
    path = f"/persons/{id_of('siv')}"
    etag, name = (
        (await town.ask("GET", path)).headers["ETag"],
        "Arbetsmarknadsintroduktionssamordningsverksamheten",
    )
    await answer(await town.ask("PATCH", path, {"family_name": name}, if_match=etag), 200)
    async with Visit.begun(browser, town, width=390) as visit:
        await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
        await expect(visit.page.locator("[id^=sought-]")).to_contain_text(name)
        await visit.is_accessible()
