"""The least that a referral costs over ARI, for ``./dev bench``: a program that decides, logs and keeps nothing.

It gives the service's commands over the service's own line, each after the event that the service waits for: claim,
answer, a state on the channel, play, hang up. What the service costs beyond it is the service's own; of what it costs
itself no program over ARI saves more than its own part.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from subprocess import DEVNULL, PIPE

import structlog
import uvloop

from hanvisa.ari.client import Client
from hanvisa.ari.control import AriControl
from hanvisa.ari.stream import Stream
from hanvisa.asterisks import USER
from hanvisa.calls.call import playback_id
from hanvisa.calls.ports import CallControl
from hanvisa.calls.signals import Entered, Offered, Played, Reconnected, Signal
from hanvisa.calls.state import VARIABLE
from hanvisa.config import Settings, read_settings
from hanvisa.errors import ConfigurationError, TelephonyError
from hanvisa.lab.asterisk import DIES_WITH_US
from hanvisa.lab.system import environment
from hanvisa.passwords import read_secret
from hanvisa.processor import stay_on_one

APP = "bench-ari"  # which tests/load/bench.conf offers its calls to
STATE = "x" * 680  # about as many characters as the state that the service writes there
CONNECTED_WITHIN = 10.0  # seconds

log = structlog.get_logger()


class Referrals:
    """Plays the same ``plays`` to whoever is offered, one after the other; each is files without suffix."""

    def __init__(self, control: CallControl, plays: Sequence[Sequence[str]]) -> None:
        self._control = control
        self._plays = plays
        self._played: dict[str, asyncio.Event] = {}  # by playback
        self._tasks: set[asyncio.Future[None]] = set()

    def deliver(self, signal: Signal) -> None:
        match signal:
            case Offered(channel):
                self._spawn(self._claim(channel.id))
            case Entered(channel):
                self._spawn(self._refer(channel.id))
            case Played(playback) if playback in self._played:
                self._played[playback].set()
            case Reconnected():
                sys.stdout.write("connected\n")
                sys.stdout.flush()

    async def _claim(self, channel: str) -> None:
        await self._control.claim(channel)

    async def _refer(self, channel: str) -> None:
        playback = playback_id(channel)
        played = self._played[playback] = asyncio.Event()
        try:
            await self._control.answer(channel)
            await self._control.set_variable(channel, VARIABLE, STATE)
            for files in self._plays:
                played.clear()
                await self._control.play(channel, files, playback)
                await played.wait()
            await self._control.hang_up(channel)
        except TelephonyError as error:
            log.warning("bench.not_referred", channel=channel, why=str(error))
        finally:
            del self._played[playback]

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@asynccontextmanager
async def referring(settings: Settings, plays: Sequence[Sequence[str]]) -> AsyncIterator[None]:
    """The program runs meanwhile; its log is beside the service's.

    Raises:
        ConfigurationError: it could not connect to Asterisk.
    """
    with (settings.state / "log" / "bench-ari.log").open("ab") as written:
        process = await asyncio.create_subprocess_exec(
            *(*DIES_WITH_US, sys.executable, "-m", "hanvisa.lab.bench_ari", json.dumps(plays)),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=written,
            env=environment(settings),
        )
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            async with asyncio.timeout(CONNECTED_WITHIN):
                first = await process.stdout.readline()
        except TimeoutError:
            first = b""
        if first != b"connected\n":
            raise ConfigurationError(
                f"The program that the service is compared with did not reach Asterisk: see {written.name}."
            )
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def main() -> None:
    settings = read_settings()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    client = Client(settings.ari_of(settings.node), USER, read_secret(settings.state, "ari"))
    referrals = Referrals(AriControl(client, APP), json.loads(sys.argv[1]))
    await Stream(client, APP, referrals.deliver).run()


if __name__ == "__main__":
    stay_on_one()
    uvloop.run(main())
