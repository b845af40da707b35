"""Where the service's log goes: a line that can't be written is no reason for a call to fail."""

from __future__ import annotations

from contextlib import suppress
from typing import TextIO

import structlog


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
