"""What is refused, by which rule, and what is allowed instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanvisa.calls.prompts import DialRefused, TransferRefused
from hanvisa.speech.phrases import en, sv
from hanvisa.speech.phrases.piece import COMMA, Piece
from hanvisa.speech.phrases.speaker import Speaker, in_both, says

REFUSING_RULES = ("G4", "M3", "M4", "O2", "P1")
"""The rules by which a call is refused, and which are therefore spoken."""


@dataclass(frozen=True, slots=True)
class Words:
    transfer_refused: Mapping[str, str]  # by rule, "" for the others
    dial_refused: Mapping[str, str]
    mobile_on_line: str
    end_it_first: str
    rules: Mapping[str, str]
    some_rule: str
    may_tell_both: str
    may_tell_mobile: str
    may_give_direct: str
    take_message: str


WORDS = in_both(
    sv=Words(
        transfer_refused={
            "O2": "koppling till mobil är inte tillåten",
            "M3": "samtal kopplas inte vidare till mobil",
            "M4": "ett sekretessamtal kopplas aldrig till mobil",
            "": "kopplingen är inte tillåten",
        },
        dial_refused={
            "O2": "du kan inte ringa en mobil medan du har ett samtal",
            "M3": "samtal kopplas inte vidare till mobil",
            "M4": "ett sekretessamtal kopplas aldrig till mobil",
            "": "samtalet kan inte kopplas",
        },
        mobile_on_line="en mobil och någon annan får inte vara i samma telefon",
        end_it_first="avsluta det andra först",
        rules={id_: f"regel {id_[0]} {sv.NUMBERS[int(id_[1:])]}" for id_ in REFUSING_RULES},
        some_rule="enligt telefonpolicyn",
        may_tell_both="du får lämna ut mobilnumret, eller direktnumret",
        may_tell_mobile="du får lämna ut mobilnumret",
        may_give_direct="du får lämna ut direktnumret",
        take_message="ta gärna ett meddelande",
    ),
    en=Words(
        transfer_refused={
            "O2": "putting a call through to a mobile is not permitted",
            "M3": "calls are not forwarded to the mobile",
            "M4": "a confidential call is never put through to a mobile",
            "": "this transfer is not permitted",
        },
        dial_refused={
            "O2": "you cannot call a mobile while you have a caller",
            "M3": "calls are not forwarded to the mobile",
            "M4": "a confidential call is never put through to a mobile",
            "": "this call cannot be put through",
        },
        mobile_on_line="a mobile and somebody else may not share a phone",
        end_it_first="end the other call first",
        rules={id_: f"rule {id_[0]} {en.NUMBERS[int(id_[1:])]}" for id_ in REFUSING_RULES},
        some_rule="by the telephone policy",
        may_tell_both="you may give out the mobile number, or the direct number",
        may_tell_mobile="you may give out the mobile number",
        may_give_direct="you may give out the direct number",
        take_message="please take a message",
    ),
)


@says(TransferRefused)
def transfer_refused(prompt: TransferRefused, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    return _refused(words, words.transfer_refused, prompt.rule, speaker) + speaker.sentence(
        _instead(prompt, words)
    )


@says(DialRefused)
def dial_refused(prompt: DialRefused, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    if prompt.mobile_on_line:
        refused = speaker.sentence(words.mobile_on_line, COMMA, words.rules[prompt.rule])
        return refused + speaker.sentence(words.end_it_first)
    return _refused(words, words.dial_refused, prompt.rule, speaker)


def _refused(words: Words, refusals: Mapping[str, str], rule: str, speaker: Speaker) -> list[Piece]:
    refusal = refusals.get(rule, refusals[""])
    return speaker.sentence(refusal, COMMA, words.rules.get(rule, words.some_rule))


def _instead(refused: TransferRefused, words: Words) -> str:
    match (refused.mobile_number is not None, refused.direct_number is not None):
        case (True, True):
            return words.may_tell_both
        case (True, False):
            return words.may_tell_mobile
        case (False, True):
            return words.may_give_direct
        case _:
            return words.take_message
