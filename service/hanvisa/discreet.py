"""What the log may tell: of a telephone number its first digits, as a private call's record (P1) and no more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

KEPT = 5  # characters: +4670, 07017
HIDDEN = "x"

_SHORT = r"0?(?:1177|11313|11414|116\d{3}|118\d{2,3})"  # as the policy reads them: hidden whole
_NUMBERS = (
    r"(?P<dialled>(?<![\w-])[+0]\d(?:[ -]?\d){5,13}(?![\w-]))",
    # As some phones and carriers write them. What a dot parts is a channel's id, or a fraction.
    r"(?P<bare>(?<![\w.-])[1-9]\d{7,14}(?![\w-]|\.\d))",
    rf"(?P<short>(?:(?<![\w:.-])(?<!line )|(?<=sip:)|(?<=tel:)){_SHORT}(?![\w-]|\.\d))",  # after another colon: a port
)
_NUMBER = re.compile("|".join(_NUMBERS))


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
    kept = {"dialled": KEPT, "bare": KEPT - 1, "short": 0}[found.lastgroup or ""]
    return number[:kept] + re.sub(r"\d", HIDDEN, number[kept:])
