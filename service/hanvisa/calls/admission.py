"""What share of the carrier's calls is let in, by how long calls wait for the service. Pure.

A share is cut in proportion to a delay that stands (multiplicative decrease) and grows again while calls are taken in
time, slowly at first and then ever faster: near the last limit it feels its way, and after an overload it is whole
again within seconds. So does TCP with its window (RFC 5681, and RFC 9438 for the growth), by losses instead of delays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

TARGET = 0.15  # seconds that calls may wait for the service, and SIP in Asterisk
BURST = 0.25  # seconds above the target that are none yet: a pause of the processor, many calls at once
STEEPEST = 0.5  # of what is offered to the service, at one cut
OFFERED = 0.05  # is always offered: without a call nothing is measured
# A call that is referred lasts three seconds, and what was let in is felt for as long. So calls are refused only when
# offering next to none has not helped, and by small steps.
PATIENCE = 1.0  # seconds
STEEPEST_REFUSAL = 0.92
BORNE = 0.2  # is never refused
GROWTH = 1 / 150  # of the cube of calm seconds: from the least to the whole in seven

WHOLE = 2.0


@dataclass(frozen=True, slots=True)
class Admission:
    """What becomes of the carrier's next calls; ``offered``, ``turned_away`` and ``refused`` are shares of all.

    ``opening`` from 2 down to 1: ever fewer are offered to the service, the others turned away to the fallback. From 1
    on: ever more are refused, before anything is answered. ``over`` are the seconds since which the delay has been
    above the target; ``calm`` those since it was, each the less the nearer the delay is to it.
    """

    opening: float = WHOLE
    over: float = 0.0
    calm: float = 0.0

    @property
    def offered(self) -> float:
        return max(OFFERED, self.opening - 1)

    @property
    def turned_away(self) -> float:
        return 1 - self.offered - self.refused

    @property
    def refused(self) -> float:
        return max(0.0, 1 - self.opening)

    @property
    def is_whole(self) -> bool:
        return self.opening >= WHOLE

    def after(self, delay: float | None, seconds: float) -> Admission:
        """After so many seconds more, in which calls waited so long. None: there was no call."""
        delay = delay or 0.0
        if delay <= TARGET:
            calm = self.calm + seconds * (1 - delay / TARGET)
            grown = (calm**3 - self.calm**3) * GROWTH
            return Admission(min(WHOLE, self.opening + grown), calm=calm)
        over = self.over + seconds
        if over <= BURST:
            return replace(self, over=over)
        return Admission(self._cut(TARGET / delay, over), over=over)

    def _cut(self, by: float, over: float) -> float:
        if self.opening > 1 + OFFERED:
            return max(1.0, 1 + (self.opening - 1) * max(STEEPEST, by))
        if over <= PATIENCE:
            return min(1.0, self.opening)
        return max(BORNE, min(1.0, self.opening) * max(STEEPEST_REFUSAL, by))
