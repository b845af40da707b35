"""Keeps what is no fault of ours out of the log: requests that are no HTTP are answered with 400, and that is all."""

from __future__ import annotations

import logging

from aiohttp.http_exceptions import BadHttpMessage


class NoMalformedRequests(logging.Filter):
    """Lets everything pass but the trace that aiohttp writes of a malformed request."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, BadHttpMessage)


_FILTER = NoMalformedRequests()


def quieten() -> None:
    """Done twice, it is done once."""
    logging.getLogger("aiohttp.server").addFilter(_FILTER)
