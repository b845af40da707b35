"""Before the first word."""

from __future__ import annotations

from hanvisa.calls.prompts import Breath
from hanvisa.speech.phrases.piece import STOP, Piece
from hanvisa.speech.phrases.speaker import Speaker, says


@says(Breath)
def breath(_: Breath, speaker: Speaker) -> list[Piece]:  # noqa: ARG001 - silence is the same in every language
    return [STOP]
