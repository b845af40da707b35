"""What people record of themselves: their name, and a greeting for one absence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from hanvisa.policy.facts import Recording, RecordingKind

LONGEST: Mapping[RecordingKind, float] = {RecordingKind.NAME: 6.0, RecordingKind.GREETING: 30.0}
"""Seconds. Callers hear it before they can choose anything."""
A_DAY = timedelta(days=1)
"""Within it so many are made of a person and no more: those that have ended lie on the calls' disk for a while."""
LONGEST_GREETING = 60.0
"""Of a switchboard's greeting that is read in: seconds."""


class RecordingFault(StrEnum):
    """Why what was recorded is not taken."""

    NOTHING = "nothing"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"


def fault_of_recording(kind: RecordingKind, seconds: float | None) -> RecordingFault | None:
    return fault_of_sound(seconds, LONGEST[kind])


def fault_of_sound(seconds: float | None, longest: float) -> RecordingFault | None:
    """``seconds`` is how long it sounds, 0 when nothing is heard in it, None when there is none."""
    if not seconds:
        return RecordingFault.NOTHING
    return RecordingFault.TOO_LONG if seconds > longest else None


def recorded(
    recordings: Iterable[Recording], kind: RecordingKind, absence_id: UUID | None = None
) -> str | None:
    """The sound of that kind, a greeting's of that absence alone; None when there is none."""
    found = (row.sound for row in recordings if row.kind is kind and row.absence_id == absence_id)
    return next(found, None)
