"""Finding people as an operator does."""

from __future__ import annotations

import pytest

from hanvisa.directory.searching import search_persons
from hanvisa.ids import new_id
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


def person(given: str, family: str, title: str, *functions: str, protected: bool = False) -> Person:
    return Person(new_id(), given, family, GATA, TEKNIK, NORA, title, functions, protected=protected)


OLGA = person("Olga", "Petrović", "ingenjör", "gator", "snöröjning")
ASA = person("Åsa", "Ek", "rektor", "skolskjuts")
KARIN = person("Karin", "Ek", "socialsekreterare", protected=True)
REGISTER = Register().replace(
    organisations=[Organisation(NORA, "Nora kommun")],
    departments=[Department(GATA, "Gatukontoret", TEKNIK, NORA)],
    persons=[ASA, KARIN, OLGA],
    extensions=[
        Extension("301", NORA, TargetKind.PERSON, OLGA.id),
        Extension("302", NORA, TargetKind.PERSON, KARIN.id),
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


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ek", [ASA, KARIN]),
        ("åsa ek", [ASA]),
        ("asa", []),
        ("petrovic", [OLGA]),
        ("INGENJÖR nora", [OLGA]),
        ("snöröjning", [OLGA]),
        ("gatukontoret rektor", [ASA]),
        ("nobody", []),
        ("301", [OLGA]),
        ("302", [KARIN]),
        ("0980-31 92 31", [OLGA]),
        ("+46 980 319231", [OLGA]),
        ("0980-31 92 32", []),
        ("070-174 06 05", [ASA]),
        ("070-174 06 06", []),
    ],
)
def test_search(words: str, found: list[Person]) -> None:
    assert search_persons(REGISTER, words) == found
