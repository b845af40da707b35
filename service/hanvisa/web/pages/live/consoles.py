"""Every open console: what has changed is made once for all who are shown the same, and sent where it is new."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Hashable, Iterable, Iterator
from contextlib import contextmanager

import structlog

from hanvisa.changes import Changes, Topic
from hanvisa.web.event_stream import event
from hanvisa.web.pages import translating
from hanvisa.web.pages.live.sharing import Last, Round
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.switchboard.parts import Part

log = structlog.get_logger(__name__)

AGAIN = 2.0  # seconds, after which a part that could not be made is tried again


class Console:
    """One open page: what it shows, and what is on its way to it. A slow one is sent only what is newest."""

    def __init__(self, page: Page) -> None:
        self.page = page  # in whose name its parts are made
        self.last: Last = {}
        self._shown: dict[str, str] = {}
        self._coming: dict[str, str] = {}
        self._more = asyncio.Event()

    def show(self, name: str, html: str) -> None:
        """Never waits."""
        self._coming[name] = html
        self._more.set()

    def tell(self, topic: Topic) -> None:
        """What the page itself asks for anew. Never waits."""
        self._shown.pop(topic, None)
        self.show(topic, "")

    async def events(self) -> AsyncIterator[bytes]:
        while True:
            await self._more.wait()
            self._more.clear()
            while self._coming:
                name, html = self._coming.popitem()
                if self._shown.get(name) != html:
                    self._shown[name] = html
                    yield event(name, html)


class Showing:
    """One part in all consoles. Changes that come while it is made are in the next."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._due: set[Console] = set()
        self._some = asyncio.Event()

    def due(self, consoles: Iterable[Console]) -> None:
        """The part may have changed for these. Never waits."""
        self._due.update(consoles)
        self._some.set()

    async def run(self) -> None:
        while True:
            await self._some.wait()
            self._some.clear()
            due, self._due = self._due, set()
            one_round = Round()
            for consoles in _alike(due):
                await self._show(consoles, one_round)
                await asyncio.sleep(0)  # calls come first

    async def _show(self, consoles: list[Console], one_round: Round) -> None:
        page = one_round.page(consoles[0].page, consoles[0].last)
        translating.language.set(page.language)
        try:
            html = await self.part.render(page)
        except Exception:  # one part that fails must not end the others
            log.exception("live.part_failed", part=self.part.name, again_in=AGAIN)
            asyncio.get_running_loop().call_later(AGAIN, self.due, consoles)
            return
        for console in consoles:
            console.show(self.part.name, html)


class Consoles:
    def __init__(self, parts: Iterable[Part], changes: Changes) -> None:
        self._changes = changes
        self._showings = [Showing(part) for part in parts]
        self._open: set[Console] = set()

    @contextmanager
    def opened(self, page: Page) -> Iterator[Console]:
        """A console for as long as it is open. All parts are on their way to it."""
        console = Console(page)
        self._open.add(console)
        self._changes.looked()
        for showing in self._showings:
            showing.due((console,))
        try:
            yield console
        finally:
            self._open.discard(console)

    async def follow(self) -> None:
        """Show what changes, for ever."""
        async with asyncio.TaskGroup() as tasks:
            for showing in self._showings:
                tasks.create_task(showing.run())
            while True:
                topics = await self._changes.next()
                if Topic.PRESENCE in topics:  # whom somebody has searched for is not in any part
                    for console in self._open:
                        console.tell(Topic.PRESENCE)
                for showing in self._showings:
                    if showing.part.topics & topics:
                        showing.due(self._open)


def _alike(consoles: Iterable[Console]) -> Iterable[list[Console]]:
    """The windows of the same user in the same language, together."""
    groups: defaultdict[Hashable, list[Console]] = defaultdict(list)
    for console in consoles:
        groups[_viewer(console.page)].append(console)
    return groups.values()


def _viewer(page: Page) -> Hashable:
    return page.language, page.api.who.user_id, page.api.who.assignments
