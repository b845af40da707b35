"""The referral: who is not to be had, why, until when, when best reached, the direct number, and the ways on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanvisa.calls.prompts import (
    DepartmentEmpty,
    MobileNumber,
    NoMoreTexts,
    Offers,
    Referral,
    TextOnItsWay,
    Why,
)
from hanvisa.policy.model import Language
from hanvisa.policy.offers import Offer
from hanvisa.speech.phrases import times
from hanvisa.speech.phrases.piece import COMMA, OWN, STOP, Piece
from hanvisa.speech.phrases.speaker import Speaker, in_both, says

FOR_ENGLISH = "for English, press nine"
"""Offered in English at the end of Swedish speech."""


@dataclass(frozen=True, slots=True)
class Words:
    person_sought: str
    away: str
    not_had: Mapping[Why, str]
    back: str
    best_reached: str
    direct_number: str
    nobody_at: str
    the_department: str
    can_answer: str
    press: str
    offers: Mapping[Offer, str]
    two_for: str
    the_substitute: str
    mobile_number_of: str
    is_: str
    text_on_its_way: str
    no_text: str
    no_more_texts: str


WORDS = in_both(
    sv=Words(
        person_sought="den du söker",
        away="är frånvarande",
        not_had={
            Why.BUSY: "sitter i ett annat samtal",
            Why.NO_ANSWER: "svarar inte just nu",
            Why.UNPLUGGED: "kan inte nås just nu",
            Why.NOT_RUNG: "kan inte nås just nu",
        },
        back="och är tillbaka",
        best_reached="träffas säkrast",
        direct_number="direktnumret är",
        nobody_at="ingen på",
        the_department="avdelningen",
        can_answer="kan svara just nu",
        press="tryck",
        offers={
            Offer.MESSAGE: "ett för att lämna ett meddelande",
            Offer.INSTEAD: "två för avdelningen",
            Offer.MOBILE_NUMBER: "tre för mobilnumret",
            Offer.OPERATOR: "noll för telefonisten",
            Offer.RING_BACK: "fyra för att bli uppringd",
            Offer.TEXT: "fem för ett sms med direktnumret",
            Offer.AGAIN: "stjärna för att höra igen",
        },
        two_for="två för",
        the_substitute="ersättaren",
        mobile_number_of="mobilnumret till",
        is_="är",
        text_on_its_way="ett sms med direktnumret är på väg till din telefon",
        no_text="det gick inte att skicka något sms just nu",
        no_more_texts="till ditt nummer skickas inga fler sms det närmaste dygnet",
    ),
    en=Words(
        person_sought="the person you are calling",
        away="is away",
        not_had={
            Why.BUSY: "is on another call",
            Why.NO_ANSWER: "is not answering right now",
            Why.UNPLUGGED: "cannot be reached right now",
            Why.NOT_RUNG: "cannot be reached right now",
        },
        back="and will be back",
        best_reached="is best reached",
        direct_number="the direct number is",
        nobody_at="nobody at",
        the_department="the department",
        can_answer="can answer right now",
        press="press",
        offers={
            Offer.MESSAGE: "one to leave a message",
            Offer.INSTEAD: "two for the department",
            Offer.MOBILE_NUMBER: "three for the mobile number",
            Offer.OPERATOR: "zero for the operator",
            Offer.RING_BACK: "four to be called back",
            Offer.TEXT: "five for a text message with the direct number",
            Offer.AGAIN: "star to hear this again",
            Offer.ENGLISH: FOR_ENGLISH,
        },
        two_for="two for",
        the_substitute="the substitute",
        mobile_number_of="the mobile number of",
        is_="is",
        text_on_its_way="a text message with the direct number is on its way to your phone",
        no_text="no text message could be sent right now",
        no_more_texts="no more text messages will be sent to your number for a day",
    ),
)


@says(Referral)
def referral(prompt: Referral, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    name = speaker.name(prompt.name, words.person_sought, prompt.recorded_name)
    own = [Piece(OWN, Language.SV, recorded=prompt.greeting), STOP] if prompt.greeting else []
    if prompt.why is Why.ABSENT:
        reason = speaker.own(prompt.spoken_reason, words.away) if prompt.spoken_reason else words.away
        said = speaker.sentence(name, reason, *_return(prompt, speaker))
    else:
        said = speaker.sentence(name, words.not_had[prompt.why])
    if prompt.best_reached:
        subject = [name] if speaker.language is Language.EN else []
        weekly = times.windows(prompt.best_reached, speaker.wording)
        said += speaker.sentence(*subject, words.best_reached, *weekly)
    return own + said + _direct_number(prompt.direct_number, speaker)


@says(DepartmentEmpty)
def department_empty(prompt: DepartmentEmpty, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    department = speaker.name(prompt.department, words.the_department)
    empty = speaker.sentence(words.nobody_at, department, words.can_answer)
    return empty + _direct_number(prompt.direct_number, speaker)


@says(Offers)
def offers(prompt: Offers, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    offered = [offer for offer in prompt.offers if offer is not Offer.ENGLISH]
    said: list[Piece | str] = [words.press] if offered else []
    for position, offer in enumerate(offered):
        said += [COMMA] if position else []
        if offer is Offer.INSTEAD and prompt.substitute:
            said += [words.two_for, speaker.name(prompt.substitute, words.the_substitute)]
        else:
            said.append(words.offers[offer])
    sentence = speaker.sentence(*said) if said else []
    if Offer.ENGLISH in prompt.offers and speaker.language is Language.SV:
        sentence += [Piece(FOR_ENGLISH, Language.EN), STOP]
    return sentence


@says(MobileNumber)
def mobile_number(prompt: MobileNumber, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    name = speaker.name(prompt.name, words.person_sought)
    return speaker.sentence(words.mobile_number_of, name, words.is_, *speaker.number(prompt.number))


@says(TextOnItsWay)
def text_on_its_way(prompt: TextOnItsWay, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    return speaker.sentence(words.text_on_its_way if prompt.queued else words.no_text)


@says(NoMoreTexts)
def no_more_texts(_: NoMoreTexts, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].no_more_texts)


def _return(prompt: Referral, speaker: Speaker) -> list[Piece]:
    if prompt.until is None:
        return []
    when = speaker.moment(prompt.until, date_only=prompt.until_is_date)
    return [speaker.piece(WORDS[speaker.language].back), *when]


def _direct_number(number: str | None, speaker: Speaker) -> list[Piece]:
    if number is None:
        return []
    return speaker.sentence(WORDS[speaker.language].direct_number, *speaker.number(number))
