"""Every open console: what has changed is made once for all who are shown the same, and sent where it is new."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import AsyncIterator, Hashable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache

import structlog

from hanvisa.changes import Changes, Topic
from hanvisa.web.event_stream import event
from hanvisa.web.pages import translating
from hanvisa.web.pages.live.sharing import Last, Round
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.switchboard import finding
from hanvisa.web.pages.switchboard.parts import CALLERS, Part
from hanvisa.web.pages.switchboard.searches import Searches, window_of
from hanvisa.web.principals import Principal
from hanvisa.web.problems import Problem

log = structlog.get_logger(__name__)

AGAIN = 2.0  # seconds, after which a part that could not be made is tried again


class Console:
    """One open page: what it shows, and what is on its way to it. A slow one is sent only what is newest."""

    def __init__(self, page: Page) -> None:
        self.page = page  # in whose name its parts are made
        self.window = window_of(page)
        self.last: Last = {}
        self._shown: dict[str, str] = {}
        self._coming: dict[str, str] = {}
        self._more = asyncio.Event()

    def show(self, name: str, html: str) -> None:
        """Never waits."""
        self._coming[name] = html
        self._more.set()

    def show_anew(self, name: str, html: str) -> None:
        """Also what is as it was sent last: meanwhile the page has got another. Never waits."""
        self.forget(name)
        self.show(name, html)

    def forget(self, name: str) -> None:
        """What is sent next of it is sent also where it is as before."""
        self._shown.pop(name, None)

    def tell(self, topic: Topic) -> None:
        """The page itself asks anew for what has changed. Never waits."""
        self.show_anew(topic, "")

    def beat(self, now: datetime) -> None:
        """By this the page knows that its connection lives. Never waits."""
        self.show_anew("beat", now.isoformat())

    async def events(self) -> AsyncIterator[bytes]:
        while True:
            await self._more.wait()
            self._more.clear()
            while self._coming:
                name, html = self._coming.popitem()
                if self._shown.get(name) != html:
                    self._shown[name] = html
                    yield _event(name, html)


class Showing(ABC):
    """Something in consoles. Changes that come while it is made are in the next."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._due: set[Console] = set()
        self._some = asyncio.Event()

    @abstractmethod
    def concerned(self, consoles: Iterable[Console], topics: frozenset[Topic]) -> Iterable[Console]:
        """Those in which it may be otherwise now."""

    @abstractmethod
    def alike(self, due: Iterable[Console]) -> Iterable[list[Console]]:
        """Those together for whom it is made once."""

    @abstractmethod
    async def make(self, page: Page, consoles: list[Console]) -> None:
        """Show it in the consoles, in whose name the page is asked for."""

    def due(self, consoles: Iterable[Console]) -> None:
        """It may have changed for these. Never waits."""
        self._due.update(consoles)
        self._some.set()

    async def run(self) -> None:
        while True:
            await self._some.wait()
            self._some.clear()
            due, self._due = self._due, set()
            one_round = Round()
            for consoles in self.alike(due):
                await self._make(one_round.page(consoles[0].page, consoles[0].last), consoles)
                await asyncio.sleep(0)  # calls come first

    async def _make(self, page: Page, consoles: list[Console]) -> None:
        translating.language.set(page.language)
        try:
            await self.make(page, consoles)
        except Exception:  # one that fails must not end the others
            log.exception("live.part_failed", part=self.name, again_in=AGAIN)
            asyncio.get_running_loop().call_later(AGAIN, self.due, consoles)


class ShowingPart(Showing):
    """One part in all consoles."""

    def __init__(self, part: Part) -> None:
        super().__init__(part.name)
        self._part = part

    def concerned(self, consoles: Iterable[Console], topics: frozenset[Topic]) -> Iterable[Console]:
        return consoles if self._part.topics & topics else ()

    def alike(self, due: Iterable[Console]) -> Iterable[list[Console]]:
        """The windows of the same user in the same language."""
        groups: defaultdict[Hashable, list[Console]] = defaultdict(list)
        for console in due:
            groups[_viewer(console.page)].append(console)
        return groups.values()

    async def make(self, page: Page, consoles: list[Console]) -> None:
        html = await self._part.render(page)
        for console in consoles:
            console.show(self.name, html)


