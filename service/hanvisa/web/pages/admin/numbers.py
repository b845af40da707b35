"""Numbers as people fill them in: ASCII digits. Python's own readers take more, such as 1_000, ١٢ and nan."""

from __future__ import annotations

import re

_DIGITS = r"-?[0-9]{1,18}"  # no more than what is counted
_WHOLE = re.compile(_DIGITS)
_DECIMAL = re.compile(rf"{_DIGITS}(?:[.,][0-9]{{1,18}})?")


def whole(text: str) -> int | None:
    """None: it is no whole number."""
    return int(text) if _WHOLE.fullmatch(text) else None


def decimal(text: str) -> float | None:
    """With a comma or a point, or without. None: it is no number."""
    return float(text.replace(",", ".")) if _DECIMAL.fullmatch(text) else None
