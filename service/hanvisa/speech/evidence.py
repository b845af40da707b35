"""Recordings kept as evidence: the greetings of mobiles' voicemails (M2)."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from hanvisa.errors import SpeechError
from hanvisa.speech import audio
from hanvisa.spool import SUFFIX, Spool


class GreetingEvidence(Spool):
    """Implements `calls.greetings.Evidence`. What is kept lies in ``state``/recordings/greetings."""

    def __init__(self, state: Path) -> None:
        super().__init__(state)
        self.folder = state / "recordings" / "greetings"

    async def spoken(self, recording: str) -> float:
        return await asyncio.to_thread(_spoken, self._recorded(recording))

    async def keep(self, recording: str, name: str) -> str:
        """Keep it under that name; the file's name. Raises SpeechError."""
        try:
            return await asyncio.to_thread(self._keep, recording, f"{name}{SUFFIX}")
        except OSError as error:
            raise SpeechError(f"{recording} can't be kept: {error}.") from error

    def _keep(self, recording: str, file: str) -> str:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(self._recorded(recording), self.folder / file)
        return file


def _spoken(file: Path) -> float:
    try:
        return len(audio.from_wav(file.read_bytes())) / audio.RATE
    except (OSError, SpeechError):
        return 0.0