class ShowingFound(Showing):
    """What is searched for, in each console something else."""

    def __init__(self, searches: Searches) -> None:
        super().__init__("found")
        self._searches = searches

    def concerned(self, consoles: Iterable[Console], topics: frozenset[Topic]) -> Iterable[Console]:
        """A call has a say in what may be told."""
        for console in consoles:
            search = self._searches.of(console.window)
            if search and (Topic.PRESENCE in topics or (search.call and Topic.CALLS in topics)):
                yield console

    def alike(self, due: Iterable[Console]) -> Iterable[list[Console]]:
        return ([console] for console in due)

    async def make(self, page: Page, consoles: list[Console]) -> None:
        [console] = consoles
        if not (search := self._searches.of(console.window)):
            return
        try:
            html = await finding.render(page, search)
        except Problem as problem:
            if problem.kind.status >= 500:
                raise
            # Who was chosen is gone: the next search is followed again.
            self._searches.end(console.window, search)
            return
        if self._searches.is_news(console.window, search, html):
            console.show_anew(self.name, html)


class Consoles:
    def __init__(self, parts: Iterable[Part], searches: Searches, changes: Changes) -> None:
        self._changes = changes
        self._showings: list[Showing] = [*map(ShowingPart, parts), ShowingFound(searches)]
        self._open: set[Console] = set()
        self._watching: dict[Console, Topic] = {}
        self._anybody = asyncio.Event()  # has one open

    @contextmanager
    def opened(self, page: Page) -> Iterator[Console]:
        """A console for as long as it is open. All parts are on their way to it."""
        console = Console(page)
        self._open.add(console)
        self._anybody.set()
        self._changes.looked()
        for showing in self._showings:
            showing.due((console,))
        try:
            yield console
        finally:
            self._open.discard(console)
            self._closed()

    @contextmanager
    def watched(self, page: Page, topic: Topic) -> Iterator[Console]:
        """A page without parts, for as long as it is open: told at once, for what it shows was read before."""
        console = Console(page)
        self._watching[console] = topic
        self._anybody.set()
        console.tell(topic)
        try:
            yield console
        finally:
            del self._watching[console]
            self._closed()

    def _closed(self) -> None:
        if not (self._open or self._watching):
            self._anybody.clear()

    def asked_by(self, who: Principal) -> None:
        """They have asked for a change at a page. Never waits.

        In what they have open comes a beat, and who their callers are now, be it as it was: a key is for one of them,
        and who that is isn't known there until then.
        """
        theirs = [one for one in (*self._open, *self._watching) if one.page.api.who.user_id == who.user_id]
        for console in theirs:
            console.beat(console.page.api.services.clock.now())
            console.forget(CALLERS)
        for showing in self._showings:
            if showing.name == CALLERS:
                showing.due(self._open.intersection(theirs))

    async def follow(self) -> None:
        """Show what changes, for ever. While nobody looks, calls are not held up by looking at what they change."""
        async with asyncio.TaskGroup() as tasks:
            for showing in self._showings:
                tasks.create_task(showing.run())
            while True:
                await self._anybody.wait()
                topics = await self._changes.next()
                for console, topic in self._watching.items():
                    if topic in topics:
                        console.tell(topic)
                for showing in self._showings:
                    showing.due(showing.concerned(self._open, topics))


_event = lru_cache(maxsize=16)(event)
"""Written once for those who are sent the same HTML."""


def _viewer(page: Page) -> Hashable:
    return page.language, page.api.who.user_id, page.api.who.assignments
