"""Waiting for a busy person, and being parked for somebody."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.calls.prompts import OfferToWait, ParkedFor, ParkHere, Waiting
from hanvisa.speech.phrases.piece import Piece
from hanvisa.speech.phrases.speaker import Speaker, in_both, says


@dataclass(frozen=True, slots=True)
class Words:
    person_sought: str
    is_busy: str
    five_to_wait: str
    waiting: str
    you_wait_for: str
    zero_for_operator: str
    park_here: str


WORDS = in_both(
    sv=Words(
        person_sought="den du söker",
        is_busy="är upptagen i telefon",
        five_to_wait="vill du vänta tills det blir ledigt, tryck fem",
        waiting="vänta kvar, så kopplas du fram när det blir ledigt. Noll leder till telefonisten",
        you_wait_for="du väntar på",
        zero_for_operator="samtalet är parkerat, och med noll kommer du till telefonisten",
        park_here="koppla samtalet hit för att parkera det för",
    ),
    en=Words(
        person_sought="the person you are calling",
        is_busy="is busy on the phone",
        five_to_wait="to wait until the line is free, press five",
        waiting="please hold, and you will be put through as soon as the line is free. Zero leads to the operator",
        you_wait_for="you are waiting for",
        zero_for_operator="your call is parked. Press zero to get back to the operator",
        park_here="transfer the call here to park it for",
    ),
)


@says(OfferToWait)
def offer_to_wait(prompt: OfferToWait, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    name = speaker.name(prompt.name, words.person_sought)
    return speaker.sentence(name, words.is_busy) + speaker.sentence(words.five_to_wait)


@says(Waiting)
def waiting(_: Waiting, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].waiting)


@says(ParkedFor)
def parked_for(prompt: ParkedFor, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    name = speaker.name(prompt.name, words.person_sought)
    return speaker.sentence(words.you_wait_for, name) + speaker.sentence(words.zero_for_operator)


@says(ParkHere)
def park_here(prompt: ParkHere, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    return speaker.sentence(words.park_here, speaker.name(prompt.name, words.person_sought))
