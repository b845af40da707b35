"""What was played to callers, for who asks later: the pieces as they lie ready for Asterisk, as one WAV file."""

from __future__ import annotations

import io
import wave
from array import array
from collections.abc import Iterable
from pathlib import Path

RATE = 8000


def sounds_of(files: Iterable[str], state: Path) -> tuple[Path, ...]:
    """The pieces that are still there. ``files`` are as Asterisk was told: absolute, without suffix.

    Only what callers hear is looked for, in ``state``/sounds: no message, nor evidence, has its name there.
    """
    folder = state / "sounds"
    found = (folder / f"{Path(file).name}.alaw" for file in files)
    return tuple(path for path in found if path.is_file())


def wav_of(sounds: Iterable[Path]) -> bytes:
    """The pieces one after the other, 16-bit PCM: no browser need know A-law."""
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for path in sounds:
            file.writeframes(array("h", map(_LINEAR.__getitem__, path.read_bytes())).tobytes())
    return written.getvalue()


def _linear(code: int) -> int:
    """The sample of an A-law code (ITU-T G.711, table 1a, scaled to 16 bits)."""
    bits = code ^ 0x55
    segment = (bits >> 4) & 7
    magnitude = ((bits & 0x0F) << 4) + 8
    if segment:
        magnitude = (magnitude + 0x100) << (segment - 1)
    return magnitude if bits & 0x80 else -magnitude


_LINEAR = [_linear(code) for code in range(256)]
