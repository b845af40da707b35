"""A connection to AMI that breaks as the way to a machine does: not with a reset, but with nobody to go to."""

from __future__ import annotations

import asyncio
import errno
from typing import Any

import pytest

from hanvisa.ami import connection
from hanvisa.ami.manager import Manager, Timing
from hanvisa.errors import Unavailable
from hanvisa.lab.waiting import until

LOGGED_IN = 2  # actions: the login, and which events are wanted
WAYS = [
    pytest.param(error, id=errno.errorcode[error.errno or 0])
    for error in (
        OSError(errno.EHOSTUNREACH, "No route to host"),
        OSError(errno.ENETUNREACH, "Network is unreachable"),
        OSError(errno.ETIMEDOUT, "Connection timed out"),
        OSError(errno.ECONNRESET, "Connection reset by peer"),
    )
]


class Line(asyncio.Transport):
    """To an Asterisk that answers "Success" to so many actions; at the next one the way to it is gone."""

    def __init__(self, error: OSError, actions: int) -> None:
        super().__init__()
        self._error, self._left = error, actions
        self._reader = asyncio.StreamReader()
        self._protocol = asyncio.StreamReaderProtocol(self._reader)
        self._protocol.connection_made(self)
        self._reader.feed_data(b"Asterisk Call Manager/12.0.0\r\n")

    def ends(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        loop = asyncio.get_running_loop()
        return self._reader, asyncio.StreamWriter(self, self._protocol, self._reader, loop)

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        if not self._left:
            self._protocol.connection_lost(self._error)
            return
        self._left -= 1
        [id_] = [line for line in bytes(data).split(b"\r\n") if line.startswith(b"ActionID:")]
        self._reader.feed_data(b"Response: Success\r\n" + id_ + b"\r\n\r\n")

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        """It is nobody's any more."""


def connects_to(monkeypatch: pytest.MonkeyPatch, error: OSError, actions: int) -> list[Line]:
    """The lines that are made from now on."""
    lines: list[Line] = []

    async def open_connection(*_: object, **__: object) -> object:
        lines.append(Line(error, actions))
        return lines[-1].ends()

    monkeypatch.setattr(connection.asyncio, "open_connection", open_connection)
    return lines


@pytest.mark.parametrize("error", WAYS)
async def test_an_action_on_a_line_that_breaks_is_told_so(
    monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    connects_to(monkeypatch, error, LOGGED_IN)
    manager = Manager(5038, "secret")
    await manager.start()
    await manager.until_connected(2.0)
    with pytest.raises(Unavailable):
        await manager.action("DBPut", Family="hanvisa", Key="a", Val="b")
    await manager.stop()


@pytest.mark.parametrize("error", WAYS)
async def test_a_line_that_breaks_as_it_is_watched_is_replaced(
    monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    lines = connects_to(monkeypatch, error, LOGGED_IN)
    manager = Manager(5038, "secret", timing=Timing(ping_every=0.05))
    await manager.start()
    await until(lambda: len(lines) > 2, what="it is connected to again, and again")
    await manager.stop()


@pytest.mark.parametrize("error", WAYS)
async def test_a_machine_to_which_there_is_no_way_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    lines = connects_to(monkeypatch, error, 0)  # not even for the login
    manager = Manager(5038, "secret")
    await manager.start()
    await until(lambda: len(lines) > 2, what="it is connected to again, and again")
    assert not manager.connected
    await manager.stop()
