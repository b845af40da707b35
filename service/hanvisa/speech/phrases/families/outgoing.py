"""Why a call does not go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanvisa.calls.prompts import Barred, CallBarred
from hanvisa.speech.phrases.piece import Piece
from hanvisa.speech.phrases.speaker import Speaker, in_both, says


@dataclass(frozen=True, slots=True)
class Words:
    barred: Mapping[Barred, str]
    ask: str


WORDS = in_both(
    sv=Words(
        barred={
            Barred.OUTSIDE: "från din telefon rings bara inom kommunen",
            Barred.ABROAD: "utlandssamtal är spärrade på din telefon",
            Barred.PREMIUM: "betalnummer är spärrade på telefonen, och det som inte kan tydas",
            Barred.PRIVATE: "privata samtal kräver specificerad faktura",
        },
        ask="fråga din chef om du behöver ringa",
    ),
    en=Words(
        barred={
            Barred.OUTSIDE: "your phone calls inside numbers only",
            Barred.ABROAD: "calls abroad are barred on your phone",
            Barred.PREMIUM: "premium numbers are barred on the phone, and what cannot be read",
            Barred.PRIVATE: "private calls need an itemised invoice",
        },
        ask="ask your manager if you need to call",
    ),
)


@says(CallBarred)
def call_barred(prompt: CallBarred, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    return speaker.sentence(words.barred[prompt.what]) + speaker.sentence(words.ask)
