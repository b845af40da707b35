"""A call's story, told in one language: what it came to in a paragraph, and what happened step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hanvisa.policy.swedish_time import LOCAL


@dataclass(frozen=True, slots=True)
class Fact:
    """What a decision was made from: what it is called, and what it was."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Decided:
    """``effect`` in words; ``more`` is what was allowed instead, and by which way it was let through.

    ``again`` says that the answer would be another now, or why that can't be told; None: it is the same.
    """

    effect: str
    rules: tuple[str, ...]
    because: str
    more: tuple[str, ...]
    again: str | None
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """``told`` are its sentences, none where it says nothing that the others do not."""

    seq: int
    at: datetime
    kind: str
    told: tuple[str, ...]
    decided: Decided | None = None


@dataclass(frozen=True, slots=True)
class Story:
    summary: str
    steps: tuple[Step, ...]


def lines(story: Story) -> Iterator[str]:
    """The steps line by line, each with its time in Sweden, a date first and wherever the day changes."""
    day = None
    for step in story.steps:
        at = step.at.astimezone(LOCAL)
        if step.told and at.date() != day:
            day = at.date()
            yield day.isoformat()
        for sentence in step.told:
            yield f"{at:%H:%M:%S} {sentence}"
