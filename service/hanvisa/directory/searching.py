"""Finding persons in the register as operators do, letter by letter: by name, title, function, organisation, number.

What is typed is looked for among the register's different words, which are far fewer than its persons (docs/adr/0093).
"""

from __future__ import annotations

import asyncio
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from heapq import merge
from itertools import accumulate, groupby
from uuid import UUID

from hanvisa.directory.spelling import folded, is_number, national, plain, words_of
from hanvisa.policy.facts import Person, TargetKind
from hanvisa.policy.register import Register, Table
from hanvisa.processor import threads

BEGINS, HOLDS = range(2)  # how somebody is found; those who are found by beginnings come first
_SHORTEST = 3  # letters that are sought within words too
_FREQUENT = 100  # of how many persons more than one has a word
_KEPT = 50  # of what was typed last, at a byte for each person: the words before the one that is being typed
_INDEXING = threads(1, "index")  # its own: Python's may be full of what waits for a folder

_LAST = "\U0010ffff"
SEARCHED = frozenset({"persons", "departments", "organisations", "extensions", "numbers", "mobiles"})
"""The register's tables that an index is made from."""

Places = Sequence[int]
"""Of persons, in the order of their names."""
Having = int
"""Who has something: a number with a byte for each person, 1 or 0."""


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody, and how they were found."""

    how: int
    person: Person


After = tuple[int, str, str, UUID]
"""How somebody was found, and their :func:`name_key`: from where a search goes on."""


def name_key(person: Person) -> tuple[str, str, UUID]:
    return person.family_name.casefold(), person.given_name.casefold(), person.id


def has_words(words: str, texts: Iterable[str]) -> bool:
    """Every word is part of one of the texts; a number in any spelling is sought among numbers."""
    told = tuple(texts)
    if is_number(words) and any(national(words) in national(text) for text in told):
        return True
    text = folded(" ".join(told))
    return all(word in text for word in folded(words).split())


class PersonIndex:
    """One register's persons by their words and numbers. Making it takes a second for a hundred thousand."""

    def __init__(self, register: Register) -> None:
        self._persons = sorted(register.persons.rows, key=name_key)
        self._everybody: Having = int.from_bytes(b"\x01" * len(self._persons))
        places = _places_by_word(register, self._persons)
        words = _Words(places, len(self._persons))
        plain_words = _Words(_plain(places), len(self._persons))
        self._having_one = lru_cache(_KEPT)(partial(_having_one, words, plain_words))
        told, hidden = _numbers(register)
        self._numbers = _Lines([_line(told, person) for person in self._persons])
        lines = ((place, _line(hidden, person)) for place, person in enumerate(self._persons))
        self._hidden = {place: line for place, line in lines if line}  # few have any

    def find(
        self, typed: str, sees: Callable[[Person], bool] = lambda _: False, after: After | None = None
    ) -> Iterator[Found]:
        """Those of whom every word begins a name, title, function, department or organisation, by their names.

        Then those of whom each is part of one, where a, a and o stand for å, ä and ö too. A number in any spelling is
        sought among numbers in the same way. Those that are never told are found by who ``sees`` them.
        """
        how, first = BEGINS, 0
        if after is not None:
            how, first = after[0], bisect_right(self._persons, after[1:], key=name_key)
        if is_number(typed):
            digits = national(typed)
            for way in range(how, HOLDS + 1):
                for place in self._by_number(digits, way, first if way == how else 0, sees):
                    yield Found(way, self._persons[place])
            return
        words = words_of(typed)
        if typed.strip() and not words:
            return
        begins = self._having(words, BEGINS)
        if how == BEGINS:
            for place in self._marked(begins, first):
                yield Found(BEGINS, self._persons[place])
            first = 0
        for place in self._marked(self._having(words, HOLDS) ^ begins, first):
            yield Found(HOLDS, self._persons[place])

    def _having(self, words: Iterable[str], how: int) -> Having:
        """Who has all of the words."""
        having = self._everybody
        for word in words:
            having &= self._having_one(word, how)
        return having

    def _marked(self, having: Having, first: int) -> Iterator[int]:
        marks = having.to_bytes(len(self._persons))
        place = marks.find(1, first)
        while place >= 0:
            yield place
            place = marks.find(1, place + 1)

    def _by_number(self, digits: str, how: int, first: int, sees: Callable[[Person], bool]) -> Iterator[int]:
        beginning = f" {digits}"
        sought = digits if how == HOLDS else beginning
        hidden = (
            place
            for place, line in self._hidden.items()
            if place >= first and sought in line and sees(self._persons[place])
        )
        for place, _ in groupby(merge(self._numbers.holding(sought, first), hidden)):
            known = self._numbers.line(place)
            if place in self._hidden and sees(self._persons[place]):
                known += self._hidden[place]
            if how == BEGINS or beginning not in known:
                yield place


