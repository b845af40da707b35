"""Before something is recorded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordingTone:
    """From here on it is recorded."""
