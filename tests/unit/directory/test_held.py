"""What is held on people is known, table by table: nothing new is kept of them unsaid."""

import pytest

from hanvisa.config import Settings
from hanvisa.directory.personal.held import HELD, NOBODYS
from hanvisa.directory.personal.purging import KINDS
from hanvisa.directory.personal.whose import TheirNumber, Whose
from hanvisa.directory.tables import Base
from hanvisa.ids import new_id

TABLES = Base.metadata.tables
OF_PEOPLE = ("person", "caller", "called", "number", "email", "given_name", "owner", "holder", "_by", "user")
OF_THINGS = {"settings", "organisations", "sites"}  # a site's location number is the place's


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_said_to_hold_something_on_people_or_nothing(name: str) -> None:
    held = [one for one in HELD if one.table.__tablename__ == name]
    assert len(held) == (name not in NOBODYS), (
        f"say in directory/personal/held.py what {name} holds on people"
    )


@pytest.mark.parametrize("name", sorted(NOBODYS))
def test_a_table_that_is_nobodys_names_nobody(name: str) -> None:
    columns = TABLES[name].columns
    to_persons = [
        key.column for one in columns for key in one.foreign_keys if key.column.table.name == "persons"
    ]
    named = [one.name for one in columns if any(word in one.name for word in OF_PEOPLE)]
    assert not to_persons
    assert not named or name in OF_THINGS


@pytest.mark.parametrize("held", HELD, ids=lambda held: held.table.__tablename__)
def test_every_column_that_leads_to_a_person_finds_their_rows(held: object) -> None:
    """A foreign key to persons is among what the table is searched by."""
    searched = str(held.of(Whose(new_id(), (TheirNumber("+46701740605"),), ("anna",))))  # type: ignore[attr-defined]
    table = held.table.__table__  # type: ignore[attr-defined]
    leading = {
        one.name for one in table.columns for key in one.foreign_keys if key.column.table.name == "persons"
    }
    leading -= {"substitute_id"}  # whose absence it is, and why, is not for who stands in
    assert {name for name in leading if f"{table.name}.{name}" not in searched} == set()


def test_all_texts_are_there_and_name_settings_that_are() -> None:
    times = {name.removeprefix("keep_"): "" for name in Settings.model_fields if name.startswith("keep_")}
    for held in HELD:
        assert held.what
        assert held.why
        assert held.kept.format(**times)


def test_what_is_purged_has_a_name_of_its_own() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
