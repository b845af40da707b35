"""Messages that callers leave and persons hear (S1). What callers have said is no prompt: it is played as it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SpeakAfterTheTone:
    """Leave a message for ``name`` after the tone; hash ends it. ``confidential``: it is recorded all the same (M4)."""

    name: str
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class RecordingTone:
    """From here on it is recorded."""


@dataclass(frozen=True, slots=True)
class MessageReview:
    """One keeps it, two plays it, three records it anew. ``cut``: no more could be recorded."""

    cut: bool = False


@dataclass(frozen=True, slots=True)
class MessageKept:
    """It is stored."""

    name: str


@dataclass(frozen=True, slots=True)
class WillRingBack:
    """It is stored that they want to be rung back, at ``number``."""

    name: str
    number: str


@dataclass(frozen=True, slots=True)
class NothingHeard:
    """Nothing was said after the tone."""


@dataclass(frozen=True, slots=True)
class MessageFailed:
    """It could not be recorded or stored. ``ring_back``: that they want to be rung back was stored instead."""

    name: str
    ring_back: bool = False


@dataclass(frozen=True, slots=True)
class MessagesWaiting:
    """How many there are, new and heard already: the person's own, or those of the ``department`` with that name."""

    new: int
    heard: int
    department: str = ""


@dataclass(frozen=True, slots=True)
class MessageFrom:
    """The caller's ``number`` ("" withheld) and when; ``ring_back``: no sound follows, they want to be rung."""

    number: str
    left_at: datetime
    ring_back: bool = False
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class MessageChoices:
    """One again, two next, five rings the caller, seven marks it handled, star ends."""

    can_ring: bool


@dataclass(frozen=True, slots=True)
class MessageHandled:
    """It is marked."""


@dataclass(frozen=True, slots=True)
class NoMoreMessages:
    """All were heard."""
