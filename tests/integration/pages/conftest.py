"""A real browser (Debian's Chromium) in front of the pages of the tests' town."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from integration.pages.browsing import CHROMIUM, Visit
from unit.web.town import Founded, Town, found, open_town, settings_in


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def founded(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """Made once; every test has a copy of its own."""
    return await found(tmp_path_factory.mktemp("town") / "town.sqlite")


@pytest_asyncio.fixture(loop_scope="session")
async def town(founded: Founded, tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(founded, tmp_path, settings_in(tmp_path)) as town:
        yield town


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, town: Town) -> AsyncIterator[Visit]:
    """A browser window in which nobody has signed in. What it complains of fails the test."""
    async with Visit.begun(browser, town) as visit:
        yield visit
