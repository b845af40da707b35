"""Of the instances that share a state folder one has the calls; the others stand by, and the next takes over.

The rules span calls (docs/adr/0111): one mind must know of all that are up. On one machine whose turn it is, a lock of
the kernel's tells (flock(2)); across machines one of PostgreSQL's
(leading_across_machines.py). Either goes with the process that
holds it, however that ends, so that nothing is timed or guessed.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from hanvisa.errors import ConfigurationError

LOCK = "leading.lock"
LOOK_EVERY = 0.1  # seconds: a wait in flock(2) itself could not be ended


class Lead(Protocol):
    """The place of the one that has the calls, as a context: left at its end."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def take(self) -> bool:
        """Whether it is ours now. False while another instance has it."""
        ...

    async def take_in_turn(self) -> None:
        """Wait for it."""
        ...

    async def until_lost(self) -> None:
        """Wait until another instance has it after all."""
        ...


class FileLead:
    def __init__(self, state: Path) -> None:
        """Raises ConfigurationError when the state folder can't be written."""
        try:
            self._file = os.open(state / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigurationError(
                f"{state / LOCK} can't be opened: {error.strerror}. See who owns {state}."
            ) from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    async def take(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    async def take_in_turn(self) -> None:
        while not await self.take():  # noqa: ASYNC110 - it is another process that lets it go
            await asyncio.sleep(LOOK_EVERY)

    async def until_lost(self) -> None:
        await asyncio.Event().wait()
