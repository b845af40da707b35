"""Recordings kept as evidence: the greetings of mobiles' voicemails (M2), and threatening calls."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from hanvisa.errors import SpeechError
from hanvisa.speech import audio
from hanvisa.spool import SUFFIX, Spool

FOLDER = "recordings"


class Evidence(Spool):
    """What is kept of one ``kind`` lies in ``state``/recordings, for nobody but the service's own user to read."""

    kind: str

    def __init__(self, state: Path) -> None:
        super().__init__(state)
        self.folder = state / FOLDER / self.kind

    async def keep(self, recording: str, name: str) -> str:
        """Keep it under that name; the file's name. Raises SpeechError."""
        try:
            return await asyncio.to_thread(self._keep, recording, f"{name}{SUFFIX}")
        except OSError as error:
            raise SpeechError(f"{recording} can't be kept: {error}.") from error

    def _keep(self, recording: str, file: str) -> str:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = self.folder / file
        kept.touch(mode=0o600)
        shutil.copyfile(self._recorded(recording), kept)
        return file


class GreetingEvidence(Evidence):
    """Implements `calls.greetings.Evidence`."""

    kind = "greetings"

    async def spoken(self, recording: str) -> float:
        return await asyncio.to_thread(_spoken, self._recorded(recording))


class ThreatEvidence(Evidence):
    """Implements `calls.ports.Evidence`."""

    kind = "threats"


def _spoken(file: Path) -> float:
    try:
        return len(audio.from_wav(file.read_bytes())) / audio.RATE
    except (OSError, SpeechError):
        return 0.0
