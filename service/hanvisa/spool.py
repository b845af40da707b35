"""What Asterisk has recorded, in the folder where it records."""

from __future__ import annotations

import asyncio
import shutil
import wave
from array import array
from pathlib import Path

import structlog

log = structlog.get_logger()

SUFFIX = ".wav"
_AUDIBLE = 656  # from peak to peak: a hundredth of full scale
_SHORTEST = 0.3  # seconds
_SECOND = 16_000  # bytes


class Spool:
    """Implements `calls.ports.Spool`. The folder is made: Asterisk makes none."""

    def __init__(self, state: Path) -> None:
        self._spool = state / "asterisk" / "spool" / "recording"
        self._spool.mkdir(parents=True, exist_ok=True)

    async def seconds(self, recording: str) -> float | None:
        """How long it sounds: 0.0 when nothing is heard in it, None when there is no whole recording of that name."""
        return await asyncio.to_thread(_seconds, self._recorded(recording))

    async def is_full(self) -> bool:
        """Whether no second more can be recorded: what was recorded last may have been cut short."""
        usage = await asyncio.to_thread(shutil.disk_usage, self._spool)
        return usage.free < _SECOND

    def path(self, recording: str) -> str:
        return str(self._recorded(recording).with_suffix(""))

    async def discard(self, recording: str) -> None:
        """Raises nothing: what can't be removed stays for the night's purge."""
        try:
            await asyncio.to_thread(self._recorded(recording).unlink, missing_ok=True)
        except OSError as error:
            log.warning("spool.not_discarded", recording=recording, why=str(error))

    def _recorded(self, recording: str) -> Path:
        return self._spool / f"{recording}{SUFFIX}"


def _seconds(file: Path) -> float | None:
    try:
        with wave.open(str(file)) as sound:
            rate, samples = sound.getframerate(), array("h", sound.readframes(sound.getnframes()))
    except (OSError, EOFError, ValueError, wave.Error):
        return None
    length = len(samples) / rate
    is_audible = length >= _SHORTEST and max(samples) - min(samples) >= _AUDIBLE
    return length if is_audible else 0.0
