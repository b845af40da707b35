"""The console's keys while somebody is taken, held or rung: who the caller is then, and what comes of a refusal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.async_api import Route, expect

from hanvisa.calls.live_ports import Outcome, Wish
from integration.pages.browsing import Late, Visit
from integration.pages.test_live import dies
from unit.web.pages.test_switchboard import CALL, WAITS
from unit.web.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

IS_SHOWN = """new Promise(over => {
  const look = () => (isMoving || underWay.size ? setTimeout(look, 10) : over());
  look();
})"""  # what came of it


async def test_a_key_takes_whom_one_has_answered_oneself_at_once(visit: Visit, town: Town) -> None:
    town.live.up = [CALL, WAITS]
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page = visit.page
    async with page.expect_response("**/answer"):
        await page.keyboard.press("F2")
    town.live.up = [replace(CALL, held=True, stage="OnHold"), replace(CALL, id=WAITS.id, caller=WAITS.caller)]
    town.changes.calls_stirred()
    await expect(page.locator("#current")).to_have_value(WAITS.id)
    async with page.expect_response("**/hangup"):
        await page.keyboard.press("F10")
    await page.evaluate(IS_SHOWN)
    assert town.live.asked[-1][:2] == (WAITS.id, Wish.HANG_UP)


@pytest.mark.parametrize("came_of_it", ["refused", "another came", "late"])
async def test_whom_one_wanted_to_take_and_did_not_get_comes_by_itself_later(
    visit: Visit, town: Town, came_of_it: str
) -> None:
    """They were taken by somebody else, or the phone was not picked up: they come in place of who has just hung up."""
    town.live.up = [CALL, WAITS]
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page, current = visit.page, visit.page.locator("#current")
    town.live.outcome = Outcome("not_now" if came_of_it == "refused" else "done")
    async with page.expect_response("**/answer"):
        await page.keyboard.press("F2")
    await page.evaluate(IS_SHOWN)
    if came_of_it == "another came":
        town.live.up = [replace(CALL, id="hv-k-4")]
        town.changes.calls_stirred()
        await expect(current).to_have_value("hv-k-4")
        await page.evaluate("new Promise(over => setTimeout(over, MOMENT))")
    if came_of_it == "late":
        await page.evaluate("taken.since -= PICKS_UP")
    town.live.up = [replace(CALL, id=WAITS.id, caller=WAITS.caller)]
    town.changes.calls_stirred()
    await expect(current).to_have_value(WAITS.id)
    await page.keyboard.press("F10")
    await expect(page.locator("#said")).to_contain_text("Inget blev gjort")
    assert Wish.HANG_UP not in [wish for _, wish, *_ in town.live.asked]


async def test_who_was_put_on_hold_to_take_another_is_not_hung_up_by_the_next_key(
    visit: Visit, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is dead and nobody knows it: who is on hold stands there as talked to, until it is mended."""
    town.live.up = [CALL, WAITS]
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page = visit.page
    await dies(visit, town, monkeypatch)
    town.live.up = [replace(CALL, held=True, stage="OnHold"), replace(CALL, id=WAITS.id, caller=WAITS.caller)]
    async with page.expect_response("**/answer"):
        await page.keyboard.press("F2")
    await expect(page.locator("#said")).to_contain_text("Din telefon ringer")
    await expect(page.locator("#current")).to_have_value(CALL.id)
    await page.keyboard.press("F10")
    await expect(page.locator("#said")).to_contain_text("Inget blev gjort")
    await expect(page.locator("#current")).to_have_value(WAITS.id)
    async with page.expect_response("**/hangup"):
        await page.keyboard.press("F10")
    await page.evaluate(IS_SHOWN)
    assert [call for call, wish, *_ in town.live.asked if wish is Wish.HANG_UP] == [WAITS.id]


async def test_a_key_is_for_the_caller_again_also_where_nothing_came_of_a_hold(
    visit: Visit, town: Town
) -> None:
    town.live.up = [CALL]
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page = visit.page
    town.live.outcome = Outcome("not_now")
    async with page.expect_response("**/hold"):
        await page.keyboard.press("F4")
    await page.evaluate(IS_SHOWN)
    async with page.expect_response("**/hangup"):
        await page.keyboard.press("F10")
    await page.evaluate(IS_SHOWN)


@pytest.mark.parametrize("key", ["F4", "F2"])
async def test_nor_are_keys_for_nobody_where_a_change_has_not_reached_the_service(
    visit: Visit, town: Town, key: str
) -> None:
    """A proxy before it answers, once; and another caller comes, as at any switchboard."""
    town.live.up = [CALL, WAITS]
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page, changes = visit.page, "**/switchboard/calls/*/*"
    await expect(page.locator("#part-waiting li")).to_have_count(1)

    async def fails(route: Route) -> None:
        await route.fulfill(status=502, body="Bad gateway")

    await page.route(changes, fails)
    async with page.expect_response(changes):
        await page.keyboard.press(key)
    await page.unroute(changes)
    town.live.up = [CALL, WAITS, replace(WAITS, id="hv-k-9")]
    town.changes.calls_stirred()
    await page.evaluate(IS_SHOWN)
    async with page.expect_response("**/hangup"):
        await page.keyboard.press("F10")
    await page.evaluate(IS_SHOWN)


async def test_what_is_refused_is_told_though_the_button_was_made_anew_meanwhile(
    visit: Visit, town: Town
) -> None:
    town.live.up = [CALL]
    await visit.signs_in("olle", {"role": "operator"}, to="/switchboard")
    page, hold = visit.page, visit.page.get_by_role("button", name="Håll kvar F4")
    town.live.outcome = Outcome("not_now")
    late = await Late.held(page, f"/switchboard/calls/{CALL.id}/hold")
    await hold.evaluate("button => (button.dataset.same = 'yes')")
    await page.keyboard.press("F4")
    await late.made.wait()
    await expect(hold).not_to_have_attribute("data-same", "yes")
    await late.comes()
    await expect(page.locator("#problem")).not_to_be_empty()
