"""Codes on the phone: what was understood, what is set, what was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanvisa.calls.prompts import (
    BackAgain,
    CodeWrong,
    ConfidentialNow,
    ForwardingStopped,
    ForwardingTold,
    NextCallConfidential,
    Noted,
    NothingSet,
    TakenBack,
)
from hanvisa.policy.codes import CodeFault
from hanvisa.policy.facts import ForwardingKind
from hanvisa.speech.phrases.piece import COMMA, Piece
from hanvisa.speech.phrases.speaker import Speaker, in_both, says


@dataclass(frozen=True, slots=True)
class Words:
    noted: str
    somebody: str
    is_back: str
    forwarded: Mapping[ForwardingKind, str]
    until: str
    days_left: str
    stopped: str
    nothing_set: str
    wrong: Mapping[CodeFault, str]
    next_call_confidential: str
    confidential_now: str
    with_mobile: str
    end_or_move: str
    taken_back: str


WORDS = in_both(
    sv=Words(
        noted="det är noterat",
        somebody="abonnenten",
        is_back="är tillbaka",
        forwarded={
            ForwardingKind.ALWAYS: "telefonen är vidarekopplad till",
            ForwardingKind.BUSY: "när telefonen är upptagen vidarekopplas samtalen till",
            ForwardingKind.NO_ANSWER: "när ingen svarar vidarekopplas samtalen till",
        },
        until="fram till",
        days_left="dagar med vidarekoppling till mobil som är kvar den här månaden",
        stopped="vidarekopplingen är avslutad",
        nothing_set="varken frånvaro eller vidarekoppling är inställd på telefonen",
        wrong={
            CodeFault.UNKNOWN_CODE: "det finns ingen sådan kod",
            CodeFault.NOBODYS_PHONE: "telefonen tillhör ingen person. Slå koden på din egen telefon",
            CodeFault.OPERATORS_ONLY: "bara telefonister kan göra det för någon annan",
            CodeFault.SPELLING: "något saknas eller är för mycket. Kontrollera koden, och slå den igen",
            CodeFault.NO_REASON: "det finns ingen frånvaroorsak med den siffran",
            CodeFault.NO_PERSON: "ingen person har den anknytningen",
            CodeFault.SET_ALREADY: "den frånvaron är redan anmäld",
            CodeFault.EMPTY_DEPARTMENT: (
                "då kan ingen på avdelningen nås på en hel dag. Välj en annan tid, eller fråga telefonansvarig"
            ),
            CodeFault.NOT_ABSENT: "du har ingen frånvaro anmäld nu. Anmäl den först",
            CodeFault.ONLY_IN_CALL: "den koden slås under ett samtal",
            CodeFault.NOBODY_PARKED: "inget samtal är parkerat där",
            CodeFault.MOBILE_ON_LINE: "en mobil och någon annan får inte vara i samma telefon. Avsluta det andra först",
            CodeFault.NO_CALL: "du har inget sekretessamtal med en mobil",
            CodeFault.NOTHING_TO_END: "inget sådant var inställt, så det fanns inget att avsluta",
            CodeFault.NO_TIME: "orsaken gäller tills den tas bort. Slå koden utan tid",
            CodeFault.NOT_A_TIME: "det är inget klockslag. Slå timme och minut med fyra siffror",
            CodeFault.PAST: "klockslaget har redan varit i dag. Slå ett senare klockslag",
            CodeFault.NOT_A_DAY: "det är ingen kommande dag. Slå månad och dag med fyra siffror",
            CodeFault.OVER: "vidarekopplingen skulle redan vara över. Slå ett senare klockslag",
            CodeFault.PRIVATE: "en telefon vidarekopplas inte till ett privat samtal. Slå numret utan det prefixet",
            CodeFault.NO_TARGET: "till det numret går det inte att vidarekoppla",
            CodeFault.TO_ITSELF: "en telefon kan inte vidarekopplas till sig själv",
            CodeFault.CONFIDENTIAL_LINE: "en sekretesslinje vidarekopplas aldrig till mobil",
            CodeFault.TOO_LONG: "så länge får en telefon inte vara vidarekopplad till mobil",
            CodeFault.USED_UP: "månadens dagar med vidarekoppling till mobil räcker inte",
        },
        next_call_confidential="nästa samtal från den här telefonen omfattas av sekretess",
        confidential_now="samtalet omfattas nu av sekretess",
        with_mobile="en mobil är med i samtalet",
        end_or_move="avsluta det, eller fortsätt på en fast telefon",
        taken_back="mobilen är bortkopplad",
    ),
    en=Words(
        noted="that has been noted",
        somebody="the subscriber",
        is_back="is back",
        forwarded={
            ForwardingKind.ALWAYS: "the phone is forwarded to",
            ForwardingKind.BUSY: "when the phone is busy, calls are forwarded to",
            ForwardingKind.NO_ANSWER: "when nobody answers, calls are forwarded to",
        },
        until="until",
        days_left="days of forwarding to a mobile left this month",
        stopped="the forwarding has ended",
        nothing_set="neither absence nor forwarding is set on this phone",
        wrong={
            CodeFault.UNKNOWN_CODE: "there is no such code",
            CodeFault.NOBODYS_PHONE: "this phone belongs to nobody. Dial the code on your own phone",
            CodeFault.OPERATORS_ONLY: "only operators can do this for somebody else",
            CodeFault.SPELLING: "something is missing or too much. Check the code, and dial it again",
            CodeFault.NO_REASON: "there is no reason of absence with that digit",
            CodeFault.NO_PERSON: "nobody has that extension",
            CodeFault.SET_ALREADY: "this absence has been set already",
            CodeFault.EMPTY_DEPARTMENT: (
                "nobody of the department could be reached for a whole day. "
                "Choose another time, or ask the telephone manager"
            ),
            CodeFault.NOT_ABSENT: "you have no absence set now. Set it first",
            CodeFault.ONLY_IN_CALL: "that code is keyed during a call",
            CodeFault.NOBODY_PARKED: "no call is parked there",
            CodeFault.MOBILE_ON_LINE: "a mobile and somebody else may not share a phone. End the other call first",
            CodeFault.NO_CALL: "you have no confidential call with a mobile",
            CodeFault.NOTHING_TO_END: "nothing of the kind was set, so there was nothing to end",
            CodeFault.NO_TIME: "that reason lasts until it is cancelled. Dial the code without a time",
            CodeFault.NOT_A_TIME: "that is not a time of day. Dial hour and minute in four digits",
            CodeFault.PAST: "that time is already past today. Dial a later time",
            CodeFault.NOT_A_DAY: "that is not a day to come. Dial month and day in four digits",
            CodeFault.OVER: "that forwarding would be over already. Dial a later time",
            CodeFault.PRIVATE: "a phone is not forwarded to a private call. Dial the number without that prefix",
            CodeFault.NO_TARGET: "a phone cannot be forwarded to that number",
            CodeFault.TO_ITSELF: "a phone cannot be forwarded to itself",
            CodeFault.CONFIDENTIAL_LINE: "a confidential line is never forwarded to a mobile",
            CodeFault.TOO_LONG: "a phone may not be forwarded to a mobile for that long",
            CodeFault.USED_UP: "the month's days of forwarding to a mobile are not enough",
        },
        next_call_confidential="the next call from this phone is confidential",
        confidential_now="this call is now confidential",
        with_mobile="a mobile is on the line",
        end_or_move="end the call, or go on with it on a fixed telephone",
        taken_back="the mobile is off the line",
    ),
)


@says(Noted)
def noted(_: Noted, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].noted)


@says(BackAgain)
def back_again(prompt: BackAgain, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    return speaker.sentence(speaker.name(prompt.name, words.somebody), words.is_back)


@says(ForwardingTold)
def forwarding_told(prompt: ForwardingTold, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    said = speaker.sentence(
        words.forwarded[prompt.kind],
        *speaker.number(prompt.number),
        words.until,
        *speaker.moment(prompt.until),
    )
    if prompt.days_left is None:
        return said
    return said + speaker.sentence(words.days_left, COMMA, speaker.wording.numbers[prompt.days_left])


@says(ForwardingStopped)
def forwarding_stopped(_: ForwardingStopped, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].stopped)


@says(NothingSet)
def nothing_set(_: NothingSet, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].nothing_set)


@says(CodeWrong)
def code_wrong(prompt: CodeWrong, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].wrong[prompt.fault])


@says(NextCallConfidential)
def next_call_confidential(_: NextCallConfidential, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].next_call_confidential)


@says(ConfidentialNow)
def confidential_now(prompt: ConfidentialNow, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    said = speaker.sentence(words.confidential_now)
    if prompt.with_mobile:
        said += speaker.sentence(words.with_mobile) + speaker.sentence(words.end_or_move)
    return said


@says(TakenBack)
def taken_back(_: TakenBack, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].taken_back)
