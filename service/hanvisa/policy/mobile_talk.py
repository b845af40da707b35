"""Talks with a mobile are kept short (M5): when the tone that reminds both sides is to sound."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TalkFacts:
    """``talked`` is how long the two have been talking; ``after`` and ``every`` are the settings (seconds)."""

    with_mobile: bool
    talked: float
    after: float
    every: float


@dataclass(frozen=True, slots=True)
class Tone:
    """``at`` is when the next tone sounds, in seconds from the beginning of the talk."""

    at: float
    rules: tuple[str, ...]


def next_tone(facts: TalkFacts) -> Tone | None:
    """The first tone that is still to come; None where no mobile takes part. What was missed is not made up for."""
    if not facts.with_mobile:
        return None
    if facts.talked < facts.after:
        return Tone(facts.after, ("M5",))
    gone = (facts.talked - facts.after) // facts.every + 1
    return Tone(facts.after + gone * facts.every, ("M5",))
