"""WAV in, telephone sound out."""

import io
import math
import wave
from array import array

import numpy as np
import pytest

from hanvisa.errors import SpeechError
from hanvisa.speech import audio, conversion


def tone(hertz: float, rate: int, seconds: float = 0.5, channels: int = 1, level: float = 0.5) -> bytes:
    """A WAV file with half a second of silence around the tone."""
    quiet = [0] * round(rate * 0.25)
    loud = [
        round(32767 * level * math.sin(2 * math.pi * hertz * i / rate)) for i in range(round(rate * seconds))
    ]
    samples = array("h", [sample for sample in (*quiet, *loud, *quiet) for _ in range(channels)])
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())
    return file.getvalue()


def strength(hertz: float, rate: int = 22050) -> float:
    """What is left of a tone after resampling, in decibels."""
    samples = np.sin(2 * np.pi * hertz * np.arange(rate // 2) / rate)
    middle = conversion.resample(samples, rate)[400:-400]
    return float(10 * np.log10(2 * np.mean(middle**2) + 1e-12))


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_any_rate_becomes_8_khz_without_the_silence_around(rate: int, channels: int) -> None:
    sound = audio.from_wav(tone(440, rate, channels=channels))
    assert len(sound) / audio.RATE == pytest.approx(0.55, abs=0.02)


def test_keeps_the_telephone_band_and_folds_nothing_into_it() -> None:
    assert all(abs(strength(hertz)) < 0.5 for hertz in (300, 1000, 2000, 3000))
    assert all(strength(hertz) < -40 for hertz in (4300, 5000, 7000, 10000))


def test_soft_and_loud_come_out_alike() -> None:
    soft, loud = (audio.from_wav(tone(440, 8000, level=level)) for level in (0.05, 0.9))
    assert sum(a != b for a, b in zip(soft, loud, strict=False)) < len(soft) * 0.2


def test_encodes_as_g711_says() -> None:
    levels = [0.0, 8 / 32768, -8 / 32768, 0.25, -0.25, 1.0, -1.0, 7.0, -7.0]
    assert audio.encode(levels).hex(" ") == "d5 d5 55 b5 0a aa 2a aa 2a"


@pytest.mark.parametrize("rate", [8001, 44_101, 96_001, 191_999, 4_294_967_291])
def test_a_rate_that_nobody_records_at_is_refused_before_anything_is_reckoned(rate: int) -> None:
    """A file of a hundred bytes would take minutes and gigabytes."""
    wav = tone(440, 8000, seconds=0.1).replace((8000).to_bytes(4, "little"), rate.to_bytes(4, "little"), 1)
    with pytest.raises(SpeechError, match="usual rates"):
        audio.from_wav(wav)


@pytest.mark.parametrize("sound", [b"", b"RIFF", b"no sound at all", tone(440, 22050, level=0.0)])
def test_what_cannot_be_heard_is_an_error(sound: bytes) -> None:
    with pytest.raises(SpeechError):
        audio.from_wav(sound)
