"""What can fail in a system that serves calls, each as a context: broken when it is entered, mended when it is left."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass

from hanvisa.lab.faulty_line import FaultyLine
from hanvisa.lab.system import System


@dataclass(frozen=True, slots=True)
class Stand:
    """A system whose service speaks with Asterisk over lines that can fail."""

    system: System
    ari: FaultyLine
    ami: FaultyLine


@dataclass(frozen=True, slots=True)
class Fault:
    """``carries_calls``: what fails carries the calls themselves, so that they end with it, whatever we do.

    ``is_mended_soon``: whoever supervises the service starts it again at once.
    """

    name: str
    happens: Callable[[Stand], AbstractAsyncContextManager[None]]
    carries_calls: bool = False
    is_mended_soon: bool = False


@asynccontextmanager
async def _killed(stand: Stand) -> AsyncIterator[None]:
    await stand.system.kill_service()
    yield
    await stand.system.start_service()


@asynccontextmanager
async def _killed_beside_another(stand: Stand) -> AsyncIterator[None]:
    """The other has taken its turn when it is mended, and goes on in its place."""
    other = System(stand.system.settings, urgent=True)
    await other.start_service()
    await other.tells(b"service.standing_by", within=30.0)
    await stand.system.kill_service()
    yield
    stand.system.goes_on_as(other)


@asynccontextmanager
async def _gone(stand: Stand) -> AsyncIterator[None]:
    """It does not come back, and whoever supervises it has run the rescue."""
    await stand.system.kill_service()
    rescuing = asyncio.create_task(stand.system.rescue())
    yield
    await stand.system.start_service()
    await rescuing


@asynccontextmanager
async def _hangs(stand: Stand) -> AsyncIterator[None]:
    process = stand.system.service_pid or 0
    os.kill(process, signal.SIGSTOP)
    yield
    os.kill(process, signal.SIGCONT)


@asynccontextmanager
async def _asterisk_killed(stand: Stand) -> AsyncIterator[None]:
    await stand.system.asterisk.kill()
    yield
    await stand.system.asterisk.start()


def _line(
    which: Callable[[Stand], FaultyLine], fails: Callable[[FaultyLine], None]
) -> Callable[[Stand], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def happens(stand: Stand) -> AsyncIterator[None]:
        fails(which(stand))
        yield
        which(stand).mend()

    return happens


@asynccontextmanager
async def _locked(stand: Stand) -> AsyncIterator[None]:
    file = stand.system.settings.state / "hanvisa.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@asynccontextmanager
async def _full(stand: Stand) -> AsyncIterator[None]:
    """No write to a file comes through, wherever it lies (setrlimit(2), RLIMIT_FSIZE)."""
    process = stand.system.service_pid or 0
    usual, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (0, most))
    yield
    resource.prlimit(process, resource.RLIMIT_FSIZE, (usual, most))


FAULTS = (
    Fault("the service killed, and started again", _killed, is_mended_soon=True),
    Fault("the service killed, another standing by", _killed_beside_another, is_mended_soon=True),
    Fault("the service gone, and rescued", _gone),
    Fault("the service hangs", _hangs),
    Fault("ARI's line cut", _line(lambda stand: stand.ari, FaultyLine.cut)),
    Fault("ARI's line half-open", _line(lambda stand: stand.ari, FaultyLine.drop_packets)),
    Fault("AMI's line cut", _line(lambda stand: stand.ami, FaultyLine.cut)),
    Fault("AMI's line half-open", _line(lambda stand: stand.ami, FaultyLine.drop_packets)),
    Fault("the database locked", _locked),
    Fault("the service's disks full", _full),
    Fault("Asterisk killed, and started again", _asterisk_killed, carries_calls=True),
)
