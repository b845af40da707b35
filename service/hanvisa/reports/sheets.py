"""A table as a file that Excel opens in Sweden: UTF-8 with a byte order mark, semicolons, no cell a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = (
    *"=+-@",
    *"＝＋－＠",
    "\t",
    "\r",
    "\n",
)  # the wide ones are signs too where spreadsheets speak Japanese


def to_csv(header: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerows([harmless(cell) for cell in line] for line in (header, *lines))
    return text.getvalue().encode("utf-8-sig", errors="replace")


def harmless(cell: str) -> str:
    """What a spreadsheet would take for a formula begins with an apostrophe, which makes it text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
