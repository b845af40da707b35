"""The calls that have begun and not ended: a file each in the state folder, gone when the call is over."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

FOLDER = "calls"
SUFFIX = ".json"


class OpenCallsInState:
    """Implements `calls.ports.OpenCalls`. It survives the process, not a power cut, which ends all calls as well.

    A file's first line counts. It is written over in one piece, which a kill does not part up to a page (4 kB), and
    what a longer one has left behind it says nothing: a file made anew and renamed each time costs four times as much.
    """

    def __init__(self, state: Path) -> None:
        self._folder = state / FOLDER
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._failed = False

    def keep(self, call_id: str, state: str) -> None:
        try:
            file = os.open(self._path(call_id), os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.write(file, f"{state}\n".encode())
            finally:
                os.close(file)
            self._failed = False
        except OSError as error:
            self._complain(error)

    def forget(self, call_id: str) -> None:
        with suppress(OSError):  # told once more at the next start, at worst
            Path(self._path(call_id)).unlink(missing_ok=True)

    def left(self) -> dict[str, str]:
        try:
            return {
                file.stem: file.read_text().partition("\n")[0]
                for file in sorted(self._folder.glob(f"*{SUFFIX}"))
            }
        except (OSError, ValueError) as error:
            self._complain(error)
            return {}

    def _path(self, call_id: str) -> str:
        return f"{self._folder}/{call_id}{SUFFIX}"

    def _complain(self, error: Exception) -> None:
        if not self._failed:
            log.warning("calls.not_written_down", why=str(error))
        self._failed = True
