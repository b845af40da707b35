"""A private call's number as it is kept: its first digits, whatever it was spelt like (P1, docs/decisions.md).

The invoice needs to know what kind of number it was, and where; nobody needs to know whose.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

KEPT = 5  # characters of the E.164 number: +4670, +4698, +4420
HIDDEN = "x"

_SHORTEST_LOCAL = 5  # digits of a number without its area code
_SHORTEST = 8  # characters: what is shorter is hidden whole, as 1177
_SEPARATORS = r"[\s().-]*"


def masked(data: Any, number: str) -> Any:
    """The JSON value ``data`` with every spelling of ``number`` (E.164, or as it was dialled) cut to its beginning."""
    match data:
        case str():
            return _hidden(number).sub(lambda found: _keep(found.group(), number), data)
        case dict():
            return {key: masked(value, number) for key, value in data.items()}
        case list() | tuple():
            return [masked(value, number) for value in data]
    return data


@lru_cache(maxsize=256)
def _hidden(number: str) -> re.Pattern[str]:
    """What is to be hidden: all after the digits that are kept, with any separators between.

    So is the number as it is dialled within its area, in five digits or more: of an area code of three two are kept.
    """
    if len(number) >= _SHORTEST:
        rest, local = (_SEPARATORS.join(map(re.escape, number[kept:])) for kept in (KEPT, KEPT + 1))
        within_area = (
            rf"|(?<![\w-])[+\d]{{0,2}}{local}(?![\w-])" if len(number) > KEPT + _SHORTEST_LOCAL else ""
        )
        return re.compile(rest + within_area)
    # Also behind the outside-line prefix.
    return re.compile(rf"(?<![\w-])[+\d]{{0,2}}{re.escape(number)}(?![\w-])")


def _keep(found: str, number: str) -> str:
    return HIDDEN * len(number[KEPT:] if len(number) >= _SHORTEST else found)
