"""Waiting at the switchboard: closed, the place in the queue, being rung back, and what operators hear of it."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.calls.prompts import SwitchboardClosed
from hanvisa.speech.phrases.piece import Piece
from hanvisa.speech.phrases.speaker import Speaker, in_both, says


@dataclass(frozen=True, slots=True)
class Words:
    closed: str
    opens_again: str
    call_then: str


WORDS = in_both(
    sv=Words(
        closed="växeln är stängd",
        opens_again="växeln är stängd och öppnar",
        call_then="slå direktnumret till den du söker, eller ring då",
    ),
    en=Words(
        closed="the switchboard is closed",
        opens_again="the switchboard is closed and opens",
        call_then="dial the direct number of the person you want to reach, or call back then",
    ),
)


@says(SwitchboardClosed)
def switchboard_closed(prompt: SwitchboardClosed, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    if prompt.text is not None and prompt.text.in_(speaker.language).strip():
        return speaker.sentence(speaker.own(prompt.text, words.closed))
    if prompt.opens is None:
        return speaker.sentence(words.closed)
    opens = speaker.sentence(words.opens_again, *speaker.moment(prompt.opens))
    return opens + speaker.sentence(words.call_then)
