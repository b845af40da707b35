"""A caller on hold is never forgotten: when the operator is reminded, and when the queue has the caller back."""

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


class LostStep(StrEnum):
    TALK_ON = "talk_on"
    BACK = "back"  # to the head of the queue; the operator is paused


@dataclass(frozen=True, slots=True)
class LostFacts:
    """An operator's phone is said to be gone. ``held``: its caller is on hold; ``reachable``: it is there again."""

    held: bool
    reachable: bool = False


def when_lost(facts: LostFacts) -> LostStep:
    """Who is on hold would wait for nobody; who talks is never cut off.

    A phone that has only lost its registration goes on talking; a dead one is silent, which ends the call by itself.
    """
    return LostStep.BACK if facts.held and not facts.reachable else LostStep.TALK_ON
