"""Days as browsers write them in forms and addresses."""

from __future__ import annotations

from datetime import date

from hanvisa.web.fields import YEARS


def day_given(text: str | None) -> date:
    """Raises ValueError for what is no day, and for one that the API takes nothing of: no week is counted from it."""
    day = date.fromisoformat(text or "")
    if day.year not in YEARS:
        raise ValueError(text)
    return day
