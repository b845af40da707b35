"""A folder that hangs, as one on a file server that is silent, for one process alone.

It must have mounts of its own, as whoever runs on a machine of `lab.machines` has. Needs root, or sudo.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hanvisa.errors import ConfigurationError
from hanvisa.lab.asterisk import REPOSITORY

ENDS_WITHIN = 10.0  # seconds, for files that are still open


@dataclass(frozen=True)
class HangingFolder:
    server: int  # the process that serves it (`lab.folder_server`)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Whoever reaches into it waits until the end."""
        _as_root("kill", "-STOP", str(self.server))
        try:
            yield
        finally:
            _as_root("kill", "-CONT", str(self.server))


@asynccontextmanager
async def folder_that_can_hang(folder: Path, process: int) -> AsyncIterator[HangingFolder]:
    """What it has stays; what the process had open there does not hang. Raises ConfigurationError."""
    server = await asyncio.create_subprocess_exec(
        *_ROOT,
        *("nsenter", f"--target={process}", "--mount"),
        *("env", f"PYTHONPATH={REPOSITORY / 'service'}", sys.executable, "-m", "hanvisa.lab.folder_server"),
        str(folder),
        stdout=PIPE,
    )
    assert server.stdout is not None  # noqa: S101 - it is a pipe
    said = (await server.stdout.readline()).split()
    if said[:1] != [b"mounted"]:
        raise ConfigurationError(f"{folder} can't be made to hang: see what lab.folder_server has said.")
    number = int(said[1])
    try:
        yield HangingFolder(number)
    finally:
        _as_root("nsenter", f"--target={number}", "--mount", "umount", "--lazy", str(folder))
        async with asyncio.timeout(ENDS_WITHIN):
            await server.wait()


_ROOT = () if os.geteuid() == 0 else ("sudo",)


def _as_root(*command: str) -> None:
    subprocess.run((*_ROOT, *command), check=True)  # noqa: S603 - our own
