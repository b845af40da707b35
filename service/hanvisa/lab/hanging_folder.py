"""A folder that hangs, as one on a file server that is silent, for one process alone.

It must have mounts of its own, as whoever runs on a machine of `lab.machines` has. Needs root, or sudo.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from hanvisa.errors import ConfigurationError
from hanvisa.lab.asterisk import REPOSITORY

ENDS_WITHIN = 10.0  # seconds, for files that are still open


@dataclass(frozen=True)
class HangingFolder:
    server: Process  # `lab.folder_server`

    @asynccontextmanager
    async def hanging(self) -> AsyncIterator[None]:
        """Whoever reaches into it waits until the end."""
        assert self.server.stdin is not None  # noqa: S101 - they are pipes
        assert self.server.stdout is not None  # noqa: S101
        self.server.stdin.write(b"\n")
        if not await self.server.stdout.readline():
            raise ConfigurationError("The folder's server has ended.")
        try:
            yield
        finally:
            self.server.stdin.write(b"\n")


@asynccontextmanager
async def folder_that_can_hang(folder: Path, process: int) -> AsyncIterator[HangingFolder]:
    """What it has stays; what the process had open there does not hang. Raises ConfigurationError."""
    server = await asyncio.create_subprocess_exec(
        *_ROOT,
        *("nsenter", f"--target={process}", "--mount"),
        *("env", f"PYTHONPATH={REPOSITORY / 'service'}", sys.executable, "-m", "hanvisa.lab.folder_server"),
        str(folder),
        stdin=PIPE,
        stdout=PIPE,
    )
    assert server.stdout is not None  # noqa: S101 - it is a pipe
    said = (await server.stdout.readline()).split()
    if said[:1] != [b"mounted"]:
        raise ConfigurationError(f"{folder} can't be made to hang: see what lab.folder_server has said.")
    try:
        yield HangingFolder(server)
    finally:
        _as_root("nsenter", f"--target={int(said[1])}", "--mount", "umount", "--lazy", str(folder))
        async with asyncio.timeout(ENDS_WITHIN):
            await server.wait()


_ROOT = () if os.geteuid() == 0 else ("sudo",)


def _as_root(*command: str) -> None:
    subprocess.run((*_ROOT, *command), check=True)  # noqa: S603 - our own
