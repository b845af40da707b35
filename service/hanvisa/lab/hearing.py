"""What was heard: does this file sound in that recording, and where.

Both become log-mel spectrograms (32 bands, a frame every 10 ms); the expected one is slid over the recording
and correlated, band by band around its own mean, at every offset at once by FFT. 1.0 is the same sound, 0 is
none of it. Phrases that differ in one word score 0.93 to 0.98 against each other: a phrase made of pieces is
checked piece by piece.
"""

from __future__ import annotations

import wave
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from operator import itemgetter
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hanvisa.lab.alaw import RATE, Samples, decode

Sound = Samples | str | Path

HIT = 0.6
MARGIN = 0.05

_HOP = 80
_WINDOW = 256
_BANDS = 32
_LOWEST, _HIGHEST = 100.0, 3800.0
_FLOOR = 1e-3
_FLAT = 0.05
_SLACK = 15
_ALIKE = 0.9
_AS_GOOD = 0.05
_OVERLAP = 10

_Mel = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hearing:
    """Whether a sound was heard, and where.

    ``at`` is seconds from the recording's start; ``margin`` is the distance to the best other phrase there.
    """

    hit: bool
    score: float
    margin: float
    at: float


def samples_of(sound: Sound) -> Samples:
    """Samples as they are, or a file's: `.wav` (8 kHz, 16 bit, mono), else A-law (`.alaw`).

    Without a suffix, as Asterisk is told of it, it is what there is: what somebody has recorded is a `.wav`.
    """
    if isinstance(sound, np.ndarray):
        return sound
    path = Path(sound)
    recorded = path.with_name(f"{path.name}.wav")
    if recorded.exists():
        path = recorded
    if path.suffix == ".wav":
        return samples_of_wav(path.read_bytes())
    return decode((path if path.suffix == ".alaw" else path.with_name(path.name + ".alaw")).read_bytes())


def samples_of_wav(wav: bytes) -> Samples:
    """Of 8 kHz, 16 bit, mono. Raises ValueError for another."""
    with wave.open(BytesIO(wav)) as file:
        if (file.getframerate(), file.getsampwidth(), file.getnchannels()) != (RATE, 2, 1):
            raise ValueError("the sound is not 8 kHz 16-bit mono")
        return np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)


def length(sound: Sound) -> float:
    """How long it takes, in seconds."""
    return len(samples_of(sound)) / RATE


def score(recording: Sound, expected: Sound) -> tuple[float, float]:
    """The best correlation of ``expected`` within ``recording``, and its offset in seconds."""
    scores = _Stretch(_mel_of(recording)).correlate(_phrase_of(expected))
    best = _earliest_best(scores)
    return float(scores[best]), best * _HOP / RATE


def heard(recording: Sound, file: Sound, others: Iterable[Sound] = ()) -> Hearing:
    """Whether ``file`` sounds in the recording: 0.6 at least, and 0.05 above every clearly different phrase.

    Of ``others``, those that contain the file, are contained in it, or sound nearly like it don't count.
    """
    return _heard(_mel_of(recording), file, others)


