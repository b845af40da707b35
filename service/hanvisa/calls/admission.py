"""What share of the carrier's calls is let in, by how long calls wait for the service. Pure.

Both how far the delay is from its target and how it has changed count, as in PIE (RFC 8033, 4.2): a queue that is
becoming shorter is left to do so, for what has been let in is felt for seconds. So a little too many calls have few
sent another way, and the processor is kept busy with those that are let in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

TARGET = 0.15  # seconds that calls may wait for the service, and SIP in Asterisk
BURST = 0.25  # seconds above the target while all are offered, that are no overload yet: many calls at once
LOOK = 0.25  # seconds; a look that comes later, after a pause of the processor, counts as one all the same
# What a second of delay above the target takes from the shares in a second, and what each one more takes at once.
BY_DISTANCE = 2.5
BY_CHANGE = 2.5
STEEPEST = 0.25  # of what is let in, at one cut
LEAST_CUT = 0.4  # is cut in proportion to what is offered, though not to less than this: nearly none may be
FASTEST = 0.25  # of all, that the share may grow by in a second
OFFERED = 0.05  # is always offered: without a call nothing is measured
BORNE = 0.2  # is never refused

WHOLE = 2.0


@dataclass(frozen=True, slots=True)
class Admission:
    """What becomes of the carrier's next calls; ``offered``, ``turned_away`` and ``refused`` are shares of all.

    ``opening`` from 2 down to 1: ever fewer are offered to the service, the others turned away to the fallback. From 1
    on: ever more are refused, before anything is answered. ``delay`` is the last one; ``over`` are the seconds since
    which it has been above the target.
    """

    opening: float = WHOLE
    delay: float = 0.0
    over: float = 0.0

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
        delay, seconds = delay or 0.0, min(seconds, LOOK)
        over = self.over + seconds if delay > TARGET else 0.0
        looked = replace(self, delay=delay, over=over)
        if self.is_whole and over <= BURST:
            return looked
        change = delay - self.delay
        if delay <= TARGET:  # which delays that come and go below it would keep shares down by
            change = min(0.0, change)
        cut = BY_DISTANCE * seconds * (delay - TARGET) + BY_CHANGE * change
        if cut <= 0:
            return replace(looked, opening=min(WHOLE, self.opening + min(-cut, FASTEST * seconds)))
        opening = self.opening - min(cut, STEEPEST) * max(LEAST_CUT, self.offered)
        return replace(looked, opening=max(BORNE, opening))
