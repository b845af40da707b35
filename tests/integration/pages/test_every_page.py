"""Every page in both languages and schemes, wide, narrow and enlarged: everybody can use it (WCAG 2.2 AA)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp.web import UrlDispatcher
from playwright.async_api import Browser, Page, expect

from hanvisa.web.pages import VIEWS
from integration.pages.addresses import ADDRESSES
from integration.pages.browsing import Visit
from integration.pages.furnished import furnish
from unit.web.town import Town, id_of

SCHOOL = {"kind": "operation", "id": str(id_of("Skola"))}
ACCOUNTS: dict[str, tuple[str, tuple[dict[str, Any], ...]]] = {
    "admin": ("nils", ({"role": "admin"},)),
    "head": ("siv", ({"role": "head", "scope": SCHOOL},)),
    "manager": ("siv", ({"role": "telephone_manager", "scope": SCHOOL},)),
    "operator": ("olle", ({"role": "operator"},)),
    "person": ("anna", ({"role": "person"},)),
    "": ("", ()),
}
"""Who opens pages: the person, and their roles."""

WIDE, ENLARGED, NARROW = 1280, 640, 320  # pixels; 640 is 1280 at 200 %
CUT_OFF = """() => {
  const scrolls = (one) => one && (/auto|scroll/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
  return [...document.querySelectorAll("main *, header *")]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1 && !scrolls(one))
    .map((one) => one.outerHTML.slice(0, 120));
}"""


def _paths(who: str) -> Iterator[str]:
    for view, examples in ADDRESSES.items():
        yield from (one.path or view for one in examples or () if one.who == who)


def test_every_view_is_in_the_table() -> None:
    router = UrlDispatcher()
    for view in VIEWS:
        if view.method == "GET":
            view.add_to(router)
    views = {resource.canonical for resource in router.resources()}
    assert views - set(ADDRESSES) == set(), "give these an example address in addresses.py"
    assert set(ADDRESSES) - views == set(), "these are no more"


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("who", [who for who in ACCOUNTS if any(_paths(who))])
async def test_everybody_can_use_every_page(browser: Browser, town: Town, who: str, language: str) -> None:
    named = await furnish(town)
    person, roles = ACCOUNTS[who]
    async with Visit.begun(browser, town) as visit:
        if person:
            await visit.signs_in(person, *roles)
        if language == "en":
            await visit.page.goto("/sign-in")
            await visit.in_english()
        for path in _paths(who):
            await _is_for_everybody(visit, path.format_map(named))


async def _is_for_everybody(visit: Visit, path: str) -> None:
    page = visit.page
    came = await page.goto(path)
    assert came is not None
    assert came.status == 200, path
    for width in (WIDE, ENLARGED, NARROW):
        await page.set_viewport_size({"width": width, "height": 800})
        await _is_whole(page)
        assert not await page.evaluate(CUT_OFF), (path, width)
        for scheme in ("light", "dark") if width != ENLARGED else ():
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await visit.is_accessible()


async def _is_whole(page: Page) -> None:
    """What comes by itself is there."""
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)
