"""What counts as a reason: words that tell somebody else why, not a letter to fill the field."""

from __future__ import annotations

import re

from hanvisa.policy.model import Text

LETTERS, WORDS = 10, 2
_WORD = re.compile(r"[^\W\d_]{2,}")


def has_substance(reason: str) -> bool:
    """At least two words that differ, and ten letters in them."""
    words = set(_WORD.findall(reason.casefold()))
    return len(words) >= WORDS and sum(map(len, words)) >= LETTERS


NO_SUBSTANCE = Text(
    sv="Skälet säger för lite. Skriv med några ord varför, så att någon annan förstår det.",
    en="The reason says too little. Write why in a few words, so that somebody else understands it.",
)
