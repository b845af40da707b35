"""A gateway for text messages, for tests: a real HTTP server on a loopback port, which remembers what it was asked.

with FakeGateway() as gateway:           # nobody listens yet: connections are refused
    async with gateway.listening():
        ...
    assert gateway.requests[0].fields["to"] == "+46701740690"
"""

import asyncio
import json
import socket
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from aiohttp import web

CUT, HANG = 0, -1
"""In place of a status: the request is taken in, and the connection then broken, or kept without an answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """``head`` by names in lower case; ``fields`` are those of the form or of the JSON object."""

    head: Mapping[str, str]
    fields: Mapping[str, Any]


class FakeGateway:
    """``answers`` are the statuses of the next answers, in order; afterwards every message is taken (200)."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Request] = []
        self.answers: deque[int] = deque()
        self.hangs = False
        self._socket = _bound(port)
        self._port = self._socket.getsockname()[1]
        self._runner: web.AppRunner | None = None
        self.url = f"http://127.0.0.1:{self._port}/sms"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Answer requests. Afterwards nobody does, as before."""
        await self._begin()
        try:
            yield
        finally:
            await self._end()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Nobody listens meanwhile."""
        await self._end()
        try:
            yield
        finally:
            await self._begin()

    @asynccontextmanager
    async def hanging(self) -> AsyncIterator[None]:
        """What it is asked meanwhile is taken in, and never answered."""
        self.hangs = True
        try:
            yield
        finally:
            self.hangs = False

    async def _begin(self) -> None:
        app = web.Application()
        app.router.add_post("/sms", self._take)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0)
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    async def _end(self) -> None:
        """The port stays ours."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner, self._socket = None, _bound(self._port)

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.text()
        is_json = request.content_type == "application/json"
        fields = json.loads(body) if is_json else dict(parse_qsl(body, strict_parsing=True))
        head = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append(Request(head, fields))
        match HANG if self.hangs else self.answers.popleft() if self.answers else 200:
            case status if status > 0:
                return web.Response(status=status)
            case status if status == CUT and request.transport is not None:
                request.transport.abort()
        never: asyncio.Future[web.Response] = asyncio.get_running_loop().create_future()
        return await never


def _bound(port: int) -> socket.socket:
    """Who connects to it is refused until somebody listens."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound
