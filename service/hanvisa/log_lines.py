"""How the log is written, and where it goes: a line that can't be written is no reason for a call to fail."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TextIO

import structlog

from hanvisa.discreet import without_numbers


def configure_log() -> None:
    """Lines of key=value on standard error, for people and for journald alike."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            without_numbers,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=UnfailingFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


class Unfailing(structlog.PrintLogger):
    """Prints its lines. Those of a full disk, or of a reader who has gone, are lost: there is nowhere to tell of it."""

    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


class UnfailingFactory:
    """structlog's ``logger_factory``."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def __call__(self, *_: object) -> Unfailing:
        return Unfailing(self._file)
