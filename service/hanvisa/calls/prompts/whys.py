"""Why somebody is not had on the line."""

from __future__ import annotations

from enum import StrEnum


class Why(StrEnum):
    """Why a person is not had on the line, where no absence says it."""

    ABSENT = "absent"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNPLUGGED = "unplugged"
    NOT_RUNG = "not_rung"  # no phone has: it says nothing of the person
