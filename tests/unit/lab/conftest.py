import subprocess

import pytest

from hanvisa.lab.alaw import Samples, decode
from hanvisa.speech.audio import from_wav


@pytest.fixture(scope="session")
def spoken() -> dict[str, Samples]:
    """Phrases as callers hear them: spoken, and once through A-law."""
    phrases = {
        "meeting_eight": "Anna Andersson är i möte och är tillbaka i morgon klockan åtta",
        "meeting_nine": "Anna Andersson är i möte och är tillbaka i morgon klockan nio",
        "greeting": "Välkommen till Hällefors kommun, du är nu kopplad till växeln",
        "offers": "Tryck noll för telefonisten, eller stjärna för att höra igen",
        **{word: word for word in ["noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio"]},
    }
    return {name: decode(from_wav(_speak(text))) for name, text in phrases.items()}


def _speak(text: str) -> bytes:
    command = ("espeak-ng", "-v", "sv", "-b", "1", "--stdin", "--stdout")
    return subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout  # noqa: S603 - fixed words
