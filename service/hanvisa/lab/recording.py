"""All that one end of a call heard."""

from pathlib import Path
from time import monotonic

import numpy as np

from hanvisa.lab.alaw import RATE, Samples, encode

_JITTER = 0.2
_STALL = 1.0


class Recording:
    """All that was heard, on a timeline without gaps: where nothing arrived there is silence.

    A stream that goes on a little late is heard as one, as by a jitter buffer.
    """

    def __init__(self) -> None:
        self._samples = np.zeros(RATE * 8, dtype=np.int16)
        self._length = 0
        self._started: float | None = None

    @property
    def started(self) -> float | None:
        """The moment (monotonic seconds) of the first sample, None before anything was heard."""
        return self._started

    def append(self, samples: Samples, came: float | None = None, *, goes_on: bool = False) -> None:
        """``came`` is the moment (monotonic seconds) at which the last of the samples came; None: now.

        ``goes_on``: the sender says that they follow what came last without a break.
        """
        now = monotonic() if came is None else came
        if self._started is None:
            self._started = now - len(samples) / RATE
        late = _STALL if goes_on else _JITTER
        missing = int((now - self._started) * RATE) - self._length - len(samples)
        self._extend(self._length + len(samples) + (missing if missing > late * RATE else 0))
        self._samples[self._length - len(samples) : self._length] = samples

    def since(self, moment: float | None = None) -> Samples:
        """What was heard from a moment (monotonic seconds; None: the start) until now.

        What has come and was not read yet takes its place later: silence until now is not kept.
        """
        if self._started is None:
            return np.zeros(0, dtype=np.int16)
        now = int((monotonic() - _JITTER - self._started) * RATE)
        first = 0 if moment is None else max(0, int((moment - self._started) * RATE))
        heard = self._samples[first : self._length]
        return np.concatenate((heard, np.zeros(max(0, now - max(first, self._length)), dtype=np.int16)))

    def save(self, path: Path) -> None:
        """Keep the recording as raw A-law."""
        path.write_bytes(encode(self.since()))

    def _extend(self, length: int) -> None:
        if length > len(self._samples):
            self._samples = np.concatenate((self._samples, np.zeros(length, dtype=np.int16)))
        self._length = length
