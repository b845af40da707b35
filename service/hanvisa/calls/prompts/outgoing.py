"""Calls out that are not let through."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Barred(StrEnum):
    """What kind of call it was."""

    OUTSIDE = "outside"
    ABROAD = "abroad"
    PREMIUM = "premium"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class CallBarred:
    """To whoever dialled: calls of this kind are not made from their phone."""

    what: Barred
