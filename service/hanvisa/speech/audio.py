"""From a WAV file to what Asterisk plays: 8 kHz G.711 A-law, mono, trimmed and of even loudness. Pure.

Without numpy: one second of speech takes some 30 ms, which is well for pieces that are made once.
"""

from __future__ import annotations

import io
import math
import wave
from array import array
from operator import mul

from hanvisa.errors import SpeechError

RATE = 8000
SILENT_BYTE = b"\xd5"

_HIGHEST = 96_000  # Hz
_PHASES = 320  # of the filter, as 11,025 Hz needs: rates without a common measure with ours need thousands
_CUTOFF = 3600.0  # Hz; the telephone band ends at 3.4 kHz
_ZERO_CROSSINGS = 9  # of the filter's sinc on each side: 40 dB down at 4.2 kHz
_LOUDNESS = 0.11  # root mean square of the speech, of full scale: -19 dBFS
_PEAK = 0.8
_SOFT = 0.08  # the peak of a tone: -22 dBFS
_CLEAR = 0.25  # -12 dBFS
_AUDIBLE = 0.01
_LEAD_IN = 0.02  # seconds kept before and after what is audible
_LEAD_OUT = 0.03


def from_wav(wav: bytes) -> bytes:
    """Raw A-law of a 16-bit PCM WAV file of any usual rate. SpeechError when it is none, or nothing is heard in it."""
    samples, rate = _read(wav)
    return encode(level(resample(trim(samples, rate), rate)))


def to_wav(alaw: bytes) -> bytes:
    """A 16-bit PCM WAV file of raw A-law, which every browser plays."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(array("h", [_LINEAR[code] for code in alaw]).tobytes())
    return content.getvalue()


def silence(seconds: float) -> bytes:
    return SILENT_BYTE * round(seconds * RATE)


def tone() -> bytes:
    """Two soft notes, half a second together."""
    notes = (_note(660.0, 0.2), _note(880.0, 0.3))
    return encode(array("d", [sample for note in notes for sample in note]))


def beep() -> bytes:
    """One note, a third of a second: speak now."""
    return encode(array("d", _note(1000.0, 0.3, _CLEAR)))


def _note(frequency: float, seconds: float, peak: float = _SOFT) -> list[float]:
    """A sine that swells and fades, so that it does not click."""
    count = round(seconds * RATE)
    return [
        peak * math.sin(math.pi * i / count) * math.sin(2 * math.pi * frequency * i / RATE)
        for i in range(count)
    ]


def _read(wav: bytes) -> tuple[array[float], int]:
    """Samples from -1 to 1 (the mean of the channels), and their rate."""
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
    pcm = array("h", frames[: len(frames) // (2 * channels) * 2 * channels])
    scale = 1 / (32768 * channels)
    return array("d", [scale * sum(pcm[i : i + channels]) for i in range(0, len(pcm), channels)]), rate


def resample(samples: array[float], rate: int) -> array[float]:
    """At 8 kHz, by a polyphase windowed-sinc low-pass."""
    if rate == RATE:
        return samples
    common = math.gcd(rate, RATE)
    up, down = RATE // common, rate // common
    half = math.ceil(_ZERO_CROSSINGS * rate / (2 * _CUTOFF))
    phases = [_filter(phase / up, half, rate) for phase in range(up)]
    padded = array("d", bytes(8 * half)) + samples + array("d", bytes(8 * half))
    return array(
        "d",
        [
            sum(map(mul, phases[position % up], padded[position // up : position // up + 2 * half]))
            for position in range(0, len(samples) * up, down)
        ],
    )


def _filter(offset: float, half: int, rate: int) -> tuple[float, ...]:
    """The taps for a point ``offset`` of a sample after the one in the middle; their sum is 1."""
    distances = [k - half - offset for k in range(2 * half)]
    bandwidth = 2 * _CUTOFF / rate
    taps = [_sinc(bandwidth * x) * (0.5 + 0.5 * math.cos(math.pi * x / (half + 1))) for x in distances]
    total = sum(taps)
    return tuple(tap / total for tap in taps)


def _sinc(x: float) -> float:
    return math.sin(math.pi * x) / (math.pi * x) if x else 1.0


def trim(samples: array[float], rate: int) -> array[float]:
    """Without the silence around the speech. SpeechError when nothing is audible."""
    first = next((i for i, sample in enumerate(samples) if abs(sample) > _AUDIBLE), None)
    if first is None:
        raise SpeechError("Nothing is audible in the sound.")
    last = next(i for i in range(len(samples) - 1, -1, -1) if abs(samples[i]) > _AUDIBLE)
    return samples[max(0, first - round(_LEAD_IN * rate)) : last + round(_LEAD_OUT * rate)]


def level(samples: array[float]) -> array[float]:
    """At the loudness all pieces have, no peak clipped."""
    loudness = math.sqrt(sum(map(mul, samples, samples)) / len(samples))
    gain = min(_LOUDNESS / loudness, _PEAK / max(map(abs, samples)))
    return array("d", [gain * sample for sample in samples])


def encode(samples: array[float]) -> bytes:
    """G.711 A-law (ITU-T G.711), even bits inverted."""
    return bytes([_ALAW[max(-4096, min(4095, round(sample * 4096)))] for sample in samples])


def _alaw(value: int) -> int:
    """The code of a sample of 13 bits, sign included."""
    sign = 0x80 if value >= 0 else 0
    magnitude = value if value >= 0 else -value - 1
    segment = max(magnitude.bit_length() - 5, 0)
    return (sign | segment << 4 | magnitude >> max(segment, 1) & 0x0F) ^ 0x55


def _linear(code: int) -> int:
    """The sample of 16 bits that a code stands for (ITU-T G.711, table 1a)."""
    bits = code ^ 0x55
    segment = bits >> 4 & 7
    magnitude = (bits & 0x0F) << 4 | 8
    if segment:
        magnitude = magnitude + 0x100 << segment - 1
    return magnitude if bits & 0x80 else -magnitude


_ALAW = [_alaw(value) for value in range(4096)] + [_alaw(value) for value in range(-4096, 0)]
_LINEAR = [_linear(code) for code in range(256)]
