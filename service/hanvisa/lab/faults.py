"""What can fail in a system that serves calls, each as a context: broken when it is entered, mended when it is left."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from enum import Enum, auto

from sqlalchemy import select

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import open_database
from hanvisa.directory.tables import NumberRow, PersonRow
from hanvisa.lab.faulty_line import FaultyLine
from hanvisa.lab.jumping_clock import JumpingClock
from hanvisa.lab.postgres import PostgresServer
from hanvisa.lab.stand import Stand
from hanvisa.lab.system import System
from hanvisa.lab.waiting import until

STANDS_STILL, GOES_ON = 1.0, 0.1  # seconds, one after the other, of a database that is slow
HOUR = 3600  # seconds
SOON = 0.2  # seconds, where whoever supervises the service mends it
UNSPOKEN = "Vesterberg-Ekedal"  # nobody's name in the demo directory


class Needs(Enum):
    """What there must be on the stand, beside what there always is."""

    NOTHING = auto()
    POSTGRES = auto()
    CLOCK = auto()


@dataclass(frozen=True, slots=True)
class Fault:
    """``carries_calls``: what fails carries the calls themselves, so that they end with it, whatever we do.

    ``mended_after`` so many seconds: by the service's keeper or whoever supervises it; else it is held. What
    ``hits_who_sends_nothing``: so those who talk are to send silence, as most telephones do; else they don't, for it
    takes the machine.
    """

    name: str
    happens: Callable[[Stand], AbstractAsyncContextManager[None]]
    carries_calls: bool = False
    mended_after: float | None = None
    hits_who_sends_nothing: bool = False
    needs: Needs = Needs.NOTHING


@asynccontextmanager
async def _killed(stand: Stand) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(stand.system.crash_service())
        yield


@asynccontextmanager
async def _killed_with_its_keeper(stand: Stand) -> AsyncIterator[None]:
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
    """For less than its keeper bears (`keeper.Patience`), else it is killed, and started again."""
    process = stand.system.service_pid or 0
    os.kill(process, signal.SIGSTOP)
    yield
    with suppress(ProcessLookupError):
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


@asynccontextmanager
async def _synthesiser_hangs(stand: Stand) -> AsyncIterator[None]:
    """Whoever is absent has another name from then on, which nobody has spoken yet."""
    with stand.synthesiser.hanging():
        await _rename(stand)
        await until(lambda: stand.synthesiser.has_hung, what="the synthesiser asked for the new name")
        yield


async def _rename(stand: Stand) -> None:
    database = open_database(stand.own.database_url)
    try:
        async with database.changing(SYSTEM) as session:
            whose = select(NumberRow.target_id).where(NumberRow.number == stand.absent).scalar_subquery()
            absent = (await session.scalars(select(PersonRow).where(PersonRow.id == whose))).one()
            absent.family_name = UNSPOKEN
    finally:
        await database.close()


@asynccontextmanager
async def _postgres_killed(stand: Stand) -> AsyncIterator[None]:
    server = _postgres(stand)
    await asyncio.to_thread(server.stop)
    yield
    await asyncio.to_thread(server.start)


@asynccontextmanager
async def _postgres_hangs(stand: Stand) -> AsyncIterator[None]:
    with _postgres(stand).hanging():
        yield


@asynccontextmanager
async def _postgres_slow(stand: Stand) -> AsyncIterator[None]:
    ending = asyncio.Event()
    slow = asyncio.create_task(_again_and_again_still(_postgres(stand), ending))
    yield
    ending.set()
    await slow


async def _again_and_again_still(server: PostgresServer, ending: asyncio.Event) -> None:
    while not ending.is_set():
        with server.hanging():
            await asyncio.sleep(STANDS_STILL)
        await asyncio.sleep(GOES_ON)


def _postgres(stand: Stand) -> PostgresServer:
    if stand.postgres is None:
        raise ValueError("The stand has no PostgreSQL.")
    return stand.postgres


def _jumps(seconds: int) -> Callable[[Stand], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def happens(stand: Stand) -> AsyncIterator[None]:
        with _clock(stand).put_on(seconds):
            yield

    return happens


def _clock(stand: Stand) -> JumpingClock:
    if stand.clock is None:
        raise ValueError("The stand has no clock of its own.")
    return stand.clock


FAULTS = (
    Fault("the service killed, and started again by its keeper", _killed, mended_after=0.0),
    Fault(
        "the service killed with its keeper, and started again", _killed_with_its_keeper, mended_after=SOON
    ),
    Fault("the service killed, another standing by", _killed_beside_another, mended_after=SOON),
    Fault("the service gone, and rescued", _gone),
    Fault("the service hangs", _hangs),
    Fault("ARI's line cut", _line(lambda stand: stand.ari, FaultyLine.cut)),
    Fault("ARI's line half-open", _line(lambda stand: stand.ari, FaultyLine.drop_packets)),
    Fault("AMI's line cut", _line(lambda stand: stand.ami, FaultyLine.cut)),
    Fault("AMI's line half-open", _line(lambda stand: stand.ami, FaultyLine.drop_packets)),
    Fault("the database locked", _locked),
    Fault("the service's disks full", _full),
    Fault("the synthesiser hangs", _synthesiser_hangs),
    Fault("the mail server's line cut", _line(lambda stand: stand.mail, FaultyLine.cut)),
    Fault("the mail server's line half-open", _line(lambda stand: stand.mail, FaultyLine.drop_packets)),
    Fault("the text gateway gone", lambda stand: stand.texts.away()),
    Fault("the text gateway hangs", lambda stand: stand.texts.hanging()),
    Fault("PostgreSQL killed, and started again", _postgres_killed, needs=Needs.POSTGRES),
    Fault("PostgreSQL hangs", _postgres_hangs, needs=Needs.POSTGRES),
    Fault("PostgreSQL slow", _postgres_slow, needs=Needs.POSTGRES),
    Fault(
        "the clock put on by an hour, and back",
        _jumps(HOUR),
        hits_who_sends_nothing=True,
        needs=Needs.CLOCK,
    ),
    Fault("the clock put back by an hour, and on", _jumps(-HOUR), needs=Needs.CLOCK),
    Fault("Asterisk killed, and started again", _asterisk_killed, carries_calls=True),
)
