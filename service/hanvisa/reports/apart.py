"""What takes the processor a second, in a process of its own: calls don't wait."""

from __future__ import annotations

import asyncio
import os
import sys

from hanvisa.errors import PrintingError
from hanvisa.processor import let_go

_KINDER = 10  # than the calls


async def run_apart(module: str, given: bytes) -> bytes:
    """What ``python -m module`` writes, who reads what is given. Raises PrintingError with its last complaint."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    let_go(process.pid)
    try:
        written, complaints = await process.communicate(given)
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode != 0:
        raise PrintingError(complaints.decode(errors="replace").strip().rpartition("\n")[2])
    return written


def give_way() -> None:
    """In such a process: the calls come first."""
    os.nice(_KINDER)
