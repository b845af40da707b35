"""The loop that decides the calls stays on one processor, whose caches so keep what it needs.

Linux has whoever is woken run where the one who woke it does, which is one of Asterisk's threads after the other;
a call then costs more, here and there (docs/adr/0152). What computes in threads and programs beside the loop goes
wherever there is room.
"""

from __future__ import annotations

import ctypes
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import structlog

log = structlog.get_logger()

_everywhere: set[int] = set()  # the processors of those who are let go, once the loop stays on one of them


def stay_on_one() -> None:
    """The calling thread, and all that it starts but what is let go, stay on the processor that it runs on.

    Linux starts a process where there is room.
    """
    usual = os.sched_getaffinity(0)  # systemd's CPUAffinity=, a container's cpuset
    try:
        os.sched_setaffinity(0, {ctypes.CDLL(None).sched_getcpu()})
    except (
        OSError,
        ValueError,
    ) as error:  # a container may forbid it or not tell, and calls are decided all the same
        log.warning("processor.not_kept_to", why=str(error))
    else:
        _everywhere.update(usual)


def threads(most: int | None, name: str) -> ThreadPoolExecutor:
    """At most so many, None for as many as Python finds right; they compute where there is room."""
    return ThreadPoolExecutor(most, name, initializer=let_go)


def let_go(process: int = 0) -> None:
    """The process (0: the calling thread) computes where there is room, and not only where who started it does."""
    if _everywhere:
        with suppress(ProcessLookupError):  # it has ended already
            os.sched_setaffinity(process, _everywhere)
