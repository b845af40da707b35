"""Finding persons in the register as an operator does: by name, title, function, organisation, number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from hanvisa.policy.facts import Person, TargetKind
from hanvisa.policy.register import Register

_NUMBER = re.compile(r"[+0-9][0-9 ()/-]*")


def search_persons(register: Register, words: str) -> list[Person]:
    """The persons of whom every word is part of a name, title, function, department, organisation or number.

    In the register's order (by family name). Accents and case don't matter, but å, ä and ö are letters of their own.
    """
    if _NUMBER.fullmatch(words.strip()):
        digits = _national(words)
        return [
            person
            for person in register.persons.rows
            if any(digits in one for one in _numbers(register, person))
        ]
    wanted = _fold(words).split()
    described = ((person, _described(register, person)) for person in register.persons.rows)
    return [person for person, text in described if all(word in text for word in wanted)]


def has_words(words: str, texts: Iterable[str]) -> bool:
    """Every word is part of one of the texts; a number in any spelling is sought among numbers."""
    told = tuple(texts)
    if _NUMBER.fullmatch(words.strip()) and any(_national(words) in _national(text) for text in told):
        return True
    text = _fold(" ".join(told))
    return all(word in text for word in _fold(words).split())


def _described(register: Register, person: Person) -> str:
    department = register.department(person.department_id)
    organisation = register.organisation(person.organisation_id)
    parts = (
        person.name,
        person.title,
        *person.functions,
        department.name if department else "",
        organisation.name if organisation else "",
    )
    return _fold(" ".join(parts))


def _numbers(register: Register, person: Person) -> list[str]:
    """The person's numbers as they are dialled at home. Those that are never told can't be searched for either."""
    extensions = [row.number for row in register.extensions_of(TargetKind.PERSON, person.id)]
    if person.protected:
        return extensions
    numbers = [row.number for row in register.numbers_of(TargetKind.PERSON, person.id)]
    mobiles = [row.number for row in register.mobiles_of(person.id) if not row.protected]
    return extensions + [_national(number) for number in numbers + mobiles]


def _national(number: str) -> str:
    digits = re.sub(r"[^+0-9]", "", number)
    return re.sub(r"^(\+46|0046)", "0", digits)


def _fold(text: str) -> str:
    kept = (
        letter if letter in "åäö" else unicodedata.normalize("NFD", letter)[0]
        for letter in unicodedata.normalize("NFC", text).casefold()
    )
    return "".join(kept)
