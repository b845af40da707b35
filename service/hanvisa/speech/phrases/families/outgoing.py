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


WORDS = in_both(
    sv=Words(
        barred={
            Barred.OUTSIDE: "från din telefon rings bara nummer inom kommunen. Fråga din chef om du behöver mer",
            Barred.ABROAD: "utlandssamtal är spärrade på din telefon. Fråga din chef om du behöver ringa dem",
            Barred.PREMIUM: "det är ett betalnummer, eller går inte att tyda. Sådana är spärrade på telefonen",
            Barred.PRIVATE: "privata samtal är inte tillåtna här, för telefonen har ingen specificerad faktura",
        }
    ),
    en=Words(
        barred={
            Barred.OUTSIDE: "your phone calls inside numbers only. Ask your manager if you need more",
            Barred.ABROAD: "calls abroad are barred on your phone. Ask your manager if you need to make them",
            Barred.PREMIUM: "it is a premium number, or cannot be read. Such numbers are barred on this phone",
            Barred.PRIVATE: "private calls are not permitted here, because the phone has no itemised invoice",
        }
    ),
)


@says(CallBarred)
def call_barred(prompt: CallBarred, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].barred[prompt.what])
