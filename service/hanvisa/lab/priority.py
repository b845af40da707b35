"""Sound is in time: whoever carries it comes before other work of the machine.

Tests, their systems and a synthesiser share two cores. Niceness does not help: Linux weighs it within a session only
(sched(7), "The autogroup feature"), and Asterisk has one of its own. A real-time policy counts for the whole machine,
as with ``asterisk -p``.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_LOWEST = os.sched_param(1)
_USUAL = os.sched_param(0)


@contextmanager
def before_others() -> Iterator[None]:
    """Threads and programs that this one starts meanwhile come before others, where the machine allows it."""
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, _LOWEST)  # of this thread
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, _USUAL)
