"""The process ends in any case: what hangs may hold it, in its loop or in a thread that Python waits for at its end."""

from __future__ import annotations

import os
from threading import Timer

import structlog

log = structlog.get_logger(__name__)


def end_within(seconds: float, status: int = 0) -> None:
    """End it then with this status, unless it has ended by then."""
    ending = Timer(seconds, _end_at_once, (status,))
    ending.daemon = True
    ending.start()


def _end_at_once(status: int) -> None:
    log.warning("process.ended_at_once", why="It waits for a folder or a database that hangs.")
    os._exit(status)
