"""What did not come off, and goodbye."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanvisa.calls.prompts import CodeRefused, Goodbye, OutsideFailed, TryLater, UnknownNumber, WentWrong, Why
from hanvisa.speech.phrases.piece import Piece
from hanvisa.speech.phrases.speaker import Speaker, in_both, says


@dataclass(frozen=True, slots=True)
class Words:
    no_such_number: str
    outside_failed: Mapping[Why, str]
    try_later: str
    went_wrong: str
    hold: str
    code_refused: str
    goodbye: str


WORDS = in_both(
    sv=Words(
        no_such_number="numret du har slagit används inte. Kontrollera numret, och ring igen",
        outside_failed={
            Why.ABSENT: "numret kan inte nås just nu",
            Why.BUSY: "numret är upptaget",
            Why.NO_ANSWER: "numret svarar inte",
            Why.UNPLUGGED: "numret kan inte nås just nu",
            Why.NOT_RUNG: "numret kan inte nås just nu",
        },
        try_later="tyvärr blev det något fel hos oss. Ring gärna igen om en stund",
        went_wrong="tyvärr blev det något fel hos oss",
        hold="var god vänta kvar",
        code_refused="koden kan inte användas här",
        goodbye="tack för ditt samtal. Hej då",
    ),
    en=Words(
        no_such_number="the number you have dialled is not in use. Please check the number, and call again",
        outside_failed={
            Why.ABSENT: "the number cannot be reached right now",
            Why.BUSY: "the number is busy",
            Why.NO_ANSWER: "the number does not answer",
            Why.UNPLUGGED: "the number cannot be reached right now",
            Why.NOT_RUNG: "the number cannot be reached right now",
        },
        try_later="we are sorry, something went wrong on our side. Please call back later",
        went_wrong="we are sorry, something went wrong on our side",
        hold="please hold the line",
        code_refused="the code cannot be used here",
        goodbye="thank you for calling. Goodbye",
    ),
)


@says(UnknownNumber)
def unknown_number(_: UnknownNumber, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].no_such_number)


@says(OutsideFailed)
def outside_failed(prompt: OutsideFailed, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].outside_failed[prompt.why])


@says(TryLater)
def try_later(_: TryLater, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].try_later)


@says(WentWrong)
def went_wrong(prompt: WentWrong, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    return speaker.sentence(words.went_wrong) + (speaker.sentence(words.hold) if prompt.holds else [])


@says(CodeRefused)
def code_refused(_: CodeRefused, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].code_refused)


@says(Goodbye)
def goodbye(_: Goodbye, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].goodbye)
