"""The tone in talks with mobiles."""

from __future__ import annotations

from hanvisa.calls.prompts import MobileTone
from hanvisa.speech.phrases.piece import TONE, Piece
from hanvisa.speech.phrases.speaker import Speaker, says


@says(MobileTone)
def mobile_tone(_: MobileTone, __: Speaker) -> list[Piece]:
    return [TONE]
