"""Asterisk's memory: what its calls have given back goes back to the machine.

The C library keeps it, in pieces between what is still used, and takes more from the system meanwhile (malloc_trim(3)):
with a thousand calls a minute half a megabyte a minute, for as long as calls go on (docs/reliability.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

import structlog

from hanvisa.errors import TelephonyError

log = structlog.get_logger(__name__)

EVERY = 600.0  # seconds
GIVE_BACK = "malloc trim"  # of Asterisk's command line; with 200 MB it takes some milliseconds


class Commanded(Protocol):
    """An Asterisk, as `hanvisa.ami.manager.Manager` has it."""

    async def command(self, line: str) -> str: ...


async def give_back(managers: Iterable[Commanded], every: float = EVERY) -> None:
    """For ever; who can't be told is told the next time."""
    while True:
        await asyncio.sleep(every)
        for manager in managers:
            try:
                await manager.command(GIVE_BACK)
            except TelephonyError as error:
                log.info("memory.not_given_back", why=str(error))
