"""The service, started again and again at the cost of its work alone: most of a start is reading its modules.

    async with preloaded() as service:
        process = await service.start(environment(settings), log)

A process of its own has read them, and has a child that goes on as `hanvisa serve` whenever it is told. Nothing has run
in it: no loop, no thread, no log. What the test is about is not how the service starts: where it is, take a new one.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from subprocess import DEVNULL
from typing import BinaryIO

from hanvisa.keeper import dies_with
from hanvisa.lab.asterisk import DIES_WITH_US

_LONGEST = 1 << 17  # bytes of an environment


class Preloaded:
    """Made by :func:`preloaded`."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    async def start(self, environment: Mapping[str, str], log: BinaryIO) -> Started:
        """The service in this environment, in a session of its own; what it prints goes to ``log``."""
        ours, theirs = socket.socketpair()
        with theirs:
            given = json.dumps(dict(environment)).encode()
            socket.send_fds(self._channel, [given], [theirs.fileno(), log.fileno()])
        reader, writer = await asyncio.open_connection(sock=ours)
        return Started(int(await reader.readline()), reader, writer)


class Started:
    """As much of an `asyncio.subprocess.Process` as its keeper needs."""

    def __init__(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._writer = writer
        self._ended = asyncio.create_task(self._hear_of_its_end(reader))

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    async def _hear_of_its_end(self, reader: asyncio.StreamReader) -> int:
        told = await reader.readline()
        self.returncode = int(told) if told else -signal.SIGKILL  # with the process that it came from
        self._writer.close()
        return self.returncode


@asynccontextmanager
async def preloaded() -> AsyncIterator[Preloaded]:
    """What is still running at the end is killed with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *DIES_WITH_US,
                sys.executable,
                "-m",
                "hanvisa.lab.preloaded",
                stdin=theirs.fileno(),
                stdout=DEVNULL,
                start_new_session=True,
            )
        yield Preloaded(ours)
    await process.wait()


def main() -> None:
    """Read the modules, then start what comes over standard input until that is closed."""
    gc.disable()  # as the service itself
    import uvloop  # noqa: F401, PLC0415 - what the service imports when it starts

    import hanvisa.bootstrap  # noqa: PLC0415
    import hanvisa.cli  # noqa: PLC0415
    import hanvisa.web.app  # noqa: F401, PLC0415

    gc.freeze()
    starter = os.getpid()
    given = _start_whatever_comes(socket.socket(fileno=os.dup(0)))
    if given is not None:
        dies_with(starter)
        _serve(*given)


def _start_whatever_comes(channel: socket.socket) -> tuple[dict[str, str], int] | None:
    """In each child what it is to be: its environment and its log. None when nobody will ask for one any more."""
    with channel, selectors.DefaultSelector() as events:
        events.register(channel, selectors.EVENT_READ)
        while True:
            for key, _ in events.select():
                if key.data is not None:
                    events.unregister(key.fd)
                    os.close(key.fd)
                    _tell_end(*key.data)
                    continue
                given, passed, _, _ = socket.recv_fds(channel, _LONGEST, 2)
                if not given:
                    return None
                teller, log = passed
                pid = os.fork()
                if pid == 0:
                    return json.loads(given), log
                os.close(log)
                told = socket.socket(fileno=teller)
                told.sendall(b"%d\n" % pid)
                events.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, told))


def _tell_end(pid: int, told: socket.socket) -> None:
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with told:
        told.sendall(b"%d\n" % code)


def _serve(environment: dict[str, str], log: int) -> None:
    from hanvisa.cli import app  # noqa: PLC0415 - it has been read

    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for given, usual in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(given, usual)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(environment)
    app(["serve"])


if __name__ == "__main__":
    main()
