"""Decisions as they were and as they would have been, side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hanvisa.policy.model import Decision, Text

NO_RULE = ""


@dataclass(frozen=True, slots=True)
class Was:
    """A decision as it was kept. ``kind`` is that of its facts."""

    call_id: str
    at: datetime
    kind: str
    effect: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """``about`` is the name of whom the step was about, where it was about somebody of ours."""

    was: Was
    would_be: Decision
    about: str = ""

    @property
    def rule(self) -> str:
        """The rule that it is about: what decided it, else what would."""
        return next(iter((*self.was.rules, *self.would_be.rules)), NO_RULE)


@dataclass
class Comparison:
    """``undecided`` counts, by the reason, what can't be decided again; ``gone`` is what has no facts any more."""

    same: int = 0
    gone: int = 0
    differences: list[Difference] = field(default_factory=list)
    undecided: dict[Text, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, was: Was, would_be: Decision, about: str = "") -> None:
        if (was.effect, was.rules) == (would_be.effect, would_be.rules):
            self.same += 1
        else:
            self.differences.append(Difference(was, would_be, about))

    @property
    def decided(self) -> int:
        return self.same + len(self.differences)

    def by_rule(self) -> Mapping[str, Sequence[Difference]]:
        """In the order of the rules' ids."""
        found: defaultdict[str, list[Difference]] = defaultdict(list)
        for one in self.differences:
            found[one.rule].append(one)
        return dict(sorted(found.items()))
