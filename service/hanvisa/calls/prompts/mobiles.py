"""Talks with mobiles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MobileTone:
    """The soft tone of M5."""
