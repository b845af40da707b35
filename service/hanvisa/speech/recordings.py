"""Recordings made by people, played instead of a synthesiser's voice phrase by phrase and name by name.

``recordings/<sv|en>/<slug>.wav`` under the state folder, 16-bit PCM of any rate. The slug of a phrase is its
words in lower case with hyphens between them: "Anna Berg" is ``sv/anna-berg.wav``, "for English, press nine" is
``en/for-english-press-nine.wav``.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog

from hanvisa.errors import SpeechError
from hanvisa.policy.model import Language
from hanvisa.speech import audio
from hanvisa.speech.store import name_of

if TYPE_CHECKING:
    from pathlib import Path

    from hanvisa.speech.phrases import Piece
    from hanvisa.speech.store import SoundStore

log = structlog.get_logger(__name__)


_LONGEST = 200  # bytes of a slug, so that it is a file's name


@lru_cache(maxsize=65536)
def slug(text: str) -> str:
    """The words joined by hyphens: "Anna Berg" is anna-berg; Swedish letters are kept. A long one ends in a digest."""
    whole = "-".join(re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold()))
    if len(whole.encode()) <= _LONGEST:
        return whole
    digest = sha256(whole.encode()).hexdigest()[:16]
    begins = whole.encode()[: _LONGEST - 17].decode(errors="ignore").rstrip("-")
    return f"{begins}-{digest}"


class Recordings:
    """What lies in ``folder``, by language and slug. Those converted before are known at once.

    ``changes`` counts how often what is played has changed.
    """

    def __init__(self, folder: Path, store: SoundStore) -> None:
        self.folder = folder
        self.store = store
        self._converted = {key: name for key, (name, _) in self._found().items() if store.want(name)}
        self.changes = 0

    def find(self, piece: Piece) -> str | None:
        """The sound's name in the store, None when nobody has recorded the piece."""
        return self.sound_of(piece.text, piece.language)

    def sound_of(self, text: str, language: Language) -> str | None:
        """The sound's name in the store, None when nobody has read these words in."""
        return self._converted.get((language, slug(text)))

    async def keep(self, text: str, language: Language, wav: bytes) -> None:
        """Play this wherever these words are said, from now on.

        Raises SpeechError: it is no WAV file, nothing is heard in it, there are no words, or it could not be written.
        """
        words = slug(text)
        if not words:
            raise SpeechError(f"“{text}” has no words.")
        name = name_of("recording", sha256(wav).hexdigest())
        try:
            await asyncio.to_thread(self._keep, self._file(words, language), wav, name)
        except OSError as error:
            raise SpeechError(f"“{text}” can't be kept: {error}.") from error
        self._converted[language, words] = name
        self.changes += 1

    async def drop(self, text: str, language: Language) -> None:
        """The voice says these words again."""
        words = slug(text)
        self._converted.pop((language, words), None)
        self.changes += 1
        await asyncio.to_thread(self._file(words, language).unlink, missing_ok=True)

    def _file(self, words: str, language: Language) -> Path:
        return self.folder / language / f"{words}.wav"

    def _keep(self, file: Path, wav: bytes, name: str) -> None:
        self.store.put(name, audio.from_wav(wav))
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = file.with_suffix(f".{name}")
        new.touch(mode=0o600)
        new.write_bytes(wav)
        new.replace(file)

    async def prepare(self) -> None:
        """Convert what is new. A recording that can't be read is logged and passed over."""
        converted: dict[tuple[Language, str], str] = {}
        for key, (name, file) in (await asyncio.to_thread(self._found)).items():
            try:
                if not self.store.want(name):
                    await asyncio.to_thread(self._convert, file, name)
                converted[key] = name
            except (SpeechError, OSError) as error:
                log.warning("a recording can't be used", file=str(file), why=str(error))
        self._converted = converted
        self.changes += 1

    def _convert(self, file: Path, name: str) -> None:
        self.store.put(name, audio.from_wav(file.read_bytes()))

    def _found(self) -> dict[tuple[Language, str], tuple[str, Path]]:
        found = {}
        for language in Language:
            for file in sorted((self.folder / language).glob("*.wav")):
                digest = sha256(file.read_bytes()).hexdigest()
                found[language, slug(file.stem)] = (name_of("recording", digest), file)
        return found
