"""How high can it go: two ways measured side by side at rising rates, each up to where it fails."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from hanvisa.lab.sipp import Load

REFINEMENTS = 2  # rates tried between the highest that held and the lowest that failed

Measure = Callable[[str, float], Awaitable[Load]]
"""Places a load on a way (by its name) at a rate."""


@dataclass
class Climb:
    """One way's loads by rate."""

    way: str
    loads: dict[float, Load] = field(default_factory=dict)

    @property
    def best(self) -> Load | None:
        """The load of the highest rate that held, below every rate that failed."""
        held = [load for rate, load in self.loads.items() if load.held and rate < self._ceiling]
        return max(held, key=lambda load: load.rate, default=None)

    @property
    def best_rate(self) -> float:
        """Answered calls a second that ended well, at best."""
        return self.best.reached * self.best.share if self.best else 0.0

    @property
    def has_failed(self) -> bool:
        return any(not load.held for load in self.loads.values())

    def between(self) -> float:
        """The rate halfway between the highest that held and the lowest that failed."""
        return ((self.best.rate if self.best else 0.0) + self._ceiling) / 2

    @property
    def _ceiling(self) -> float:
        return min((rate for rate, load in self.loads.items() if not load.held), default=float("inf"))


async def climb(ways: Sequence[str], measure: Measure, rates: Sequence[float]) -> list[Climb]:
    """Measure each way at each rate until it fails twice, then closer to where it did.

    The ways take turns, so that whatever else the machine does meets both; a single pause of it decides nothing.
    """
    climbs = [Climb(way) for way in ways]
    for rate in rates:
        for one in climbs:
            if not one.has_failed:
                one.loads[rate] = await _once_or_twice(measure, one.way, rate)
    for _ in range(REFINEMENTS):
        for one in climbs:
            if one.has_failed:
                rate = one.between()
                one.loads[rate] = await _once_or_twice(measure, one.way, rate)
    return climbs


async def _once_or_twice(measure: Measure, way: str, rate: float) -> Load:
    first = await measure(way, rate)
    return first if first.held else await measure(way, rate)
