"""Waiting at the switchboard: closed, the place in the queue, being rung back, and what operators hear of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hanvisa.policy.model import Text


@dataclass(frozen=True, slots=True)
class SwitchboardClosed:
    """The switchboard is closed: in its own words, else when it ``opens`` (None: until further notice)."""

    text: Text | None
    opens: datetime | None


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """The caller's ``place`` (1: next) and the expected wait in ``minutes``: 0 is less than one, None not known."""

    place: int
    minutes: int | None
