"""A TCP line to a port or socket of this machine, which can be cut, lose every packet, or be slow.

async with FaultyLine(to_port=20001) as line:
    service = System(settings.model_copy(update={"ami_port": line.port}), ...)
    line.drop_packets()
    ...
    line.mend()
"""

import asyncio
import socket
import struct
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import Self

_HOST = "127.0.0.1"
_CHUNK = 1 << 16  # bytes
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER, on for 0 s: a close is an RST (socket(7))


class _State(Enum):
    PASSES = auto()
    CUT = auto()
    DROPS = auto()


@dataclass(eq=False)
class _Connection:
    """Both ends of one connection through the line. ``flows`` is cleared for ever when its packets are dropped."""

    ends: list[asyncio.StreamWriter]
    flows: asyncio.Event = field(default_factory=asyncio.Event)


class FaultyLine:
    """``port`` is where it listens on 127.0.0.1; ``delay`` the seconds that everything takes each way."""

    def __init__(self, to_port: int = 0, *, to_socket: Path | None = None) -> None:
        self.delay = 0.0
        self.port = 0
        self._to_port = to_port
        self._to_socket = to_socket
        self._state = _State.PASSES
        self._connections: set[_Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, _HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Reset every connection, and every new one as soon as it is made."""
        self._state = _State.CUT
        for connection in self._connections:
            _reset(connection)
        self._connections.clear()

    def drop_packets(self) -> None:
        """Carry nothing more and close nothing, as where a cable is pulled or a firewall drops: half-open.

        New connections seem to be made (the kernel makes them), and nothing comes back on them.
        """
        self._state = _State.DROPS
        for connection in self._connections:
            connection.flows.clear()

    def mend(self) -> None:
        """New connections pass again. Those whose packets were dropped stay dead, as where a firewall forgot them."""
        self._state = _State.PASSES

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection([writer])
        if self._state is _State.CUT:
            _reset(connection)
            return
        self._connections.add(connection)
        if self._state is _State.PASSES:
            connection.flows.set()
            await self._lead_on(connection, reader)

    async def _lead_on(self, connection: _Connection, reader: asyncio.StreamReader) -> None:
        [near] = connection.ends
        try:
            far_reader, far = await self._reach()
        except OSError:  # nobody is there: the near end is told so
            _reset(connection)
            self._connections.discard(connection)
            return
        connection.ends.append(far)
        for source, sink in ((reader, far), (far_reader, near)):
            task = asyncio.create_task(self._carry(source, sink, connection))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._to_socket is not None:
            return await asyncio.open_unix_connection(self._to_socket)
        return await asyncio.open_connection(_HOST, self._to_port)

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, connection: _Connection
    ) -> None:
        """One way of one connection, until one of its ends closes it: the other is told so."""
        try:
            while data := await source.read(_CHUNK):
                await asyncio.sleep(self.delay)
                await connection.flows.wait()
                sink.write(data)
                await sink.drain()
            await connection.flows.wait()
        except ConnectionError:  # an end has reset it: so does the other
            await connection.flows.wait()
        for end in connection.ends:
            end.close()
        self._connections.discard(connection)


def _reset(connection: _Connection) -> None:
    connection.flows.set()  # nothing waits for it any more
    for end in connection.ends:
        if not end.transport.is_closing():
            end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.transport.abort()
