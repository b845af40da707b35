"""The check of a mobile's greeting (M2)."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.calls.prompts import GreetingChecked
from hanvisa.speech.phrases.piece import Piece
from hanvisa.speech.phrases.speaker import Speaker, in_both, says


@dataclass(frozen=True, slots=True)
class Words:
    check: str
    nothing_to_do: str
    goodbye: str


WORDS = in_both(
    sv=Words(
        check="det här är växelns kontroll av ditt mobilsvar",
        nothing_to_do="du behöver inte göra något, vi ringer en annan dag",
        goodbye="hej då",
    ),
    en=Words(
        check="this is the switchboard's check of your voicemail",
        nothing_to_do="there is nothing you need to do, we will call another day",
        goodbye="goodbye",
    ),
)


@says(GreetingChecked)
def greeting_checked(_: GreetingChecked, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    said = (words.check, words.nothing_to_do, words.goodbye)
    return [piece for sentence in said for piece in speaker.sentence(sentence)]
