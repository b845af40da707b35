"""A sound of the calls as a browser plays it."""

from __future__ import annotations

import io
import wave
from array import array
from pathlib import Path

from hanvisa.calls.ports import Spoken
from hanvisa.speech import audio
from hanvisa.speech.fakes import FakeSynthesiser
from hanvisa.speech.library import SpeechLibrary


def test_a_wav_has_what_was_encoded() -> None:
    samples = [0.0, 0.5, -0.5, 0.01, -0.01, 0.9]
    with wave.open(io.BytesIO(audio.to_wav(audio.encode(samples)))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        told = array("h", file.readframes(len(samples)))
    for before, after in zip(samples, told, strict=True):
        assert abs(before - after / 32768) <= max(0.001, abs(before) / 16)  # A-law's own steps


async def test_several_files_are_joined_once_and_in_order(tmp_path: Path) -> None:
    library = SpeechLibrary(tmp_path, FakeSynthesiser())
    for name, sound in (("one", b"1"), ("two", b"2")):
        library.store.put(name, sound)
    said = [
        Spoken((library.store.path("one"), library.store.path("two")), ""),
        Spoken((library.store.path("one"),), ""),
    ]
    name = await library.join(said)
    assert library.store.read(name) == b"121"
    assert await library.join(said) == name
    assert await library.wav(name) == audio.to_wav(b"121")
    assert await library.wav("two", "secrets.json", "one") == audio.to_wav(b"21")
    (tmp_path / "sounds" / "one.alaw").unlink()
    assert (library.is_there("one"), library.is_there("two")) == (False, True)
    assert await library.wav("one", "two") == audio.to_wav(b"2")
    assert await library.wav("0" * 32) is None
