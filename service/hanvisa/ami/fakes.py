"""Public fakes: a TCP relay in front of Asterisk that fails as networks do."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self


class Relay:
    """Relays TCP on a free loopback port to ``port``; can swallow everything, cut, or deliver byte by byte."""

    def __init__(self, port: int) -> None:
        self.port = 0
        self._target = port
        self._half_open = False
        self._piecemeal = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def half_open(self, yes: bool = True) -> None:
        """Swallow all bytes of both directions, with no word to either side."""
        self._half_open = yes

    def piecemeal(self) -> None:
        """Deliver one byte at a time from now on."""
        self._piecemeal = True

    def cut(self) -> None:
        """Break all connections."""
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, far_writer}
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._relay(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _relay(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                if not self._half_open:
                    await self._deliver(data, sink)
        except OSError:
            pass  # the other side broke it: so does this one
        finally:
            sink.transport.abort()
            self._writers.discard(sink)

    async def _deliver(self, data: bytes, sink: asyncio.StreamWriter) -> None:
        step = 1 if self._piecemeal else len(data)
        for start in range(0, len(data), step):
            sink.write(data[start : start + step])
            await sink.drain()
            await asyncio.sleep(0)
