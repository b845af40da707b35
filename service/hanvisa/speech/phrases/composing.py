"""Prompts as pieces."""

from __future__ import annotations

from datetime import datetime

from hanvisa.calls.prompts import Prompt
from hanvisa.policy.model import Language
from hanvisa.speech.phrases import families as _families  # noqa: F401 - makes every prompt's composer known
from hanvisa.speech.phrases.piece import STOP, Piece
from hanvisa.speech.phrases.speaker import Speaker, fixed


def pieces(
    prompt: Prompt, language: Language, at: datetime, *, absolute_days: bool = False
) -> tuple[Piece, ...]:
    """What is said for the prompt at the moment ``at``; at least one piece, if only a pause.

    With ``absolute_days`` days are named by their date, never "i dag" or "i morgon": for files played later.
    """
    return tuple(Speaker(language, at, absolute_days).compose(prompt)) or (STOP,)


def catalogue() -> tuple[Piece, ...]:
    """The fixed pieces, those that are always ready whatever fails: every one of both languages, pauses aside."""
    return tuple(Piece(text, language) for language, text in fixed())
