"""Before the first word."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Breath:
    """A moment of silence right after the answer: sound reaches a telephone late, and no syllable is to be lost."""
