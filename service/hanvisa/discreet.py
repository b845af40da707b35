"""What the log may tell: of a telephone number its first digits, as a private call's record (P1) and no more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

KEPT = 5  # characters: +4670, 07017
HIDDEN = "x"

_NUMBER = re.compile(r"(?<![\w-])(?:\+|0)\d(?:[ -]?\d){5,13}(?![\w-])")


def without_numbers(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A processor of structlog's, the last before the rendering: whoever logged them, in whatever, traces included."""
    return {
        name: value if value is None or isinstance(value, bool | int | float) else hide_numbers(str(value))
        for name, value in event.items()
    }


def hide_numbers(text: str) -> str:
    return _NUMBER.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    number = found.group()
    return number[:KEPT] + re.sub(r"\d", HIDDEN, number[KEPT:])
