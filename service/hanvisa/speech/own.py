"""What people record of themselves: from Asterisk's spool, or a file they send, to a sound that can be played.

What is kept lies in ``state``/recordings/own as it was recorded, and beside the other sounds as it is played: trimmed,
and as loud as they are. A sound is named after its content.
"""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from hanvisa.errors import SpeechError
from hanvisa.speech import audio
from hanvisa.speech.store import name_of
from hanvisa.spool import SUFFIX, Spool

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hanvisa.speech.store import SoundStore

log = structlog.get_logger(__name__)

_PATIENCE = 2.5  # seconds; somebody waits


class OwnSounds(Spool):
    """Implements `calls.ports.OwnSounds`."""

    def __init__(self, state: Path, store: SoundStore, patience: float = _PATIENCE) -> None:
        super().__init__(state)
        self.folder = state / "recordings" / "own"
        self._store = store
        self._patience = patience

    async def keep(self, recording: str) -> str:
        """Raises SpeechError when it could not be read or written in time."""
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.to_thread(self._keep, recording)
        except TimeoutError as error:
            raise SpeechError(f"{recording} was not kept within {self._patience:g} s.") from error
        except OSError as error:
            raise SpeechError(f"{recording} can't be kept: {error}.") from error

    async def take(self, wav: bytes) -> str:
        """Make a sound of a WAV file that somebody has sent, and give its name.

        Raises SpeechError when it is none, nothing is heard in it, or it could not be written.
        """
        try:
            return await asyncio.to_thread(self._take, wav)
        except OSError as error:
            raise SpeechError(f"The file can't be kept: {error}.") from error

    async def prepare(self, sounds: Iterable[str]) -> None:
        """See to it that these can be played. One whose recording is gone is logged, and the voice is heard instead."""
        for sound in sounds:
            try:
                await asyncio.to_thread(self._make_ready, sound)
            except (SpeechError, OSError) as error:
                log.warning("a recording can't be used", file=str(self._kept(sound)), why=str(error))

    def _keep(self, recording: str) -> str:
        return self._take(self._recorded(recording).read_bytes())

    def _take(self, wav: bytes) -> str:
        played = audio.from_wav(wav)
        sound = name_of("own", sha256(wav).hexdigest())
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._kept(sound).write_bytes(wav)
        self._store.put(sound, played)
        return sound

    def _make_ready(self, sound: str) -> None:
        if not self._store.want(sound):
            self._store.put(sound, audio.from_wav(self._kept(sound).read_bytes()))

    def _kept(self, sound: str) -> Path:
        return self.folder / f"{sound}{SUFFIX}"
