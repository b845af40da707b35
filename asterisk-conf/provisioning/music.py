"""The music on hold: a soft loop of slow chords, made here, so that it is nobody else's."""

import math
from functools import cache
from pathlib import Path

RATE = 8000
CHORD = 4.0  # seconds
CHORDS = (
    (220.00, 261.63, 329.63),  # A minor
    (174.61, 261.63, 349.23),  # F
    (196.00, 261.63, 329.63),  # C over G
    (196.00, 246.94, 293.66),  # G
)
LOUDNESS = 2600  # of 32767: well below speech


def ensure(folder: Path) -> Path:
    """The file with the music, raw 8 kHz G.711 A-law, made if it is not there."""
    file = folder / "hanvisa.alaw"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        beside = folder / ".hanvisa.making"
        beside.write_bytes(b"".join(_chord(notes) for notes in CHORDS))
        beside.replace(file)
    return file


def _chord(notes: tuple[float, ...]) -> bytes:
    """Four seconds of three notes that swell and fade, so that chord follows chord without a click."""
    length = int(RATE * CHORD)
    steps = [2 * math.pi * note / RATE for note in notes]
    samples = bytearray(length)
    for index in range(length):
        swell = math.sin(math.pi * index / length) ** 0.7
        tone = sum(math.sin(step * index) + 0.25 * math.sin(2 * step * index) for step in steps) / len(steps)
        samples[index] = alaw(int(LOUDNESS * swell * tone) & ~7)
    return bytes(samples)


@cache
def alaw(sample: int) -> int:
    """One 16-bit sample as G.711 A-law (ITU-T G.711, table 1)."""
    mask = 0xD5
    magnitude = sample >> 3
    if magnitude < 0:
        mask, magnitude = 0x55, -magnitude - 1
    magnitude = min(magnitude, 0xFFF)
    segment = max(magnitude.bit_length() - 5, 0)
    step = magnitude >> 1 if segment < 2 else magnitude >> segment
    return (segment << 4 | step & 0x0F) ^ mask
