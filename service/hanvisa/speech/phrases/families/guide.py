"""The superuser's spoken guide (O3). In short pieces: each is a sound of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanvisa.calls.prompts import GuideBegins, GuideEnds, GuideRefused, GuideStep
from hanvisa.policy.facts import CodeAction
from hanvisa.speech.phrases.piece import COMMA, Piece
from hanvisa.speech.phrases.speaker import Speaker, in_both, says


@dataclass(frozen=True, slots=True)
class Words:
    welcome: str
    one_at_a_time: str
    again: str
    on: str
    stop: str
    tells: Mapping[CodeAction, str]  # before the code
    then: Mapping[CodeAction, str]  # after it, where more is keyed
    hash_: str
    is_over: str
    for_superusers: str
    ask: str
    your_superuser: str


WORDS = in_both(
    sv=Words(
        welcome="välkommen till guiden om telefonen",
        one_at_a_time="du får höra om en funktion i taget",
        again="tryck ett för att höra igen",
        on="två för att gå vidare",
        stop="stjärna för att sluta",
        tells={
            CodeAction.SET_ABSENCE: "all frånvaro hänvisas. Du anmäler den med",
            CodeAction.END_ABSENCE: "du är tillbaka med",
            CodeAction.RECORD_GREETING: "en egen hälsning för frånvaron talar du in med",
            CodeAction.RECORD_NAME: "ditt namn talar du in med",
            CodeAction.LISTEN_TO_MESSAGES: "dina meddelanden hör du med",
            CodeAction.TELL_WHAT_IS_SET: "vad som är inställt hör du med",
            CodeAction.FORWARD: "du vidarekopplar telefonen med",
            CodeAction.STOP_FORWARDING: "du avslutar vidarekopplingen med",
            CodeAction.CONFIDENTIAL: "nästa samtal omfattas av sekretess med",
            CodeAction.THREAT: "hotsamtal märker du medan det pågår, med",
        },
        then={
            CodeAction.SET_ABSENCE: "stjärna och orsakens siffra, stjärna och tiden",
            CodeAction.FORWARD: "stjärna och numret",
        },
        hash_="och fyrkant",
        is_over="guiden är slut",
        for_superusers="guiden är till för superanvändare",
        ask="fråga",
        your_superuser="din superanvändare",
    ),
    en=Words(
        welcome="welcome to the guide to your phone",
        one_at_a_time="you will hear of one function at a time",
        again="press one to hear it again",
        on="two to go on",
        stop="star to stop",
        tells={
            CodeAction.SET_ABSENCE: "every absence is referred. You set yours with",
            CodeAction.END_ABSENCE: "you are back with",
            CodeAction.RECORD_GREETING: "you record a greeting of your own for the absence with",
            CodeAction.RECORD_NAME: "you record your name with",
            CodeAction.LISTEN_TO_MESSAGES: "you hear your messages with",
            CodeAction.TELL_WHAT_IS_SET: "you hear what is set with",
            CodeAction.FORWARD: "you forward the phone with",
            CodeAction.STOP_FORWARDING: "you end the forwarding with",
            CodeAction.CONFIDENTIAL: "the next call is confidential with",
            CodeAction.THREAT: "you mark a threatening call while it lasts, with",
        },
        then={
            CodeAction.SET_ABSENCE: "star and the digit of the reason, star and the time",
            CodeAction.FORWARD: "star and the number",
        },
        hash_="and hash",
        is_over="the guide is over",
        for_superusers="the guide is for superusers",
        ask="ask",
        your_superuser="your superuser",
    ),
)


@says(GuideBegins)
def guide_begins(_: GuideBegins, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    keys = speaker.sentence(words.again, COMMA, words.on, COMMA, words.stop)
    return speaker.sentence(words.welcome) + speaker.sentence(words.one_at_a_time) + keys


@says(GuideStep)
def guide_step(prompt: GuideStep, speaker: Speaker) -> list[Piece]:
    words, action = WORDS[speaker.language], prompt.code.action
    then: list[Piece | str] = [COMMA, words.then[action]] if action in words.then else []
    code = speaker.number(prompt.code.code)
    return speaker.sentence(words.tells[action], *code, *then, COMMA, words.hash_)


@says(GuideEnds)
def guide_ends(_: GuideEnds, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].is_over)


@says(GuideRefused)
def guide_refused(prompt: GuideRefused, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    return speaker.sentence(words.for_superusers) + speaker.sentence(
        words.ask, speaker.name(prompt.superuser, words.your_superuser)
    )
