"""Sounds in answers, and those that are sent."""

from __future__ import annotations

import io
import wave

from hanvisa.policy.model import Text
from hanvisa.policy.own_recordings import RecordingFault, fault_of_sound
from hanvisa.web.problems import Problem, invalid
from hanvisa.web.uploads import Files

WAV = "audio/wav"
LARGEST = 8 * 1024 * 1024


def wav_given(files: Files, longest: float) -> bytes:
    """The one file. Raises Problem: there are several, it is no WAV, or sounds longer than that (seconds)."""
    if len(files) != 1:
        raise invalid("file", Text(sv="Skicka en fil.", en="Send one file."))
    (wav,) = files.values()
    match fault_of_sound(_seconds(wav), longest):
        case RecordingFault.TOO_LONG:
            raise invalid(
                "file",
                Text(
                    sv=f"Inspelningen är längre än {longest:.0f} sekunder.",
                    en=f"The recording is longer than {longest:.0f} seconds.",
                ),
            )
        case RecordingFault.NOTHING:
            raise no_sound()
    return wav


def no_sound() -> Problem:
    return invalid("file", _NO_SOUND)


def _seconds(wav: bytes) -> float | None:
    """How long it is by itself; None when it is none."""
    try:
        with wave.open(io.BytesIO(wav)) as file:
            return float(file.getnframes() / file.getframerate())
    except (wave.Error, EOFError, RuntimeError, ZeroDivisionError):
        return None


_NO_SOUND = Text(
    sv="Filen är ingen WAV med 16 bitars PCM och en vanlig takt från 8000 till 96000 Hz i vilken något hörs.",
    en="The file is no WAV of 16-bit PCM at a usual rate from 8000 to 96000 Hz in which anything is heard.",
)
