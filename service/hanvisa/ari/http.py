"""HTTP/1.1 as far as Asterisk's REST interface needs it: short requests over kept connections, one at a time on each.

A general client spends more on each request than the whole rest of a call costs here (docs/adr, "A connection pool of
our own").
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import cast

_HEAD_ENDS = b"\r\n\r\n"
_LARGEST_HEAD = 16_384


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


class Pool:
    """At most ``size`` connections to one server; one that has been idle for ``keep`` seconds is not used again."""

    def __init__(self, host: str, port: int, *, size: int, keep: float) -> None:
        self._host, self._port, self._keep = host, port, keep
        self._places = asyncio.Semaphore(size)
        self._idle: deque[tuple[float, _Connection]] = deque()

    async def exchange(self, request: bytes) -> Answer:
        """Send one request and give its answer. Raises OSError when there is no connection, or it is lost."""
        async with self._places:
            connection = self._kept() or await self._new()
            try:
                answer = await connection.exchange(request)
            except BaseException:
                # Half an answer may still come on it.
                connection.close()
                raise
            if connection.stays:
                self._idle.append((asyncio.get_running_loop().time(), connection))
            else:
                connection.close()
            return answer

    def close(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()

    def _kept(self) -> _Connection | None:
        oldest = asyncio.get_running_loop().time() - self._keep
        while self._idle:
            since, connection = self._idle.pop()
            if connection.stays and since > oldest:
                return connection
            connection.close()
        return None

    async def _new(self) -> _Connection:
        _, connection = await asyncio.get_running_loop().create_connection(
            _Connection, self._host, self._port
        )
        return connection


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.stays = True
        self._transport: asyncio.Transport
        self._received = bytearray()
        self._answer: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport is one without being of asyncio's class.
        self._transport = cast("asyncio.Transport", transport)

    async def exchange(self, request: bytes) -> Answer:
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        self.stays = False
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(_HEAD_ENDS)
        if end < 0:
            if len(self._received) > _LARGEST_HEAD:
                self._fail("no end of the headers")
            return
        try:
            status, length, self.stays = _read_head(bytes(self._received[:end]))
        except ValueError as error:
            self._fail(str(error))
            return
        start = end + len(_HEAD_ENDS)
        if len(self._received) >= start + length and self._answer is not None and not self._answer.done():
            self._answer.set_result(Answer(status, bytes(self._received[start : start + length])))
            del self._received[: start + length]

    def connection_lost(self, exc: Exception | None) -> None:
        self.stays = False
        self._fail(str(exc or "the connection was closed"))

    def _fail(self, why: str) -> None:
        self.stays = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError(why))


def _read_head(head: bytes) -> tuple[int, int, bool]:
    """Status, length of the body in bytes, and whether the connection stays. ValueError when it can't be read."""
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    status = int(first.split(" ", 2)[1]) if first.startswith("HTTP/1.1 ") else 0
    if not status or ("content-length" not in headers and status != 204):
        raise ValueError(f"an answer that is not understood: {first!r}")
    return status, int(headers.get("content-length", "0")), headers.get("connection", "").lower() != "close"
