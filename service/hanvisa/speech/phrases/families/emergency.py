"""Somebody has dialled 112, or was put through to it."""

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
    number: str
    has_dialled: str
    was_put_through: str
    an_operator: str
    at: str
    unknown_place: str


WORDS = in_both(
    sv=Words(
        emergency="nödsamtal",
        somebody="någon",
        extension="på anknytning",
        number="på nummer",
        has_dialled="har ringt ett ett två",
        was_put_through="har kopplats till ett ett två av",
        an_operator="en telefonist",
        at="platsen är",
        unknown_place="okänd",
    ),
    en=Words(
        emergency="emergency call",
        somebody="somebody",
        extension="at extension",
        number="at the number",
        has_dialled="has dialled one one two",
        was_put_through="has been put through to one one two by",
        an_operator="an operator",
        at="the place is",
        unknown_place="unknown",
    ),
)


@says(EmergencyDialled)
def emergency_dialled(prompt: EmergencyDialled, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    name = speaker.name(prompt.name, words.somebody)
    number: list[Piece | str] = []
    if prompt.number:
        where = words.number if prompt.number.startswith("+") else words.extension
        number = [COMMA, where, *speaker.number(prompt.number), COMMA]
    done: list[Piece | str] = [words.has_dialled]
    if prompt.operator:
        done = [words.was_put_through, speaker.name(prompt.operator, words.an_operator)]
    return [
        *speaker.sentence(words.emergency),
        *speaker.sentence(name, *number, *done),
        *speaker.sentence(words.at, speaker.name(prompt.site, words.unknown_place)),
    ]
