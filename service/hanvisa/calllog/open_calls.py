"""The calls that have begun and not ended: a file each in the state folder, gone when the call is over."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)

FOLDER = "calls"
SUFFIX, NEW = ".json", ".new"


class OpenCallsInState:
    """Implements `calls.ports.OpenCalls`. It survives the process, not a power cut, which ends all calls as well."""

    def __init__(self, state: Path) -> None:
        self._folder = state / FOLDER
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._failed = False

    def keep(self, call_id: str, state: str) -> None:
        new = self._folder / f"{call_id}{NEW}"
        try:
            file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                os.write(file, state.encode())
            finally:
                os.close(file)
            new.rename(new.with_suffix(SUFFIX))  # whole, or as it was
            self._failed = False
        except OSError as error:
            self._complain(error)

    def forget(self, call_id: str) -> None:
        with suppress(OSError):  # told once more at the next start, at worst
            (self._folder / f"{call_id}{SUFFIX}").unlink(missing_ok=True)

    def left(self) -> dict[str, str]:
        try:
            return {file.stem: file.read_text() for file in sorted(self._folder.glob(f"*{SUFFIX}"))}
        except (OSError, ValueError) as error:
            self._complain(error)
            return {}

    def _complain(self, error: Exception) -> None:
        if not self._failed:
            log.warning("calls.not_written_down", why=str(error))
        self._failed = True
