"""Sound is in time: whoever carries it comes before other work of the machine.

Tests, their systems and a synthesiser share two cores, and a thread that waits 200 ms for one of them loses packets.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

NICENESS = -10
COMMAND = ("nice", f"--adjustment={NICENESS}")  # says so and goes on where it is not allowed


@contextmanager
def before_others() -> Iterator[None]:
    """Threads that this one starts meanwhile have priority, where the machine allows it."""
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)  # of this thread, on Linux
    try:
        yield
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, usual)
