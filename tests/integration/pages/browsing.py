"""A person in front of a browser: what they open, what they see, and whether everybody could use it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect

from hanvisa.lab.asterisk import REPOSITORY
from unit.web.town import Town, answer, id_of

CHROMIUM = REPOSITORY / "service" / "hanvisa" / "lab" / "chromium"
PASSWORD = "not a secret of anybody"  # noqa: S105
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = {
    "runOnly": {"type": "tag", "values": WCAG},
    "resultTypes": ["violations"],
}  # what passes is half the work
_MEANT = ("Failed to load resource", "htmx:sendAbort,", "htmx:afterRequest,")
"""A refusal is an answer; the browser writes every status of 400 and more in red. And a search that a newer one
replaces is given up: that is the two of htmx. A request that fails has a third, "htmx:sendError".
"""


@dataclass
class Visit:
    """One window. ``complaints`` are what the browser said of the pages: errors, and what their policy forbids."""

    context: BrowserContext
    page: Page
    town: Town
    complaints: list[str] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def begun(
        cls,
        browser: Browser,
        town: Town,
        *,
        scheme: Literal["light", "dark"] = "light",
        width: int = 1280,
        height: int = 800,
    ) -> AsyncIterator[Visit]:
        context = await browser.new_context(
            base_url=str(town.client.make_url("")),
            locale="sv-SE",
            color_scheme=scheme,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
        )
        # Requests can be held from the start: one that is sent just as that begins goes by, and nothing tells of it.
        await context.route("**/nowhere", lambda route: route.abort())
        visit = cls(context, await context.new_page(), town)
        visit.page.on("console", visit._says)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        yield visit
        await context.close()
        assert not visit.complaints, visit.complaints

    def _says(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_MEANT):
            self.complaints.append(message.text)

    def lost_the_network(self) -> None:
        """As was meant: what the browser says of that is no complaint."""
        self.complaints = [one for one in self.complaints if not one.startswith("htmx:sendError,")]

    async def signs_in(self, person: str, *roles: dict[str, object], to: str = "/") -> None:
        """By the form, with an account made for it."""
        name = f"{person}@kommunen.test"
        account = {"name": name, "password": PASSWORD, "person": str(id_of(person)), "roles": list(roles)}
        await answer(await self.town.ask("POST", "/users", account), 201)
        await self.page.goto(f"/sign-in?to={to}")
        await self.page.get_by_label("Namn").fill(name)
        await self.page.get_by_label("Lösenord").fill(PASSWORD)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(lambda url: "/sign-in" not in url)

    async def in_english(self) -> None:
        await self.page.get_by_role("button", name="English").click()
        await self.page.locator('html[lang="en"]').wait_for()

    async def is_accessible(self) -> None:
        """Axe finds nothing on the page as it is, and nothing is cut off at the window's width (WCAG 2.2, 1.4.10)."""
        found = await Axe().run(self.page, options=AXE)
        violations = found.response["violations"]
        told = [f"{one['id']}: {one['help']} {[node['html'] for node in one['nodes']]}" for one in violations]
        assert not told, "\n".join(told)
        wide = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"the page is {wide} pixels wider than the window"


@dataclass
class Late:
    """The answers to one address: ``made`` when they are asked for, and held on their way until they ``may_come``."""

    page: Page
    path: str
    made: asyncio.Event = field(default_factory=asyncio.Event)
    may_come: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    async def held(cls, page: Page, path: str) -> Late:
        late = cls(page, path)
        await page.evaluate(_NOTES_END, path)
        await page.route(f"**{path}*", late._hold)
        return late

    async def _hold(self, route: Route) -> None:
        response = await route.fetch()
        self.made.set()
        await self.may_come.wait()
        await route.fulfill(response=response)

    async def comes(self) -> None:
        """And the page has done with it what it does."""
        self.may_come.set()
        await self.page.evaluate("late")


_NOTES_END = """path => {
  window.late = new Promise(over => document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (detail.requestConfig.path === path) detail.xhr.addEventListener("loadend", () => over());
  }));
}"""


async def is_whole(page: Page) -> None:
    """What comes by itself is there: one part after the other, each in the usual time."""
    busy = page.locator("[aria-busy=true]")
    while left := await busy.count():
        await expect(busy).not_to_have_count(left)
