"""The fixed pieces: those that are always ready, whatever fails."""

from __future__ import annotations

from hanvisa.speech.phrases.composing import WORDINGS
from hanvisa.speech.phrases.piece import Piece


def catalogue() -> tuple[Piece, ...]:
    """Every fixed piece of both languages, pauses aside."""
    return tuple(Piece(text, language) for language, wording in WORDINGS.items() for text in wording.texts())
