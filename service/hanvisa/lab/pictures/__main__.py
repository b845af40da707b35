"""Starts a system of its own, opens each page in a browser as who it is for, and keeps what it looks like in docs."""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from datetime import UTC, datetime
from io import BytesIO

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect

from hanvisa.config import read_settings
from hanvisa.errors import HanvisaError
from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.lab.own import import_demo, own_settings
from hanvisa.lab.pictures.furnishing import PASSWORD, ask_for_extracts, keep_the_switchboard_busy, let_in
from hanvisa.lab.pictures.history import write_history
from hanvisa.lab.pictures.table import CHAPTERS, Picture
from hanvisa.lab.run import say
from hanvisa.lab.system import System
from hanvisa.lab.town import Town, town, web_of
from hanvisa.reports.months import Month

FOLDER = REPOSITORY / "docs" / "pictures"
CHROMIUM = REPOSITORY / "service" / "hanvisa" / "lab" / "chromium"
COLOURS = 128  # a picture of a page needs no more, and is a third as large
WIDE, NARROW, HEIGHT = 1280, 360, 720  # pixels
TALLEST = 1600


def main() -> int:
    try:
        asyncio.run(_take_all())
    except (HanvisaError, AssertionError) as error:
        sys.stderr.write(f"dev pictures: {error}\n")
        return 1
    return 0


async def _take_all() -> None:
    month = Month.of(datetime.now(UTC)).before
    own = own_settings(read_settings(), "pictures")
    await import_demo(own)
    await write_history(own, month)
    say("Starting Asterisk and the service ...")
    async with System(own), town(own, Town) as people, async_playwright() as playwright:
        by_user = defaultdict[str, list[Picture]](list)
        for chapter in CHAPTERS:
            for picture in chapter.pictures:
                by_user[picture.who].append(picture)
        await let_in(people.api, by_user)
        await keep_the_switchboard_busy(people)
        named = {"month": f"month={month}", **await ask_for_extracts(people, month)}
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        for who, pictures in by_user.items():
            await _take(browser, web_of(own), who, pictures, named)
        await browser.close()


async def _take(
    browser: Browser, base: str, who: str, pictures: list[Picture], named: dict[str, str]
) -> None:
    context = await browser.new_context(base_url=base, locale="sv-SE", reduced_motion="reduce")
    page = await context.new_page()
    if who:
        await _sign_in(page, who)
    for picture in pictures:
        await page.emulate_media(color_scheme="dark" if picture.is_dark else "light")
        width = NARROW if picture.is_narrow else WIDE
        await page.set_viewport_size({"width": width, "height": HEIGHT})
        await page.goto(picture.address.format_map(named))
        await expect(page.locator("[aria-busy=true]")).to_have_count(0)
        if picture.before is not None:
            await picture.before(page)
        height = min(TALLEST, await page.evaluate("document.documentElement.scrollHeight"))
        await page.set_viewport_size({"width": width, "height": height})
        _keep(picture.name, await page.screenshot())
    await context.close()


async def _sign_in(page: Page, who: str) -> None:
    await page.goto("/sign-in")
    await page.get_by_label("Namn").fill(who)
    await page.get_by_label("Lösenord").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/sign-in" not in url)


def _keep(name: str, taken: bytes) -> None:
    FOLDER.mkdir(exist_ok=True)
    picture = Image.open(BytesIO(taken)).convert("RGB").quantize(COLOURS)
    file = FOLDER / f"{name}.png"
    picture.save(file, optimize=True)
    say(f"{file.relative_to(REPOSITORY)}  {file.stat().st_size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
