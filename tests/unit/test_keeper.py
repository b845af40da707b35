"""The service's keeper: what dies or hangs is started again at once, and nothing outlives it."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

WITHIN = 20.0  # seconds
SERVES = """
import asyncio, os, signal, sys
import structlog
from hanvisa.keeper import Patience, kept

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
pulse = kept(Patience(deaths=3, within=60.0, silence=2.0))


async def serve():
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    with pulse:
        print(os.getpid(), flush=True)
        await stopping.wait()


asyncio.run(serve())
print("in order", flush=True)
raise SystemExit({code})
"""


class Kept:
    """A keeper of a program that tells who it is, and what it told."""

    def __init__(self, keeper: subprocess.Popen[str]) -> None:
        self.keeper = keeper

    def tells(self) -> str:
        assert self.keeper.stdout is not None
        assert select.select([self.keeper.stdout], [], [], WITHIN)[0], "it tells nothing"
        return self.keeper.stdout.readline().strip()

    def ends(self) -> int:
        return self.keeper.wait(WITHIN)

    def log(self) -> str:
        assert self.keeper.stderr is not None
        return self.keeper.stderr.read()


@contextmanager
def keeper(code: int = 0) -> Iterator[Kept]:
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", SERVES.format(code=code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Kept(process)
        finally:
            process.kill()


def test_whoever_serves_is_started_again_each_time_it_is_killed() -> None:
    with keeper() as kept:
        first = kept.tells()
        os.kill(int(first), signal.SIGKILL)
        second = kept.tells()
        os.kill(int(second), signal.SIGSEGV)
        third = kept.tells()
        assert len({first, second, third, str(kept.keeper.pid)}) == 4
        kept.keeper.terminate()
        assert kept.tells() == "in order"
        assert kept.ends() == 0
        assert kept.log().count("service.died") == 2


def test_it_ends_as_whoever_serves_has_ended() -> None:
    with keeper(code=1) as kept:
        kept.tells()
        kept.keeper.send_signal(signal.SIGTERM)
        assert kept.tells() == "in order"
        assert kept.ends() == 1


def test_what_dies_three_times_in_a_minute_is_left_to_whoever_supervises() -> None:
    with keeper() as kept:
        for _ in range(3):
            os.kill(int(kept.tells()), signal.SIGKILL)
        assert kept.ends() == 128 + signal.SIGKILL


def test_what_hangs_is_killed_and_started_again() -> None:
    with keeper() as kept:
        first = kept.tells()
        os.kill(int(first), signal.SIGSTOP)
        second = kept.tells()
        assert second != first
        kept.keeper.terminate()
        assert kept.tells() == "in order"
        assert "service.hangs" in kept.log()


def test_nothing_outlives_the_keeper() -> None:
    with keeper() as kept:
        watched = os.pidfd_open(int(kept.tells()))
        kept.keeper.kill()
        try:
            assert select.select([watched], [], [], WITHIN)[0], "it runs on"
        finally:
            os.close(watched)
