"""A caller on hold is never forgotten: when the operator is reminded, and when the caller goes back to the queue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class HeldStep(StrEnum):
    REMIND = "remind"  # the operator
    BACK = "back"  # to the head of the queue


@dataclass(frozen=True, slots=True)
class HeldFacts:
    """``held`` is how long the caller has been on hold; ``remind`` and ``back`` are the settings (seconds)."""

    held: float
    remind: float
    back: float


def next_held_step(facts: HeldFacts) -> tuple[float, HeldStep]:
    """What comes next, and when: in seconds from the beginning of the hold. One reminder; what was missed is past."""
    if facts.held < facts.remind < facts.back:
        return facts.remind, HeldStep.REMIND
    return facts.back, HeldStep.BACK
