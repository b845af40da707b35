"""What composes prompts: one function for each, found by the prompt's type, with the words of its family.

    WORDS = in_both(sv=Words(queued="alla telefonister är upptagna"), en=Words(queued="all our operators are busy"))

    @says(Queued)
    def queued(_: Queued, speaker: Speaker) -> list[Piece]:
        return speaker.sentence(WORDS[speaker.language].queued)

Words that stand in `in_both` are of the fixed catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from hanvisa.calls.prompts import Prompt
from hanvisa.policy.model import Language, Text
from hanvisa.speech.phrases import numbers, times
from hanvisa.speech.phrases.en import ENGLISH
from hanvisa.speech.phrases.piece import STOP, Piece
from hanvisa.speech.phrases.sv import SWEDISH
from hanvisa.speech.phrases.wording import Wording

Words = TypeVar("Words")
Compose = Callable[[Any, "Speaker"], list[Piece]]
C = TypeVar("C", bound=Compose)

WORDINGS: Mapping[Language, Wording] = {Language.SV: SWEDISH, Language.EN: ENGLISH}

_COMPOSERS: dict[type, Compose] = {}
_FAMILIES: list[Mapping[Language, Any]] = [WORDINGS]


def says(prompt: type) -> Callable[[C], C]:
    """Marks the function that composes prompts of this type."""

    def register(compose: C) -> C:
        _COMPOSERS[prompt] = compose
        return compose

    return register


def in_both(*, sv: Words, en: Words) -> Mapping[Language, Words]:
    """The words of a family in both languages: a dataclass of texts, tuples of texts and mappings to texts."""
    words = {Language.SV: sv, Language.EN: en}
    _FAMILIES.append(words)
    return words


def fixed() -> Iterator[tuple[Language, str]]:
    """Every text of every family, once in each language."""
    for language in Language:
        texts = (text for family in _FAMILIES for text in _texts_of(family[language]))
        yield from ((language, text) for text in dict.fromkeys(texts))


@dataclass(frozen=True, slots=True)
class Speaker:
    """Speaks one language at one moment.

    With ``absolute_days`` days are named by their date, never "i dag" or "i morgon": for files played later.
    """

    language: Language
    at: datetime
    absolute_days: bool = False

    @property
    def wording(self) -> Wording:
        return WORDINGS[self.language]

    def compose(self, prompt: Prompt) -> list[Piece]:
        return _COMPOSERS[type(prompt)](prompt, self)

    def piece(self, text: str) -> Piece:
        return Piece(text, self.language)

    def sentence(self, *said: Piece | str) -> list[Piece]:
        return [each if isinstance(each, Piece) else self.piece(each) for each in said] + [STOP]

    def own(self, text: Text, fallback: str) -> Piece:
        """Words from the register, in both languages there."""
        said = text.in_(self.language).strip().rstrip(".")
        fixed_piece = self.piece(fallback)
        return Piece(said, self.language, fixed_piece) if said else fixed_piece

    def name(self, name: str, fallback: str, recorded: str | None = None) -> Piece:
        """A name is Swedish, also in English speech. ``recorded`` is the sound of its owner, who says it."""
        fixed_piece = self.piece(fallback)
        return Piece(name.strip(), Language.SV, fixed_piece, recorded) if name.strip() else fixed_piece

    def number(self, number: str) -> list[Piece]:
        """A telephone number, digit group by digit group."""
        return numbers.number(number, self.wording)

    def moment(self, moment: datetime, *, date_only: bool = False) -> list[Piece]:
        return times.moment(
            moment, date_only=date_only, at=self.at, absolute=self.absolute_days, wording=self.wording
        )


def _texts_of(words: Any) -> Iterator[str]:
    for each in fields(words):
        value = getattr(words, each.name)
        match value:
            case Language():
                continue
            case str():
                yield value
            case Mapping():
                yield from value.values()
            case _:
                yield from value
