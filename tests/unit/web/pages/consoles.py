"""An open console without a browser: what comes to it of the parts that a test has made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientResponse, ClientTimeout

from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.switchboard.parts import Part
from unit.web.town import Town

PATH = "/switchboard/events"


@dataclass
class Made:
    """A part as a test has it: ``html`` by who looks, and for whom it has been made."""

    name: str
    html: str = "first"
    by: list[str] = field(default_factory=list)
    fails: bool = False

    def part(self, *topics: str) -> Part:
        return Part(self.name, self._render, frozenset(topics))

    async def _render(self, page: Page) -> str:
        self.by.append(f"{page.api.who.name} {page.language.value}")
        if self.fails:
            raise LookupError(self.name)
        return self.html


@dataclass
class Console:
    response: ClientResponse

    async def next(self) -> tuple[str, str]:
        """The next part (or the end) and its data. EOFError: there are no more."""
        name, data = "", []
        async with asyncio.timeout(10):
            while line := await self.response.content.readline():
                kind, _, value = line.decode().rstrip("\n").partition(": ")
                match kind:
                    case "event":
                        name = value
                    case "data" | "data:":
                        data.append(value)
                    case "" if name not in ("", "beat"):
                        return name, "\n".join(data)
                    case "":
                        name, data = "", []
        raise EOFError

    async def all(self, names: Iterable[str]) -> dict[str, str]:
        """The next event of each of these parts, in whatever order."""
        wanted, found = set(names), dict[str, str]()
        while wanted - set(found):
            name, data = await self.next()
            found[name] = data
        return found


@asynccontextmanager
async def console(
    town: Town, who: str | None = "operator", *, language: str = "sv", after: str = "", path: str = PATH
) -> AsyncIterator[Console]:
    """Open, until left, for the one with this token; without one with the client's cookies."""
    headers = (
        {"Cookie": f"hanvisa_language={language}", "Authorization": f"Bearer {town.tokens[who]}"}
        if who
        else {}
    )
    if after:
        headers["Last-Event-ID"] = after
    async with town.client.get(path, headers=headers, timeout=ClientTimeout()) as response:
        assert response.status == 200, await response.text()
        assert response.content_type == "text/event-stream"
        yield Console(response)
