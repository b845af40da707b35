"""A piece of speech: the smallest thing that has a sound file of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hanvisa.policy.model import Language

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Piece:
    """Text to be spoken in one go, by a voice of its language.

    ``fallback`` is said instead where this piece has no sound; a piece without one is of the fixed catalogue.
    ``recorded`` names a sound that somebody has recorded to be heard in place of the voice.
    """

    text: str
    language: Language
    fallback: Piece | None = None
    recorded: str | None = None

    @property
    def is_pause(self) -> bool:
        return self.text in PAUSES


PAUSES = {",": 0.15, ".": 0.35}
"""The pieces that are silence, and their lengths in seconds."""

COMMA = Piece(",", Language.SV)
STOP = Piece(".", Language.SV)
TONE = Piece("♪", Language.SV)  # two soft notes, made and not spoken
BEEP = Piece("♩", Language.SV)  # one, after which it is recorded
OWN = "♬"  # the text of what has no words: only what somebody has recorded is heard


def words(said: Iterable[Piece]) -> str:
    """The pieces as written text, with capitals and spaces where they belong."""
    text = ""
    for piece in said:
        ended = text.endswith((".", "?", "!"))
        if piece.is_pause:
            text += "" if ended or not text else piece.text
        elif ended or not text:
            text += (" " if text else "") + piece.text[:1].upper() + piece.text[1:]
        else:
            text += f" {piece.text}"
    return text
