"""From a WAV file to the telephone's samples: 8 kHz, mono, trimmed and of even loudness. Pure."""

from __future__ import annotations

import io
import math
import wave
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from hanvisa.errors import SpeechError
from hanvisa.speech.audio import RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float64]  # of full scale, from -1 to 1

_HIGHEST = 96_000  # Hz
_PHASES = 320  # of the filter, as 11,025 Hz needs: rates without a common measure with ours need thousands
_CUTOFF = 3600.0  # Hz; the telephone band ends at 3.4 kHz
_ZERO_CROSSINGS = 9  # of the filter's sinc on each side: 40 dB down at 4.2 kHz
_LOUDNESS = 0.11  # root mean square of the speech, of full scale: -19 dBFS
_PEAK = 0.8
_AUDIBLE = 0.01
_LEAD_IN = 0.02  # seconds kept before and after what is audible
_LEAD_OUT = 0.03
_AT_ONCE = RATE  # samples that are filtered together: some 30 MB at the highest rate


def telephone_sound(wav: bytes) -> list[float]:
    """The samples of a 16-bit PCM WAV file of any usual rate.

    SpeechError when it is none, or nothing is heard in it.
    """
    samples, rate = _read(wav)
    sound: list[float] = level(resample(trim(samples, rate), rate)).tolist()
    return sound


def _read(wav: bytes) -> tuple[Samples, int]:
    """Samples (the mean of the channels), and their rate."""
    try:
        with wave.open(io.BytesIO(wav)) as file:
            rate, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            frames = file.readframes(min(file.getnframes(), len(wav)))
    except (wave.Error, EOFError, RuntimeError) as error:  # the last one: its parts overlap
        raise SpeechError(f"The sound is not a WAV file ({error}); 16-bit PCM is read.") from error
    if width != 2 or channels < 1 or rate < RATE:
        raise SpeechError(
            f"The WAV file has {8 * width} bits and {rate} Hz; 16-bit PCM of 8000 Hz or more is read."
        )
    if rate > _HIGHEST or RATE // math.gcd(rate, RATE) > _PHASES:
        raise SpeechError(f"The WAV file has {rate} Hz; the usual rates up to {_HIGHEST} Hz are read.")
    whole = len(frames) // (2 * channels) * 2 * channels
    pcm = np.frombuffer(frames[:whole], dtype="<i2").reshape(-1, channels)
    return pcm.mean(axis=1) / 32768, rate


def resample(samples: Samples, rate: int) -> Samples:
    """At 8 kHz, by a polyphase windowed-sinc low-pass."""
    if rate == RATE:
        return samples
    taps = _filters(rate)
    up, width = taps.shape
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(samples, width // 2), width)
    down = up * rate // RATE
    positions = np.arange(0, len(samples) * up, down)
    parts = np.array_split(positions, math.ceil(len(positions) / _AT_ONCE))
    return np.concatenate([np.einsum("ij,ij->i", windows[at // up], taps[at % up]) for at in parts])


@lru_cache(maxsize=4)
def _filters(rate: int) -> Samples:
    """For each phase, a point so many parts of a sample after the one in the middle, the taps; their sum is 1."""
    up = RATE // math.gcd(rate, RATE)
    half = math.ceil(_ZERO_CROSSINGS * rate / (2 * _CUTOFF))
    distances = np.arange(-half, half) - np.arange(up)[:, None] / up
    taps = np.sinc(2 * _CUTOFF / rate * distances) * (0.5 + 0.5 * np.cos(np.pi * distances / (half + 1)))
    normalised: Samples = taps / taps.sum(axis=1, keepdims=True)
    return normalised


def trim(samples: Samples, rate: int) -> Samples:
    """Without the silence around the speech. SpeechError when nothing is audible."""
    audible = np.flatnonzero(np.abs(samples) > _AUDIBLE)
    if not audible.size:
        raise SpeechError("Nothing is audible in the sound.")
    return samples[max(0, audible[0] - round(_LEAD_IN * rate)) : audible[-1] + round(_LEAD_OUT * rate)]


def level(samples: Samples) -> Samples:
    """At the loudness all pieces have, no peak clipped."""
    loudness = np.sqrt(np.mean(np.square(samples)))
    levelled: Samples = samples * min(_LOUDNESS / loudness, _PEAK / np.abs(samples).max())
    return levelled
