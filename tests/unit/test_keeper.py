"""The service's keeper: what dies or hangs is started again at once, and nothing outlives it."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

WITHIN = 20.0  # seconds
SERVES = """
import asyncio, os, signal, sys, time
import structlog
from hanvisa.keeper import Patience, kept

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
pulse = kept(Patience(silence={silence}))
print(os.getpid(), flush=True)


async def serve():
    stopping = asyncio.Event()
    with pulse:
        time.sleep({starts_for})
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
        await asyncio.sleep(0)  # it beats
        print("serves", flush=True)
        await stopping.wait()


asyncio.run(serve())
time.sleep({ends_for})
print("in order", flush=True)
raise SystemExit({code})
"""


class Kept:
    """A keeper of a program that tells who it is, and what it told."""

    def __init__(self, keeper: subprocess.Popen[bytes]) -> None:
        self.keeper = keeper
        self._told = b""

    def serves(self) -> int:
        """Who, once they do."""
        process = int(self.tells())
        assert self.tells() == "serves"
        return process

    def tells(self) -> str:
        """The next line; none when nobody is there any more to tell one."""
        assert self.keeper.stdout is not None
        while b"\n" not in self._told:
            assert select.select([self.keeper.stdout], [], [], WITHIN)[0], "it tells nothing"
            piece = os.read(self.keeper.stdout.fileno(), 4096)
            if not piece:
                return ""
            self._told += piece
        line, _, self._told = self._told.partition(b"\n")
        return line.decode()

    def ends(self) -> int:
        return self.keeper.wait(WITHIN)

    def log(self) -> str:
        assert self.keeper.stderr is not None
        return self.keeper.stderr.read().decode()


@contextmanager
def keeper(
    *by: str, silence: float = 15.0, starts_for: float = 0.0, ends_for: float = 0.0, code: int = 0
) -> Iterator[Kept]:
    program = SERVES.format(silence=silence, starts_for=starts_for, ends_for=ends_for, code=code)
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [*by, sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield Kept(process)
        finally:
            process.kill()


def test_whoever_serves_is_started_again_each_time_it_is_killed() -> None:
    with keeper() as kept:
        first = kept.serves()
        os.kill(first, signal.SIGKILL)
        second = kept.serves()
        os.kill(second, signal.SIGSEGV)
        third = kept.serves()
        assert len({first, second, third, kept.keeper.pid}) == 4
        kept.keeper.terminate()
        assert kept.tells() == "in order"
        assert kept.ends() == 0
        assert kept.log().count("service.died") == 2


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_ends_as_whoever_serves_has_ended(told: signal.Signals) -> None:
    with keeper(code=3) as kept:
        kept.serves()
        kept.keeper.send_signal(told)
        assert kept.tells() == "in order"
        assert kept.ends() == 3


def test_what_nohup_has_started_outlives_its_terminal() -> None:
    with keeper("nohup") as kept:
        first = kept.serves()
        kept.keeper.send_signal(signal.SIGHUP)
        os.kill(first, signal.SIGKILL)
        assert kept.serves() != first, "it was told to stop"


def test_what_dies_three_times_in_a_minute_is_left_to_whoever_supervises() -> None:
    with keeper() as kept:
        for _ in range(3):
            os.kill(kept.serves(), signal.SIGKILL)
        assert kept.ends() == 128 + signal.SIGKILL


def test_what_hangs_is_killed_and_started_again() -> None:
    with keeper(silence=2.0) as kept:
        first = kept.serves()
        os.kill(first, signal.SIGSTOP)
        second = kept.serves()
        assert second != first
        kept.keeper.terminate()
        assert kept.tells() == "in order"
        assert "service.hangs" in kept.log()


def test_a_start_and_an_end_take_what_they_take() -> None:
    with keeper(silence=1.0, starts_for=3.0, ends_for=3.0, code=3) as kept:
        kept.serves()
        kept.keeper.terminate()
        assert kept.tells() == "in order"
        assert kept.ends() == 3
        assert kept.log() == ""


def test_who_is_told_to_stop_in_the_midst_of_a_start_stops() -> None:
    with keeper(starts_for=WITHIN) as kept:
        kept.tells()
        kept.keeper.terminate()
        assert kept.ends() == 0
        assert kept.log() == ""


def test_who_is_told_to_stop_as_what_serves_dies_starts_nothing_again() -> None:
    with keeper() as kept:
        serving = kept.serves()
        kept.keeper.send_signal(signal.SIGSTOP)
        os.kill(serving, signal.SIGKILL)
        kept.keeper.terminate()
        kept.keeper.send_signal(signal.SIGCONT)
        assert kept.ends() == 128 + signal.SIGKILL
        assert kept.tells() == "", "another was started"


def test_nothing_outlives_the_keeper() -> None:
    with keeper() as kept:
        watched = os.pidfd_open(kept.serves())
        kept.keeper.kill()
        try:
            assert select.select([watched], [], [], WITHIN)[0], "it runs on"
        finally:
            os.close(watched)
