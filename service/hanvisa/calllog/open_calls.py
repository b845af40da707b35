"""The calls that have begun and not ended: a file each in the state folder, spare when the call is over."""

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
SPARE = ".spare"
READ_WITHIN = 2.0  # seconds; callers wait to be taken on


class OpenCallsInState:
    """Implements `calls.ports.OpenCalls`. It survives the process, not a power cut, which ends all calls as well.

    A file's first line counts. It is written over in one piece, which a kill does not part up to a page (4 kB), and
    what a longer one has left behind it says nothing: a file made anew and renamed each time costs four times as much.

    A call that is over leaves its file to a later one. ext4 gives nobody the inode of a file that was removed in the
    last minutes, and whoever makes a file looks through all of those: at 180 calls a second that was a quarter of
    all that a call cost the service (docs/performance.md).

    While the folder hangs the newest state of each call waits in memory.
    """

    def __init__(self, state: Path, disk: Disk = AT_ONCE) -> None:
        self._folder = state / FOLDER
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._disk = disk
        self._newest: dict[str, str] = {}  # by call: what is not written yet
        self._spare = [str(file) for file in self._folder.glob(f"*{SPARE}")]
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
        except OSError as error:
            self._complain(str(error))
        return {}

    def _write(self, call_id: str) -> None:
        state = self._newest.pop(call_id, None)
        if state is None:  # written already, by the work for an older one
            return
        try:
            _write_over(self._opened(self._path(call_id)), f"{state}\n".encode())
            self._failed = False
        except OSError as error:
            self._complain(str(error))

    def _opened(self, path: str) -> int:
        """The call's file, which is a spare one from now on its own, or new."""
        with suppress(FileNotFoundError):
            return os.open(path, os.O_WRONLY)
        while self._spare:
            with suppress(FileNotFoundError):  # who had the calls before us may still have some, and take it
                os.rename(self._spare.pop(), path)  # noqa: PTH104 - of each call
                break
        return os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)

    def _remove(self, call_id: str) -> None:
        self._newest.pop(call_id, None)
        path = self._path(call_id)
        with suppress(OSError):  # told once more at the next start, at worst
            file = os.open(path, os.O_WRONLY)
            # Blank before it is another's, and nothing of the call is left.
            _write_over(file, b"\n" * os.fstat(file).st_size)
            spare = f"{self._folder}/{call_id}{SPARE}"
            os.rename(path, spare)  # noqa: PTH104 - of each call
            self._spare.append(spare)

    def _read(self) -> dict[str, str]:
        lines = {file.stem: _first_line(file) for file in sorted(self._folder.glob(f"*{SUFFIX}"))}
        return {call_id: line for call_id, line in lines.items() if line}

    def _path(self, call_id: str) -> str:
        return f"{self._folder}/{call_id}{SUFFIX}"

    def _complain(self, why: str) -> None:
        if not self._failed:
            log.warning("calls.not_written_down", why=why)
        self._failed = True


def _first_line(file: Path) -> str:
    """Empty where it can't be read: it is one call's, and the others are there all the same."""
    try:
        return file.read_bytes().partition(b"\n")[0].decode(errors="replace")
    except FileNotFoundError:  # the call has ended meanwhile, at who had the calls before us
        return ""
    except OSError as error:
        log.warning("calls.not_read", file=file.name, why=str(error))
        return ""


def _write_over(file: int, content: bytes) -> None:
    """And close it. OSError when the disk takes it not, or half."""
    try:
        written = os.write(file, content)
    finally:
        os.close(file)
    if written != len(content):
        raise OSError(f"{written} of {len(content)} bytes were written")
