"""The switchboard: greetings, waiting, nobody there, and operators who open and close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanvisa.calls.prompts import Greeting, NoOperator, OperatorStateSet, Queued
from hanvisa.policy.facts import OperatorState
from hanvisa.speech.phrases.piece import Piece
from hanvisa.speech.phrases.speaker import Speaker, in_both, says


@dataclass(frozen=True, slots=True)
class Words:
    welcome: str
    queued: str
    away: str
    you_have_reached: str
    the_switchboard: str
    no_operator: str
    states: Mapping[OperatorState, str]


WORDS = in_both(
    sv=Words(
        welcome="välkommen till växeln",
        queued="alla telefonister är upptagna. Vänta kvar, så svarar vi i tur och ordning",
        away="just nu är ingen telefonist på plats. Vänta kvar, så svarar vi så snart någon är tillbaka",
        you_have_reached="du har kommit till",
        the_switchboard="växeln",
        no_operator="just nu är ingen telefonist på plats. Slå direktnumret till den du söker, eller ring senare",
        states={
            OperatorState.OPEN: "telefonistplatsen är öppen",
            OperatorState.PAUSED: "telefonistplatsen är pausad",
            OperatorState.CLOSED: "telefonistplatsen är stängd",
        },
    ),
    en=Words(
        welcome="welcome to the switchboard",
        queued="all our operators are busy. Please hold the line, and we will answer you in turn",
        away="no operator is at the desk just now. Please hold the line, and we will answer you when one is back",
        you_have_reached="you have reached",
        the_switchboard="the switchboard",
        no_operator=(
            "no operator is on duty right now. "
            "Dial the direct number of the person you want to reach, or call back later"
        ),
        states={
            OperatorState.OPEN: "the operator's position is open",
            OperatorState.PAUSED: "the operator's position is paused",
            OperatorState.CLOSED: "the operator's position is closed",
        },
    ),
)


@says(Greeting)
def greeting(prompt: Greeting, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(speaker.own(prompt.text, WORDS[speaker.language].welcome))


@says(Queued)
def queued(prompt: Queued, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    return speaker.sentence(words.away if prompt.away else words.queued)


@says(NoOperator)
def no_operator(prompt: NoOperator, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    reached = speaker.name(prompt.organisation, words.the_switchboard)
    return speaker.sentence(words.you_have_reached, reached) + speaker.sentence(words.no_operator)


@says(OperatorStateSet)
def operator_state(prompt: OperatorStateSet, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].states[prompt.state])