class Ear:
    """Hears a recording that grows: of what it has heard before nothing is computed anew."""

    def __init__(self) -> None:
        self._samples: Samples = np.empty(0, dtype=np.int16)
        self._mel = _log_mel(self._samples)

    def spectrogram(self, recording: Samples) -> _Mel:
        """Of the whole recording, whose end may be another than it was before."""
        both = min(len(recording), len(self._samples))
        differs = np.flatnonzero(recording[:both] != self._samples[:both])
        same = int(differs[0]) if len(differs) else both
        kept = self._mel[: max(0, (same - _WINDOW) // _HOP + 1)]
        self._mel = np.concatenate((kept, _log_mel(recording[len(kept) * _HOP :])))
        self._samples = recording
        return self._mel


def heard_in_order(
    recording: Samples, files: Iterable[Sound], others: Iterable[Sound] = (), ear: Ear | None = None
) -> list[Hearing]:
    """Each file heard after the one before it, up to the first that was not. Files of silence are passed over.

    ``ear`` is whose has heard the recording's beginning before.
    """
    recorded = (ear or Ear()).spectrogram(recording)
    rivals = list(others)
    hearings: list[Hearing] = []
    start = 0
    for file in files:
        if is_silent(file):
            continue
        found = _heard(recorded[start:], file, rivals)
        hearings.append(replace(found, at=found.at + start * _HOP / RATE))
        if not found.hit:
            break
        start += round(found.at * RATE / _HOP) + max(0, len(_mel_of(file)) - _OVERLAP)
    return hearings


def shortest(sounds: Iterable[Sound]) -> int:
    """The samples that a recording has at least, in which each of these is heard after the one before."""
    start = least = 0
    for sound in sounds:
        frames = len(_mel_of(sound))
        least = max(least, start + frames - _SLACK)
        start += max(0, frames - _OVERLAP)
    return _WINDOW + (least - 1) * _HOP if least > 0 else 0


def learn(files: Iterable[str]) -> None:
    """Know what they sound like: whoever is to tell a phrase from all others the first time needs seconds for it."""
    for file in files:
        _phrase_of_file(file)


def is_silent(sound: Sound) -> bool:
    """Whether there is nothing in it to recognise."""
    return _phrase_of(sound).loudness == 0.0


def levels(samples: Samples, frame: float = 0.02) -> NDArray[np.float64]:
    """The loudness of each frame (seconds) in dB below full scale; -96 is digital silence."""
    size = int(frame * RATE)
    whole = samples[: len(samples) // size * size].reshape(-1, size).astype(np.float64) / 32768
    return np.asarray(10 * np.log10(np.mean(whole**2, axis=1) + 10**-9.6))


def silences(samples: Samples, below: float = -50.0, frame: float = 0.02) -> list[tuple[float, float]]:
    """The spans (start and end, seconds) in which nothing louder than ``below`` dB is heard."""
    quiet = np.concatenate(([False], levels(samples, frame) < below, [False]))
    edges = np.flatnonzero(quiet[1:] != quiet[:-1])
    return [(float(start) * frame, float(end) * frame) for start, end in edges.reshape(-1, 2)]


def longest_silence(samples: Samples, below: float = -50.0) -> float:
    """The longest silence in seconds."""
    return max((end - start for start, end in silences(samples, below)), default=0.0)


def melody(seed: int, seconds: float = 0.4) -> Samples:
    """A run of short tones that no other seed sounds like: what a test's person 'says'."""
    scale = np.random.default_rng(seed).permutation(np.geomspace(350, 3000, 16))
    time = np.arange(int(0.08 * RATE)) / RATE
    tones = [
        np.sin(2 * np.pi * note * time) * np.hanning(len(time)) for note in scale[: round(seconds / 0.08)]
    ]
    return np.asarray(np.concatenate(tones) * 12000, dtype=np.int16)


def _heard(recorded: _Mel, file: Sound, others: Iterable[Sound]) -> Hearing:
    expected = _phrase_of(file)
    scores = _Stretch(recorded).correlate(expected)
    best = _earliest_best(scores)
    lead = min(best, _SLACK)
    there = _Stretch(recorded[best - lead : best + len(expected.mel) + _SLACK])
    value = float(scores[best])
    rivals = [(_best_over(there, lead, len(expected.mel), _phrase_of(other)), other) for other in others]
    rivals.sort(key=itemgetter(0), reverse=True)
    margin = next((value - rival for rival, other in rivals if not _alike(file, other)), 1.0)
    return Hearing(value >= HIT and margin >= MARGIN, value, margin, best * _HOP / RATE)


def _best_over(there: _Stretch, lead: int, length: int, other: _Phrase) -> float:
    """How well another phrase is heard in the place of one of so many frames, which begins after the lead.

    By half of the shorter of both at least: what lies mostly beside it may have been said before or after it.
    """
    frames = len(other.mel)
    half = min(length, frames) // 2
    over = there.correlate(other)[max(0, lead + half - frames) : lead + length - half + 1]
    return float(over.max(initial=0.0))


def _alike(one: Sound, other: Sound) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return _correlated(_phrase_of(one), _phrase_of(other))
    return _files_alike(str(one), str(other))


@lru_cache(maxsize=1 << 17)
def _files_alike(one: str, other: str) -> bool:
    """Kept, for a file meets the same rivals each time it is heard."""
    return _correlated(_phrase_of_file(one), _phrase_of_file(other))


def _correlated(one: _Phrase, other: _Phrase) -> bool:
    short, long = sorted((one, other), key=lambda phrase: len(phrase.mel))
    return bool(_Stretch(long.mel).correlate(short).max() >= _ALIKE)


def _earliest_best(scores: NDArray[np.float64]) -> int:
    """The first offset that is as good as any: a phrase said twice is heard where it comes first."""
    near = int(np.argmax(scores >= max(HIT, float(scores.max()) - _AS_GOOD)))
    if scores[near] < HIT:
        return int(np.argmax(scores))
    return near + int(np.argmax(scores[near : near + _SLACK]))


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A sound that is looked for: as it is, around each band's mean, and how much there is around it (0: no shape)."""

    mel: _Mel
    centred: _Mel
    loudness: float

    @classmethod
    def of(cls, mel: _Mel) -> Self:
        if not len(mel):
            return cls(mel, mel, 0.0)
        centred = mel - mel.mean(axis=0)
        total = float(np.sum(centred**2))
        return cls(mel, centred, total if total >= _FLAT * centred.size else 0.0)


class _Stretch:
    """A stretch of a recording. What is the same for every phrase that it is compared with is computed once."""

    def __init__(self, recorded: _Mel) -> None:
        self._recorded = recorded
        self._centred: dict[int, _Centred] = {}

    def correlate(self, expected: _Phrase) -> NDArray[np.float64]:
        """Pearson's correlation at every offset, the mean of each band taken away on both sides."""
        frames, length, loudness = len(expected.mel), len(self._recorded), expected.loudness
        if length < frames - _SLACK or not loudness:
            return np.zeros(1)
        length = max(length, frames + _SLACK)
        if length not in self._centred:
            self._centred[length] = _Centred.of(self._recorded, length)
        products, energy = self._centred[length].against(expected.centred)
        audible = energy >= 0.1 * loudness
        return np.asarray(
            np.where(audible, products / np.sqrt(np.where(audible, energy, 1.0) * loudness), 0.0)
        )


@dataclass(frozen=True, slots=True)
class _Centred:
    """A recording around each band's mean, with what its windows are summed from: of values, and of their squares."""

    values: _Mel
    sums: _Mel
    squares: NDArray[np.float64]
    spectra: dict[int, NDArray[np.complex128]]

    @classmethod
    def of(cls, recorded: _Mel, length: int) -> Self:
        """With silence after it up to so many frames."""
        silent = np.full((length - len(recorded), _BANDS), np.log(_FLOOR))
        values = np.concatenate((recorded, silent))
        values -= values.mean(axis=0)
        return cls(values, _running(values), _running(np.sum(values**2, axis=1)), {})

    def against(self, phrase: _Mel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """At every offset the product with the phrase, and the energy of the window that it lies over."""
        frames, length = len(phrase), len(self.values)
        size = 1 << (length + frames - 1).bit_length()
        if size not in self.spectra:
            self.spectra[size] = np.fft.rfft(self.values, size, axis=0)
        spectrum = np.einsum("fb,fb->f", self.spectra[size], np.conj(np.fft.rfft(phrase, size, axis=0)))
        products = np.fft.irfft(spectrum, size)[: length - frames + 1]
        sums = self.sums[frames:] - self.sums[:-frames]
        squares = self.squares[frames:] - self.squares[:-frames]
        return products, squares - np.einsum("fb,fb->f", sums, sums) / frames


def _running(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of all before each frame, and of all."""
    return np.concatenate((np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)))


def _mel_of(sound: Sound) -> _Mel:
    return _phrase_of(sound).mel


def _phrase_of(sound: Sound) -> _Phrase:
    return _Phrase.of(_log_mel(sound)) if isinstance(sound, np.ndarray) else _phrase_of_file(str(sound))


@lru_cache(maxsize=2048)
def _phrase_of_file(path: str) -> _Phrase:
    """Kept, for files are asked for again and again and named by their content."""
    return _Phrase.of(_log_mel(samples_of(path)))


def _log_mel(samples: Samples) -> _Mel:
    if len(samples) < _WINDOW:
        return np.empty((0, _BANDS))
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP] / 32768
    power = np.abs(np.fft.rfft(frames * _HANN, axis=1)) ** 2
    return np.asarray(np.log(power @ _FILTERS + _FLOOR))


def _filters() -> NDArray[np.float64]:
    """Triangular mel filters over the bins of a window: bins by bands."""

    def mel(hertz: float) -> float:
        return 2595 * float(np.log10(1 + hertz / 700))

    centres = 700 * (10 ** (np.linspace(mel(_LOWEST), mel(_HIGHEST), _BANDS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(_WINDOW, 1 / RATE)[:, None]
    rising = (bins - centres[:-2]) / (centres[1:-1] - centres[:-2])
    falling = (centres[2:] - bins) / (centres[2:] - centres[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling))


_HANN = np.hanning(_WINDOW)
_FILTERS = _filters()
