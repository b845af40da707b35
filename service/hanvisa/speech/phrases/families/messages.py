"""Before something is recorded."""

from __future__ import annotations

from hanvisa.calls.prompts import RecordingTone
from hanvisa.speech.phrases.piece import BEEP, Piece
from hanvisa.speech.phrases.speaker import Speaker, says


@says(RecordingTone)
def recording_tone(_: RecordingTone, __: Speaker) -> list[Piece]:
    return [BEEP]