class PersonSearch:
    """The index of the newest register that was asked for."""

    def __init__(self) -> None:
        self._index = PersonIndex(Register())
        self._made_from = _tables(Register())
        self._one_at_a_time = asyncio.Lock()

    async def index(self, register: Register) -> PersonIndex:
        """Made in a thread, where nothing waits for it but who searches."""
        tables = _tables(register)
        async with self._one_at_a_time:
            if any(new is not old for new, old in zip(tables, self._made_from, strict=True)):
                loop = asyncio.get_running_loop()
                self._index = await loop.run_in_executor(_INDEXING, PersonIndex, register)
                self._made_from = tables
            return self._index


class _Lines:
    """Many short texts in one, which is searched at once."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._text = "\n".join(lines)
        self._starts = array("I", accumulate((len(line) + 1 for line in lines), initial=0))

    def line(self, number: int) -> str:
        return self._text[self._starts[number] : self._starts[number + 1] - 1]

    def holding(self, part: str, first: int = 0) -> Iterator[int]:
        """The numbers of the lines that have the part in them, from the ``first`` line on."""
        at = self._text.find(part, self._starts[first])
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            yield number
            at = self._text.find(part, self._starts[number + 1])


class _Words:
    """Different words, and who of so many ``persons`` has them. Who has a frequent one is known beforehand."""

    def __init__(self, places: Mapping[str, Places], persons: int) -> None:
        self._persons = persons
        self._words = sorted(places)
        self._places = [places[word] for word in self._words]
        self._lines = _Lines(self._words)
        self._frequent: dict[int, Having] = {}
        for number, those in enumerate(self._places):
            if len(those) > persons // _FREQUENT:
                self._frequent[number] = self._having([number])

    def beginning(self, part: str) -> Having:
        return self._having(range(bisect_left(self._words, part), bisect_left(self._words, part + _LAST)))

    def holding(self, part: str) -> Having:
        return self._having(self._lines.holding(part))

    def _having(self, numbers: Iterable[int]) -> Having:
        having, marks = 0, bytearray(self._persons)
        for number in numbers:
            if (those := self._frequent.get(number)) is not None:
                having |= those
            else:
                for place in self._places[number]:
                    marks[place] = 1
        return having | int.from_bytes(marks)


def _having_one(words: _Words, plain_words: _Words, word: str, how: int) -> Having:
    if how == BEGINS:
        return words.beginning(word)
    if len(word) < _SHORTEST:
        return words.beginning(word) | plain_words.beginning(word)
    return words.holding(word) | plain_words.holding(word)


def _tables(register: Register) -> tuple[Table[object], ...]:
    return tuple(getattr(register, name) for name in SEARCHED)


def _places_by_word(register: Register, persons: Iterable[Person]) -> dict[str, array[int]]:
    by_text: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
    by_id: defaultdict[UUID, array[int]] = defaultdict(lambda: array("I"))
    for place, person in enumerate(persons):
        by_id[person.department_id].append(place)
        by_id[person.organisation_id].append(place)
        for text in (person.given_name, person.family_name, person.title, *person.functions):
            by_text[text].append(place)
    for department in register.departments.rows:
        by_text[department.name].extend(by_id[department.id])
    for organisation in register.organisations.rows:
        by_text[organisation.name].extend(by_id[organisation.id])
    by_word: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
    for text, places in by_text.items():
        for word in set(words_of(text)):
            by_word[word].extend(places)
    return by_word


def _plain(by_word: Mapping[str, array[int]]) -> dict[str, array[int]]:
    """The words with å, ä or ö, without."""
    by_plain: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
    for word, places in by_word.items():
        if plain(word) != word:
            by_plain[plain(word)].extend(places)
    return by_plain


def _numbers(register: Register) -> tuple[dict[UUID, list[str]], dict[UUID, list[str]]]:
    """Of each person, as they are dialled at home: those that are told, and those that never are."""
    told: defaultdict[UUID, list[str]] = defaultdict(list)
    hidden: defaultdict[UUID, list[str]] = defaultdict(list)
    protected = {person.id for person in register.persons.rows if person.protected}
    for extension in register.extensions.rows:
        if extension.kind is TargetKind.PERSON:
            told[extension.target_id].append(extension.number)
    for number in register.numbers.rows:
        if number.kind is TargetKind.PERSON:
            numbers = hidden if number.target_id in protected else told
            numbers[number.target_id].append(national(number.number))
    for mobile in register.mobiles.rows:
        numbers = hidden if mobile.protected or mobile.person_id in protected else told
        numbers[mobile.person_id].append(national(mobile.number))
    return told, hidden


def _line(numbers: Mapping[UUID, Iterable[str]], person: Person) -> str:
    return "".join(f" {number}" for number in numbers.get(person.id, ()))
