"""A program whose clock is put on and back, and who measures time as before."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hanvisa.lab.jumping_clock import JumpingClock
from hanvisa.lab.waiting import until

HOUR = 3600
PROGRAM = """
import sys, time
for _ in sys.stdin:
    print(time.time(), time.monotonic(), flush=True)
"""


class Told:
    """The time by a program's clock, and its monotonic one, in seconds."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program

    def __call__(self) -> tuple[float, float]:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        print(file=self._program.stdin, flush=True)
        at, measured = map(float, self._program.stdout.readline().split())
        return at, measured

    def is_put_on(self, seconds: float) -> bool:
        return abs(self()[0] - datetime.now(UTC).timestamp() - seconds) < HOUR / 2


@contextmanager
def started(clock: JumpingClock) -> Iterator[Told]:
    command = (*clock.command, sys.executable, "-c", PROGRAM)
    with subprocess.Popen(  # noqa: S603 - our own
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        yield Told(program)
        assert program.stdin is not None
        program.stdin.close()


async def test_it_jumps_and_what_is_measured_goes_on(tmp_path: Path) -> None:
    clock = JumpingClock(tmp_path / "clock")
    with started(clock) as told:
        assert told.is_put_on(0)
        _, before = told()
        for seconds in (HOUR, -HOUR):
            with clock.put_on(seconds):
                await until(lambda by=seconds: told.is_put_on(by), what="it has jumped")
        await until(lambda: told.is_put_on(0), what="it is as it was")
        assert told()[1] - before < HOUR / 2
