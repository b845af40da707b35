"""What is searched for in each open console: it is shown anew when it has changed, and the page need not ask."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from hanvisa.web.pages.rendering import Page

MOST = 1000  # windows: of more the one that has searched least lately is no longer followed
_WINDOW = re.compile(r"[A-Za-z0-9_-]{8,32}")

Window = tuple[UUID | None, str]
"""Whose it is, and the name that the page has given itself: of nobody else's window anything is shown."""


@dataclass(frozen=True, slots=True)
class Search:
    """``q`` is what has been typed, ``person`` one who was chosen, ``call`` the caller at hand."""

    q: str = ""
    person: str = ""
    call: str = ""

    @classmethod
    def asked_by(cls, query: Mapping[str, str]) -> Search:
        q, person, call = (query.get(name, "").strip()[:100] for name in ("q", "person", "call"))
        return cls(q, person, call)

    def __bool__(self) -> bool:
        return bool(self.q or self.person)

    def __str__(self) -> str:
        """As a query: by it a page that connects anew says what it shows."""
        return urlencode({name: value for name, value in asdict(self).items() if value})

    @property
    def words(self) -> str:
        """As a query that leaves open who is the caller at hand."""
        return str(replace(self, call=""))


class Searches:
    def __init__(self) -> None:
        self._in: dict[Window, tuple[Search, int | None]] = {}

    def of(self, window: Window) -> Search:
        """An empty one, where nothing is searched for."""
        return self._in.get(window, (Search(), None))[0]

    def note(self, window: Window, search: Search, html: str | None = None) -> None:
        """The window shows ``html`` of it; None: nobody knows what."""
        self._in.pop(window, None)
        if search and window[1]:
            self._in[window] = search, None if html is None else hash(html)
        while len(self._in) > MOST:
            self._in.pop(next(iter(self._in)))

    def end(self, window: Window, search: Search) -> None:
        """It is followed no more, unless something else is searched for there by now."""
        if self.of(window) == search:
            del self._in[window]

    def is_news(self, window: Window, search: Search, html: str) -> bool:
        """Whether it is searched for there still, and shows otherwise than before. From now on it shows so."""
        known, shown = self._in.get(window, (None, None))
        if known != search or shown == hash(html):
            return False
        self._in[window] = search, hash(html)
        return True


SEARCHES: web.AppKey[Searches] = web.AppKey("searches", Searches)


def window_of(page: Page) -> Window:
    name = page.request.query.get("window", "")
    return page.api.who.user_id, name if _WINDOW.fullmatch(name) else ""
