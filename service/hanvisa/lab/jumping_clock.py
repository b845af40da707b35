"""A clock on the wall that jumps, for those programs that are started with it; what they measure goes on as it did.

clock = JumpingClock(state / "clock")
system = System(settings, clock=clock.command)
with clock.put_on(3600):
    ...
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hanvisa.errors import ConfigurationError

LIBRARIES = Path("/usr/lib")
NOTICED_WITHIN = 1  # seconds: so often each program looks what time it is


class JumpingClock:
    """In a folder that the programs see, Asterisk in its own root file system too.

    Raises ConfigurationError where libfaketime is not installed.
    """

    def __init__(self, folder: Path) -> None:
        found = sorted(LIBRARIES.glob("*/faketime/libfaketimeMT.so.1"))
        if not found:
            raise ConfigurationError("libfaketime is not installed (Debian: apt-get install libfaketime).")
        folder.mkdir(parents=True)
        self._library = shutil.copy(found[0], folder)
        self._put_on = folder / "put-on"
        self._put_on.write_text("+0\n")

    @property
    def command(self) -> tuple[str, ...]:
        """What stands before a program's command (README of libfaketime, "Using libfaketime")."""
        return (
            "env",
            f"LD_PRELOAD={self._library}",
            f"FAKETIME_TIMESTAMP_FILE={self._put_on}",
            f"FAKETIME_CACHE_DURATION={NOTICED_WITHIN}",
            "FAKETIME_DONT_FAKE_MONOTONIC=1",
            "FAKETIME_FORCE_MONOTONIC_FIX=0",  # else who waits for a moment of the monotonic clock hangs
        )

    @contextmanager
    def put_on(self, seconds: int) -> Iterator[None]:
        """By so much, or back where it is negative; afterwards it is as it was."""
        self._put_on.write_text(f"{seconds:+}\n")
        try:
            yield
        finally:
            self._put_on.write_text("+0\n")
