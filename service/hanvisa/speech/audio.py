"""What Asterisk plays: raw 8 kHz G.711 A-law, mono. Pure."""

from __future__ import annotations

import io
import math
import wave
from array import array
from collections.abc import Iterable

RATE = 8000
SILENT_BYTE = b"\xd5"

_SOFT = 0.08  # the peak of a tone: -22 dBFS
_CLEAR = 0.25  # -12 dBFS


def from_wav(wav: bytes) -> bytes:
    """A 16-bit PCM WAV file of any usual rate, trimmed and of even loudness, as Asterisk plays it.

    SpeechError when it is none, or nothing is heard in it.
    """
    from hanvisa.speech import conversion  # noqa: PLC0415 - a start has no time for numpy, and seldom needs it

    return encode(conversion.telephone_sound(wav))


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
    return encode(sample for note in notes for sample in note)


def beep() -> bytes:
    """One note, a third of a second: speak now."""
    return encode(_note(1000.0, 0.3, _CLEAR))


def _note(frequency: float, seconds: float, peak: float = _SOFT) -> list[float]:
    """A sine that swells and fades, so that it does not click."""
    count = round(seconds * RATE)
    return [
        peak * math.sin(math.pi * i / count) * math.sin(2 * math.pi * frequency * i / RATE)
        for i in range(count)
    ]


def encode(samples: Iterable[float]) -> bytes:
    """Samples of full scale from -1 to 1. G.711 A-law (ITU-T G.711), even bits inverted."""
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
