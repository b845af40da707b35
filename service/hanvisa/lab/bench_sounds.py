"""The two sounds of the bench's service. Apart from it, for it is measured without what makes them."""

from pathlib import Path

import numpy as np

from hanvisa.lab.alaw import RATE, SILENCE, encode
from hanvisa.lab.bench_service import announcement, blink
from hanvisa.lab.hearing import melody
from hanvisa.speech.store import SUFFIX

SECONDS = 2.0
BLINK = 0.02  # seconds; one packet of silence, for what is said beside the referral


def write_sounds(state: Path) -> None:
    """Lay the two files where the service and the dialplan play them."""
    sound = np.tile(melody(0, 1.0), round(SECONDS) + 1)[: round(SECONDS * RATE)]
    announcement(state).parent.mkdir(parents=True, exist_ok=True)
    announcement(state).with_suffix(SUFFIX).write_bytes(encode(sound))
    blink(state).with_suffix(SUFFIX).write_bytes(bytes([SILENCE]) * round(BLINK * RATE))
