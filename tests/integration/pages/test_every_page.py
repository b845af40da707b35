"""Every page in both languages and schemes, wide, narrow and enlarged: everybody can use it (WCAG 2.2 AA)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import UrlDispatcher
from playwright.async_api import Browser

from hanvisa.config import Settings
from hanvisa.lab.pictures.table import CHAPTERS
from hanvisa.web.pages import VIEWS
from integration.pages.addresses import ADDRESSES
from integration.pages.browsing import Visit, is_whole
from integration.pages.furnished import furnish
from unit.web.town import Founded, Town, id_of, open_town

SCHOOL = {"kind": "operation", "id": str(id_of("Skola"))}
ACCOUNTS: dict[str, tuple[str, tuple[dict[str, Any], ...]]] = {
    "admin": ("nils", ({"role": "admin"},)),
    "head": ("siv", ({"role": "head", "scope": SCHOOL},)),
    "manager": ("hemlig", ({"role": "telephone_manager", "scope": SCHOOL},)),
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


CASES = [(one.who, one.path or view) for view, examples in ADDRESSES.items() for one in examples or ()]


class Windows:
    """One window for each who opens pages, all of them in one furnished town."""

    def __init__(self, browser: Browser, town: Town, named: dict[str, str], stack: AsyncExitStack) -> None:
        self.named = named
        self._browser = browser
        self._town = town
        self._stack = stack
        self._open: dict[str, Visit] = {}

    async def of(self, who: str) -> Visit:
        if who not in self._open:
            visit = await self._stack.enter_async_context(Visit.begun(self._browser, self._town))
            person, roles = ACCOUNTS[who]
            if person:
                await visit.signs_in(person, *roles)
            self._open[who] = visit
        return self._open[who]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def windows(
    browser: Browser, founded: Founded, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Windows]:
    folder = tmp_path_factory.mktemp("furnished")
    async with (
        open_town(founded, folder, Settings(state=folder)) as town,
        AsyncExitStack() as stack,
    ):
        yield Windows(browser, town, await furnish(town), stack)


@pytest.fixture(scope="module")
def router() -> UrlDispatcher:
    router = UrlDispatcher()
    for view in VIEWS:
        if view.method == "GET":
            view.add_to(router)
    return router


def test_every_view_is_in_the_table(router: UrlDispatcher) -> None:
    views = {resource.canonical for resource in router.resources()}
    assert views - set(ADDRESSES) == set(), "give these an example address in addresses.py"
    assert set(ADDRESSES) - views == set(), "these are no more"


async def test_every_page_has_its_picture(router: UrlDispatcher) -> None:
    some_id = defaultdict(lambda: str(id_of("somebody")))
    shown = set()
    for picture in (picture for chapter in CHAPTERS for picture in chapter.pictures):
        address = make_mocked_request("GET", picture.address.format_map(some_id))
        resource = (await router.resolve(address)).route.resource
        assert resource is not None, picture.address
        shown.add(resource.canonical)
    pages = {view for view, examples in ADDRESSES.items() if examples}
    assert pages - shown == set(), "show these in lab/pictures/table.py, and run ./dev pictures"


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("who", "path"), CASES)
async def test_everybody_can_use_every_page(windows: Windows, who: str, path: str) -> None:
    visit = await windows.of(who)
    page = visit.page
    came = await page.goto(path.format_map(windows.named))
    assert came is not None
    assert came.status == 200
    for other, scheme, looked_at in (("English", "light", WIDE), ("Svenska", "dark", NARROW)):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for width in (WIDE, ENLARGED, NARROW):
            await page.set_viewport_size({"width": width, "height": 800})
            await is_whole(page)
            assert not await page.evaluate(CUT_OFF), width
            if width == looked_at:
                await visit.is_accessible()
        await page.get_by_role("button", name=other).click()
        await page.locator(f'html[lang="{"en" if other == "English" else "sv"}"]').wait_for()
    assert not visit.complaints, visit.complaints
