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
    """The caller's ``place`` (1: next) and the expected wait in ``minutes``: 0 is less than one, None not known.

    ``offers_callback``: with four the caller may leave a number instead.
    """

    place: int
    minutes: int | None
    offers_callback: bool = False


@dataclass(frozen=True, slots=True)
class Whisper:
    """To an operator before a caller is put through: which organisation was rung."""

    organisation: str


@dataclass(frozen=True, slots=True)
class HeldReminder:
    """To an operator who has forgotten a caller on hold: a soft tone."""


@dataclass(frozen=True, slots=True)
class WasPaused:
    """To an operator who opens again: since when they were paused, and whether a call was left ``unanswered``."""

    since: datetime
    unanswered: bool


@dataclass(frozen=True, slots=True)
class KeyYourNumber:
    """To a caller whose number is not known: key it, and then hash."""


@dataclass(frozen=True, slots=True)
class ConfirmCallback:
    """The number that will be rung (E.164), and one if it is right."""

    number: str


@dataclass(frozen=True, slots=True)
class CallbackKept:
    """The place is kept, and the caller is rung when it is their turn. Goodbye."""


@dataclass(frozen=True, slots=True)
class CallbackGivenUp:
    """To whoever left this number, after the reason: it is not rung back; ring again from elsewhere. Goodbye."""


@dataclass(frozen=True, slots=True)
class CallbackRefused:
    """That number is not rung; the caller keeps the place and waits on."""
