"""The check of a mobile's greeting (M2)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GreetingChecked:
    """To whoever answers their mobile themselves: what the call is about."""
