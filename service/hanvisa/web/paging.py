"""Lists in pages: `?limit=&cursor=`. A cursor names the last item of the page, so that it stays right under changes."""

from __future__ import annotations

import base64
import binascii
import bisect
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from hanvisa.policy.model import Text
from hanvisa.web.problems import Problem, invalid

Item = TypeVar("Item")
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """``next`` is the cursor of the page after; None on the last."""

    items: tuple[Item, ...]
    next: str | None


def page_of(items: Iterable[Item], key: Callable[[Item], Key], limit: int, cursor: str | None) -> Page[Item]:
    """The page of the items after the cursor, in the order of their keys. Keys are unique.

    Raises Problem when the cursor is none of ours.
    """
    ordered = sorted(items, key=key)
    first = 0 if cursor is None else bisect.bisect_right(ordered, read_cursor(cursor), key=key)
    return cut(tuple(ordered[first : first + limit + 1]), key, limit)


def cut(items: tuple[Item, ...], key: Callable[[Item], Key], limit: int) -> Page[Item]:
    """A page of ``limit`` items; one item more tells that there is a page after."""
    shown = items[:limit]
    return Page(shown, write_cursor(key(shown[-1])) if len(items) > limit else None)


def write_cursor(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode().rstrip("=")


def id_after(cursor: str | None) -> UUID | None:
    """The id in the cursor of a list that is in the order of ids. Raises Problem when it is none of ours."""
    if cursor is None:
        return None
    key = read_cursor(cursor)
    try:
        return UUID(key[0])
    except (IndexError, ValueError):
        raise not_ours() from None


def read_cursor(cursor: str) -> Key:
    """The key in the cursor. Raises Problem when it is none of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        parts = None
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise not_ours()
    return tuple(parts)


def not_ours() -> Problem:
    return invalid(
        "cursor",
        Text(
            sv="Det är ingen markör härifrån; använd ”next” från sidan före.",
            en="That is not a cursor from here; use “next” of the page before.",
        ),
    )
