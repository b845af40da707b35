"""The rows of a report in pages. They have no ids and an order of their own: a row is known by what it says."""

from __future__ import annotations

import hashlib
import re
from itertools import islice

from hanvisa.policy.model import Text
from hanvisa.reports.model import Row
from hanvisa.web.paging import Key, Page, cut, not_ours, read_cursor
from hanvisa.web.problems import invalid


def page_of_rows(rows: tuple[Row, ...], limit: int, cursor: str | None) -> Page[Row]:
    """The rows after the one that the cursor names: others may have come in before it, or have gone.

    Raises Problem when the cursor is none of ours, or its row is there no more.
    """
    first = 0 if cursor is None else _place_of(rows, read_cursor(cursor)) + 1

    def key(row: tuple[int, Row]) -> tuple[str, str]:
        place, digest = row[0], _digest(row[1])
        return digest, str(sum(_digest(one) == digest for one in rows[:place]))

    page = cut(tuple(enumerate(rows[first : first + limit + 1], start=first)), key, limit)
    return Page(tuple(row for _, row in page.items), page.next)


def _place_of(rows: tuple[Row, ...], key: Key) -> int:
    if len(key) != 2 or not re.fullmatch("[0-9]{1,9}", key[1]):
        raise not_ours()
    digest, before = key
    alike = (place for place, row in enumerate(rows) if _digest(row) == digest)
    found = next(islice(alike, int(before), None), None)
    if found is None:
        raise invalid(
            "cursor",
            Text(
                sv="Raden som markören pekar på finns inte kvar så som den var; börja om från första sidan.",
                en="The row that the cursor names is no longer there as it was; begin anew with the first page.",
            ),
        )
    return found


def _digest(row: Row) -> str:
    """What a row is known by, but for those that are just like it: what it is of, and its cells."""
    told = "\x1f".join(map(str, (row.place, row.of, *row.cells)))
    return hashlib.sha256(told.encode(errors="surrogateescape")).hexdigest()[:32]
