"""G.711 A-law: bytes on the wire and in `.alaw` files to 16-bit samples and back, 8 kHz mono."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]

RATE = 8000
SILENCE = 0xD5


def decode(data: bytes) -> Samples:
    return _LINEAR[np.frombuffer(data, dtype=np.uint8)]


def encode(samples: Samples) -> bytes:
    nearest = np.searchsorted(_BOUNDS, samples)
    return bytes(_CODES[nearest])


def _linear(code: int) -> int:
    """One code's sample value (ITU-T G.711, table 1a, scaled to 16 bits)."""
    bits = code ^ 0x55
    segment = (bits >> 4) & 7
    magnitude = ((bits & 0x0F) << 4) + 8
    if segment:
        magnitude = (magnitude + 0x100) << (segment - 1)
    return magnitude if bits & 0x80 else -magnitude


_LINEAR: Samples = np.array([_linear(code) for code in range(256)], dtype=np.int16)
_CODES = np.argsort(_LINEAR).astype(np.uint8)
_ORDERED = _LINEAR[_CODES].astype(np.int32)
_BOUNDS = (_ORDERED[:-1] + _ORDERED[1:]) // 2
