"""An iCalendar file on the web, with what its server tells of it, and a count of what was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Feed:
    """``tag`` and ``modified`` are sent along where they are set; who has the same gets 304."""

    text: str = ""
    tag: str = ""
    modified: str = ""
    status: int = 200
    answers: list[int] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        headers = {
            name: value for name, value in (("ETag", self.tag), ("Last-Modified", self.modified)) if value
        }
        same = (self.tag and request.headers.get("If-None-Match") == self.tag) or (
            self.modified and request.headers.get("If-Modified-Since") == self.modified
        )
        status = 304 if same else self.status
        self.answers.append(status)
        body = b"" if same else self.text.replace("\n", "\r\n").encode()
        return web.Response(status=status, body=body, headers=headers)


@asynccontextmanager
async def running_feed() -> AsyncIterator[Feed]:
    feed = Feed()
    app = web.Application()
    app.router.add_get("/secret-key/tora.ics", feed.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # it is there when it has started
    feed.url = f"http://127.0.0.1:{port}/secret-key/tora.ics"
    try:
        yield feed
    finally:
        await runner.cleanup()
