"""Names with every letter of the Nordic, Sami and Finnish alphabets come through every importer as they are written."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from hanvisa.directory.auditing import Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.imports import import_folder
from hanvisa.directory.imports.people import Told, import_people
from hanvisa.directory.imports.report import Counts
from hanvisa.directory.searching import PersonIndex
from integration.directory.test_imports import register_of, write

ALPHABETS = {
    "Swedish": "åäöéàü",
    "Danish and Norwegian": "æøåéèêóòôâü",
    "Icelandic": "áðéíóúýþæö",
    "Faroese": "áðíóúýæø",
    "Finnish": "åäöšž",
    "North Sami": "áčđŋšŧž",
    "Lule Sami": "áåńŋñöä",
    "Pite and Ume Sami": "áåđŋŧüïäö",
    "South Sami": "åæøöäïi",
    "Inari Sami": "áâäčđŋšžå",
    "Skolt Sami": "âčʒǯđǧǥǩŋõšžåäöʹ",
}
LETTERS = sorted({*"abcdefghijklmnopqrstuvwxyz", *"".join(ALPHABETS.values())})
NAMES = {f"p{number}": f"{letter.upper()}na{letter}" for number, letter in enumerate(LETTERS)}


def persons(form: str = "NFC") -> str:
    lines = [f"{key},{name},{name[::-1]}sson,gata" for key, name in NAMES.items()]
    return unicodedata.normalize(form, "\n".join(("id,given_name,family_name,department", *lines, "")))


@pytest.fixture
async def gata(database: Database, tmp_path: Path) -> Path:
    """One department, to be filled."""
    write(
        tmp_path,
        organisations="id,name\nnora,Nora\n",
        operations="id,name,organisation\nteknik,Teknik,nora\n",
        departments="id,name,operation\ngata,Gatukontoret,teknik\n",
    )
    await import_folder(database, tmp_path)
    return tmp_path


async def must_be_known(database: Database) -> None:
    """As they are written, and found by them in small letters and in capitals."""
    register = await register_of(database)
    index = PersonIndex(register)
    assert {one.given_name for one in register.persons.rows} == set(NAMES.values())
    for name in NAMES.values():
        for words in (name, name.lower(), name.upper(), unicodedata.normalize("NFD", name)):
            assert name in [one.person.given_name for one in index.find(words)], words


@pytest.mark.parametrize("form", ["NFC", "NFD"])
async def test_in_files(database: Database, gata: Path, form: str) -> None:
    """However the letters are composed: a Mac writes å as two."""
    write(gata, persons=persons(form))
    assert (await import_folder(database, gata)).tables["persons"] == Counts(created=len(NAMES))
    await must_be_known(database)
    write(gata, persons=persons())
    assert (await import_folder(database, gata)).tables["persons"] == Counts(unchanged=len(NAMES))


@pytest.mark.usefixtures("gata")
async def test_from_a_directory(database: Database) -> None:
    people = [
        Told(key, {"id": key, "given_name": name, "family_name": "Ek", "department": "gata"})
        for key, name in NAMES.items()
    ]
    report = await import_people(database, people, Actor("ldap"), departments={}, most_ended=10)
    assert report.left_out == ()
    await must_be_known(database)
