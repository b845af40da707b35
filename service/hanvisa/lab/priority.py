"""Sound is in time: whoever carries it comes before other work of the machine.

Tests, their systems and a synthesiser share two cores. Niceness does not help: Linux weighs it within a session only
(sched(7), "The autogroup feature"), and Asterisk has one of its own. A real-time policy counts for the whole machine,
as with ``asterisk -p``.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SOUND = os.sched_param(2)
_DECISIONS = os.sched_param(1)
_USUAL = os.sched_param(0)


def may_come_first() -> bool:
    """Whether this machine allows programs of ours a real-time policy."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, _SOUND)
    except PermissionError:
        return False
    os.sched_setscheduler(0, os.SCHED_OTHER, _USUAL)
    return True


@contextmanager
def before_others() -> Iterator[None]:
    """Threads that this one starts meanwhile come before others, where the machine allows it."""
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, _SOUND)  # of this thread
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, _USUAL)


def before_all_but_sound(process: int) -> None:
    """The program's threads come before others, where the machine allows it; what they start does not.

    The dialplan gives a call to the fallback after half a second: by then a test of what the service does must have its
    answer, whatever else is computed meanwhile. All threads that there are: the interpreter and the database are held
    by one of them at a time, and the others wait for it.
    """
    with suppress(PermissionError, FileNotFoundError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            with suppress(ProcessLookupError):
                os.sched_setscheduler(int(thread.name), os.SCHED_RR | os.SCHED_RESET_ON_FORK, _DECISIONS)
