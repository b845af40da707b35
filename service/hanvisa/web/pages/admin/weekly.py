"""Times of the week as people write them: one a line, "mån-fre 08:00-16:30", in Swedish or English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from hanvisa.policy.model import Language, Text
from hanvisa.web.pages.admin.unread import Unread
from hanvisa.web.pages.translating import language
from hanvisa.web.windows import WeeklyWindow

_NAMES = {
    Language.SV: ("mån", "tis", "ons", "tor", "fre", "lör", "sön"),
    Language.EN: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_NUMBERS = {name.casefold(): number for names in _NAMES.values() for number, name in enumerate(names, 1)}
_LINE = re.compile(r"([\w ,–-]+?)\s+(\d{1,2})[:.](\d\d)\s*[–-]\s*(\d{1,2})[:.](\d\d)")


def written(windows: Sequence[WeeklyWindow]) -> str:
    return "\n".join(f"{_days(window.days)} {window.start}-{window.end}" for window in windows)


def read(text: str) -> list[dict[str, Any]]:
    """As the API takes them. Raises Unread with the line that is none."""
    return [_read(line.strip()) for line in text.splitlines() if line.strip()]


def _days(days: Sequence[int]) -> str:
    names = _NAMES[language.get()]
    runs = [
        [day for _, day in run]
        for _, run in groupby(enumerate(sorted(set(days))), key=lambda one: one[1] - one[0])
    ]
    return ", ".join(
        names[run[0] - 1] if len(run) == 1 else f"{names[run[0] - 1]}-{names[run[-1] - 1]}" for run in runs
    )


def _read(line: str) -> dict[str, Any]:
    found = _LINE.fullmatch(line)
    days = _numbers(found[1]) if found else None
    if found is None or days is None:
        raise Unread(
            Text(
                sv=f"”{line}” är ingen tid i veckan; skriv den som mån-fre 08:00-16:30, en per rad",
                en=f"“{line}” is no time of the week; write it as Mon-Fri 08:00-16:30, one a line",
            )
        )
    return {"days": days, "start": f"{found[2]:0>2}:{found[3]}", "end": f"{found[4]:0>2}:{found[5]}"}


def _numbers(written_days: str) -> list[int] | None:
    days: set[int] = set()
    for part in written_days.split(","):
        first, _, last = part.replace("–", "-").strip().casefold().partition("-")
        begins, ends = _NUMBERS.get(first.strip()), _NUMBERS.get(last.strip() or first.strip())
        if begins is None or ends is None or ends < begins:
            return None
        days.update(range(begins, ends + 1))
    return sorted(days)
