"""What the pages of departments read and change alike."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hanvisa.web.pages.rendering import Page

_LONG = 200  # the most of a list that the API gives at once


async def every(page: Page, path: str, **query: Any) -> list[Any]:
    """All items of a list, however long."""
    found: list[Any] = []
    cursor = None
    while True:
        answer = await page.api.get(path, limit=_LONG, cursor=cursor, **query)
        found += answer.items
        cursor = answer.next
        if cursor is None:
            return found


async def do(page: Page, path: str, what: str) -> Any:
    """What is said of one with a single key: of its version as it is now. What comes back is it."""
    version = (await page.api.ask("GET", path, {})).etag
    return (await page.api.send("POST", f"{path}/{what}", if_match=f'"{version}"')).body


async def choices(page: Page) -> web.StreamResponse:
    """Persons to choose among, by what is typed of their name, title or number."""
    asked = page.request.query.get("q", "").strip()
    found = (await page.api.get("/persons", q=asked, limit=20)).items if asked else []
    return page.show("departments/choices.html", persons=found)
