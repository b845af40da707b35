"""The calls that have begun and not ended: a file each in the state folder, gone when the call is over."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from hanvisa.disk_writer import AT_ONCE

if TYPE_CHECKING:
    from hanvisa.disk_writer import Disk

log = structlog.get_logger(__name__)

FOLDER = "calls"
SUFFIX = ".json"
READ_WITHIN = 2.0  # seconds; callers wait to be taken on


class OpenCallsInState:
    """Implements `calls.ports.OpenCalls`. It survives the process, not a power cut, which ends all calls as well.

    A file's first line counts. It is written over in one piece, which a kill does not part up to a page (4 kB), and
    what a longer one has left behind it says nothing: a file made anew and renamed each time costs four times as much.

    While the folder hangs the newest state of each call waits in memory.
    """

    def __init__(self, state: Path, disk: Disk = AT_ONCE) -> None:
        self._folder = state / FOLDER
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._disk = disk
        self._newest: dict[str, str] = {}  # by call: what is not written yet
        self._failed = False

    def keep(self, call_id: str, state: str) -> None:
        self._newest[call_id] = state
        self._disk.do(partial(self._write, call_id))

    def forget(self, call_id: str) -> None:
        self._disk.do(partial(self._remove, call_id))

    async def left(self) -> dict[str, str]:
        """As of the moment in which it is asked: of what calls do meanwhile nothing is in it."""
        try:
            async with asyncio.timeout(READ_WITHIN):
                return await self._disk.done(self._read)
        except TimeoutError:
            self._complain(f"The folder did not answer within {READ_WITHIN:g} s.")
        except (OSError, ValueError) as error:
            self._complain(str(error))
        return {}

    def _write(self, call_id: str) -> None:
        state = self._newest.pop(call_id, None)
        if state is None:  # written already, by the work for an older one
            return
        try:
            file = os.open(self._path(call_id), os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.write(file, f"{state}\n".encode())
            finally:
                os.close(file)
            self._failed = False
        except OSError as error:
            self._complain(str(error))

    def _remove(self, call_id: str) -> None:
        self._newest.pop(call_id, None)
        with suppress(OSError):  # told once more at the next start, at worst
            Path(self._path(call_id)).unlink(missing_ok=True)

    def _read(self) -> dict[str, str]:
        return {
            file.stem: file.read_text().partition("\n")[0] for file in sorted(self._folder.glob(f"*{SUFFIX}"))
        }

    def _path(self, call_id: str) -> str:
        return f"{self._folder}/{call_id}{SUFFIX}"

    def _complain(self, why: str) -> None:
        if not self._failed:
            log.warning("calls.not_written_down", why=why)
        self._failed = True
