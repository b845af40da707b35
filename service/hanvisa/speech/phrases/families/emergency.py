"""Somebody has dialled 112."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.calls.prompts import EmergencyDialled
from hanvisa.speech.phrases.piece import COMMA, Piece
from hanvisa.speech.phrases.speaker import Speaker, in_both, says


@dataclass(frozen=True, slots=True)
class Words:
    emergency: str
    somebody: str
    extension: str
    has_dialled: str
    at: str
    unknown_place: str


WORDS = in_both(
    sv=Words(
        emergency="nödsamtal",
        somebody="någon",
        extension="på anknytning",
        has_dialled="har ringt ett ett två",
        at="platsen är",
        unknown_place="okänd",
    ),
    en=Words(
        emergency="emergency call",
        somebody="somebody",
        extension="at extension",
        has_dialled="has dialled one one two",
        at="the place is",
        unknown_place="unknown",
    ),
)


@says(EmergencyDialled)
def emergency_dialled(prompt: EmergencyDialled, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    name = speaker.name(prompt.name, words.somebody)
    extension: list[Piece | str] = []
    if prompt.extension:
        extension = [COMMA, words.extension, *speaker.number(prompt.extension), COMMA]
    return [
        *speaker.sentence(words.emergency),
        *speaker.sentence(name, *extension, words.has_dialled),
        *speaker.sentence(words.at, speaker.name(prompt.site, words.unknown_place)),
    ]
