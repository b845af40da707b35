"""Prompts as pieces: how the sentences are built. The words are in `sv` and `en`."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from hanvisa.calls.prompts import (
    CodeRefused,
    DepartmentEmpty,
    DialRefused,
    Goodbye,
    Greeting,
    MobileNumber,
    NoOperator,
    Offer,
    Offers,
    OperatorStateSet,
    OutsideFailed,
    Prompt,
    Queued,
    Referral,
    TransferRefused,
    TryLater,
    UnknownNumber,
    Why,
)
from hanvisa.policy.model import Language, Text
from hanvisa.speech.phrases import numbers, times
from hanvisa.speech.phrases.en import ENGLISH, FOR_ENGLISH
from hanvisa.speech.phrases.piece import COMMA, STOP, Piece
from hanvisa.speech.phrases.sv import SWEDISH

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hanvisa.speech.phrases.wording import Wording

WORDINGS = {Language.SV: SWEDISH, Language.EN: ENGLISH}


def pieces(
    prompt: Prompt, language: Language, at: datetime, *, absolute_days: bool = False
) -> tuple[Piece, ...]:
    """What is said for the prompt at the moment ``at``; at least one piece, if only a pause.

    With ``absolute_days`` days are named by their date, never "i dag" or "i morgon": for files played later.
    """
    return tuple(_Composer(WORDINGS[language], at, absolute_days).compose(prompt)) or (STOP,)


class _Composer:
    def __init__(self, wording: Wording, at: datetime, absolute_days: bool) -> None:
        self.wording = wording
        self.language = wording.language
        self.at = at
        self.absolute_days = absolute_days

    def compose(self, prompt: Prompt) -> list[Piece]:  # noqa: C901, PLR0911, PLR0912 - one case a prompt
        wording = self.wording
        match prompt:
            case Greeting():
                return self._sentence(self._own(prompt.text, wording.welcome))
            case Queued():
                return self._sentence(wording.queued)
            case NoOperator():
                reached = self._name(prompt.organisation, wording.the_switchboard)
                return self._sentence(wording.you_have_reached, reached) + self._sentence(wording.no_operator)
            case Referral():
                return self._referral(prompt)
            case DepartmentEmpty():
                department = self._name(prompt.department, wording.the_department)
                empty = self._sentence(wording.nobody_at, department, wording.can_answer)
                return empty + self._direct_number(prompt.direct_number)
            case Offers():
                return self._offers(prompt)
            case MobileNumber():
                name = self._name(prompt.name, wording.person_sought)
                digits = numbers.number(prompt.number, wording)
                return self._sentence(wording.mobile_number_of, name, wording.is_, *digits)
            case TransferRefused():
                refused = self._refused(wording.transfer_refused, prompt.rule)
                return refused + self._sentence(self._instead(prompt))
            case DialRefused():
                return self._refused(wording.dial_refused, prompt.rule)
            case UnknownNumber():
                return self._sentence(wording.no_such_number)
            case OutsideFailed():
                return self._sentence(wording.outside_failed[prompt.why])
            case TryLater():
                return self._sentence(wording.try_later)
            case OperatorStateSet():
                return self._sentence(wording.opened if prompt.open else wording.closed)
            case CodeRefused():
                return self._sentence(wording.code_refused)
            case Goodbye():
                return self._sentence(wording.goodbye)
            case _:
                assert_never(prompt)

    def _referral(self, referral: Referral) -> list[Piece]:
        wording = self.wording
        name = self._name(referral.name, wording.person_sought)
        if referral.why is Why.ABSENT:
            said = self._sentence(name, self._reason(referral.spoken_reason), *self._return(referral))
        else:
            said = self._sentence(name, wording.not_had[referral.why])
        if referral.best_reached:
            subject = [name] if self.language is Language.EN else []
            weekly = times.windows(referral.best_reached, wording)
            said += self._sentence(*subject, wording.best_reached, *weekly)
        return said + self._direct_number(referral.direct_number)

    def _reason(self, spoken: Text | None) -> Piece | str:
        return self._own(spoken, self.wording.away) if spoken is not None else self.wording.away

    def _return(self, referral: Referral) -> list[Piece]:
        if referral.until is None:
            return []
        when = times.moment(
            referral.until,
            date_only=referral.until_is_date,
            at=self.at,
            absolute=self.absolute_days,
            wording=self.wording,
        )
        return [Piece(self.wording.back, self.language), *when]

    def _direct_number(self, number: str | None) -> list[Piece]:
        if number is None:
            return []
        return self._sentence(self.wording.direct_number, *numbers.number(number, self.wording))

    def _offers(self, given: Offers) -> list[Piece]:
        offered = [self.wording.offers[offer] for offer in given.offers if offer is not Offer.ENGLISH]
        said: list[Piece | str] = [self.wording.press] if offered else []
        for position, offer in enumerate(offered):
            said += [COMMA, offer] if position else [offer]
        sentence = self._sentence(*said) if said else []
        if Offer.ENGLISH in given.offers and self.language is Language.SV:
            sentence += [Piece(FOR_ENGLISH, Language.EN), STOP]
        return sentence

    def _refused(self, refusals: Mapping[str, str], rule: str) -> list[Piece]:
        refusal = refusals.get(rule, refusals[""])
        return self._sentence(refusal, COMMA, self.wording.rules.get(rule, self.wording.some_rule))

    def _instead(self, refused: TransferRefused) -> str:
        match (refused.mobile_number is not None, refused.direct_number is not None):
            case (True, True):
                return self.wording.may_tell_both
            case (True, False):
                return self.wording.may_tell_mobile
            case (False, True):
                return self.wording.may_give_direct
            case _:
                return self.wording.take_message

    def _own(self, text: Text, fallback: str) -> Piece:
        """Words from the register, in both languages there."""
        fixed = Piece(fallback, self.language)
        said = text.in_(self.language).strip().rstrip(".")
        return Piece(said, self.language, fixed) if said else fixed

    def _name(self, name: str, fallback: str) -> Piece:
        """A name is Swedish, also in English speech."""
        fixed = Piece(fallback, self.language)
        return Piece(name.strip(), Language.SV, fixed) if name.strip() else fixed

    def _sentence(self, *said: Piece | str) -> list[Piece]:
        return [piece if isinstance(piece, Piece) else Piece(piece, self.language) for piece in said] + [STOP]
