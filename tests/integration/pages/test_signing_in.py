"""Signing in, in a browser."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.async_api import Browser, expect

from integration.pages.browsing import Visit
from unit.web.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
async def test_everybody_can_sign_in(
    browser: Browser, town: Town, scheme: Literal["light", "dark"], width: int
) -> None:
    async with Visit.begun(browser, town, scheme=scheme, width=width) as visit:
        for in_english in (False, True):
            await visit.page.goto("/sign-in")
            if in_english:
                await visit.in_english()
            await visit.is_accessible()
            await visit.page.get_by_label("Name" if in_english else "Namn").fill("nobody")
            await visit.page.get_by_label("Password" if in_english else "Lösenord").fill("wrong")
            await visit.page.keyboard.press("Enter")
            await expect(
                visit.page.get_by_role("alert").filter(has_text="wrong" if in_english else "fel")
            ).to_be_visible()
            await visit.is_accessible()


async def test_a_key_leads_past_the_menu(visit: Visit) -> None:
    await visit.page.goto("/sign-in")
    past = visit.page.get_by_role("link", name="Hoppa till innehållet")
    await past.focus()
    await expect(past).to_be_in_viewport()
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator("#main")).to_be_focused()
