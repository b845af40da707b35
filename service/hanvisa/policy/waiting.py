"""How long a caller in a queue may expect to wait, reckoned from how long others have waited."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class AnswerTime:
    """A caller was answered who had ``waited`` (seconds) since they stood at ``place`` (1: next), with so many open."""

    place: int
    operators: int
    waited: float


@dataclass(frozen=True, slots=True)
class WaitFacts:
    """The caller's ``place`` (1: next), the ``operators`` who are open, and whom they have ``answered`` lately."""

    place: int
    operators: int
    answered: tuple[AnswerTime, ...] = ()


def expected_minutes(facts: WaitFacts) -> int | None:
    """Whole minutes; 0 is less than a minute. None where nothing is known, and nothing is to be said.

    What counts is how long it takes one operator to get one caller further; the middle one of those lately, so that one
    long talk does not make everybody's wait long.
    """
    paces = [one.waited * one.operators / one.place for one in facts.answered if one.place and one.operators]
    if not paces or not facts.operators:
        return None
    seconds = median(paces) * facts.place / facts.operators
    return 0 if seconds < 60 else int(seconds / 60 + 0.5)
