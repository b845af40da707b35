"""Finding people as an operator does."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanvisa.directory.searching import BEGINS, HOLDS, PersonIndex, PersonSearch, has_words, name_key
from hanvisa.ids import new_id
from hanvisa.lab.threads import none_to_spare
from hanvisa.policy.facts import (
    Department,
    Extension,
    Mobile,
    Organisation,
    OutsideNumber,
    Person,
    TargetKind,
)
from hanvisa.policy.register import Register

NORA, GATA, TEKNIK = new_id(), new_id(), new_id()


def person(given: str, family: str, title: str = "", *functions: str, protected: bool = False) -> Person:
    return Person(new_id(), given, family, GATA, TEKNIK, NORA, title, functions, protected=protected)


OLGA = person("Olga", "Petrović", "ingenjör", "gator", "snöröjning")
ASA = person("Åsa", "Ek", "rektor", "skolskjuts")
ASAD = person("Asad", "Al-Amin", "kock")
KARIN = person("Karin", "Ek", "socialsekreterare", protected=True)
REGISTER = Register().replace(
    organisations=[Organisation(NORA, "Nora kommun")],
    departments=[Department(GATA, "Gatukontoret", TEKNIK, NORA)],
    persons=[ASA, KARIN, OLGA, ASAD],
    extensions=[
        Extension("301", NORA, TargetKind.PERSON, OLGA.id),
        Extension("302", NORA, TargetKind.PERSON, KARIN.id),
        Extension("192", NORA, TargetKind.PERSON, ASAD.id),
        Extension("300", NORA, TargetKind.DEPARTMENT, GATA),
    ],
    numbers=[
        OutsideNumber("+46980319231", TargetKind.PERSON, OLGA.id),
        OutsideNumber("+46980319232", TargetKind.PERSON, KARIN.id),
    ],
    mobiles=[
        Mobile(new_id(), ASA.id, "+46701740605"),
        Mobile(new_id(), OLGA.id, "+46701740606", protected=True),
    ],
)


def found(typed: str, register: Register = REGISTER, **how: object) -> list[Person]:
    return [one.person for one in PersonIndex(register).find(typed, **how)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("", [ASAD, KARIN, ASA, OLGA]),
        ("ek", [KARIN, ASA]),
        ("åsa ek", [ASA]),
        ("EK Å", [ASA]),
        ("petrovic", [OLGA]),
        ("INGENJÖR nora", [OLGA]),
        ("snöröjning", [OLGA]),
        ("gatukontoret rektor", [ASA]),
        ("kommun", [ASAD, KARIN, ASA, OLGA]),
        ("nobody", []),
        ("-", []),
        ("301", [OLGA]),
        ("302", [KARIN]),
        ("300", []),
        ("0980-31 92 31", [OLGA]),
        ("+46 980 319231", [OLGA]),
        ("31 92 31", [OLGA]),
        ("0980-31 92 32", []),
        ("070-174 06 05", [ASA]),
        ("070-174 06 06", []),
    ],
)
def test_search(typed: str, who: list[Person]) -> None:
    assert found(typed) == who


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("asa", [ASAD, ASA]),  # "Åsa" from a keyboard without å
        ("a", [ASAD, ASA]),
        ("å", [ASA]),
        ("snorojning", [OLGA]),
        ("sekreterare", [KARIN]),
        ("röjning gat", [OLGA]),
        ("ok", []),  # two letters are sought at the beginnings alone
        ("192", [ASAD, OLGA]),  # the extension, then a number with that in it
    ],
)
def test_who_is_found_by_beginnings_comes_first(typed: str, who: list[Person]) -> None:
    assert found(typed) == who


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("sörensen", "Sørensen"),
        ("bar", "Bær"),
        ("bär", "Bær"),
        ("thora", "Þóra"),
        ("dorde", "Đorđe"),
        ("nuorra", "Ŋuorra"),
        ("tuonna", "Ŧuoŋŋa"),
        ("ČOHKKA", "Čohkká"),
        ("aanaar", "Aanaar"),
        ("zekna", "Ʒeʹǩŋa"),
        ("lucja", "Łucja"),
        ("yrjo", "Yrjö"),
        ("müller", "Müller"),
        ("muller", "Müller"),
        ("obrien", "O'Brien"),
        ("d’arc", "d'Arc"),
        ("luc", "Jean-Luc"),
        ("jean-l", "Jean-Luc"),
        ("strasse", "Straße"),
        ("åsa", "A\u030asa"),
        ("istanbul", "İstanbul"),
    ],
)
def test_the_letters_of_the_north_and_of_others(typed: str, name: str) -> None:
    maja = person("Maja", name)
    assert found(typed, REGISTER.replace(persons=[ASAD, maja])) == [maja]


@pytest.mark.parametrize(("typed", "who"), [("0980-319232", KARIN), ("0701740606", OLGA), ("319232", KARIN)])
def test_numbers_that_are_never_told_are_found_by_who_sees_them(typed: str, who: Person) -> None:
    assert found(typed, sees=lambda one: one is who) == [who]
    assert found(typed, sees=lambda one: one is not who) == []


@given(st.text("aåoö ek-192", max_size=6), st.integers(1, 3), st.booleans())
def test_a_search_goes_on_where_it_ended(typed: str, size: int, sees: bool) -> None:
    index = PersonIndex(REGISTER)
    whole = list(index.find(typed, lambda _: sees))
    pages, after = [], None
    while True:
        page = [one for one, _ in zip(index.find(typed, lambda _: sees, after), range(size), strict=False)]
        if not page:
            break
        pages += page
        after = (page[-1].how, *name_key(page[-1].person))
    assert pages == whole


NAMES = st.text("aåäeks- ", min_size=1, max_size=5)


@given(st.lists(st.tuples(NAMES, NAMES), max_size=8), st.text("aåäeks ", max_size=5))
def test_the_index_finds_whom_one_finds_person_by_person(names: list[tuple[str, str]], typed: str) -> None:
    persons = [replace(person(given_name, family), department_id=new_id()) for given_name, family in names]
    register = Register().replace(persons=persons)
    told = [(one.how, one.person.id) for one in PersonIndex(register).find(typed)]
    assert told == sorted(told, key=lambda one: one[0])
    assert len({id_ for _, id_ in told}) == len(told)
    words = typed.split()
    for one in persons:
        theirs = f"{one.given_name} {one.family_name}".replace("-", " ").split()
        begins = all(any(each.startswith(word) for each in theirs) for word in words)
        assert ((BEGINS, one.id) in told) == begins
        bare = [each.translate(str.maketrans("åä", "aa")) for each in theirs]
        holds = all(
            any(word in each if len(word) > 2 else each.startswith(word) for each in theirs + bare)
            for word in words
        )
        assert ((HOLDS, one.id) in told) == (holds and not begins)


async def test_an_index_is_made_anew_only_for_other_persons_and_numbers() -> None:
    search = PersonSearch()
    first = await search.index(REGISTER)
    assert await search.index(REGISTER.replace(absences=[])) is first
    changed = await search.index(REGISTER.replace(persons=[ASA]))
    assert [one.person for one in changed.find("")] == [ASA]


async def test_an_index_is_made_also_while_pythons_threads_wait_for_a_folder() -> None:
    with none_to_spare():
        async with asyncio.timeout(5):
            index = await PersonSearch().index(REGISTER)
    assert len(list(index.find(""))) == 4


def test_other_resources_are_found_by_parts_of_words() -> None:
    assert has_words("kontor gata", ["Gatukontoret", "gata 1"])
    assert has_words("0980-31 92", ["+46980319231"])
    assert not has_words("vatten", ["Gatukontoret"])
