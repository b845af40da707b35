"""Numbers with their noun, in what the rules say."""

from __future__ import annotations

from hanvisa.policy.model import Text


def days(number: int) -> Text:
    """“1 day”, “2 days”."""
    if number == 1:
        return Text(sv="1 dag", en="1 day")
    return Text(sv=f"{number} dagar", en=f"{number} days")
