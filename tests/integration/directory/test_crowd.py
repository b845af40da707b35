"""The bench's people are in the register as others are, and found by what an operator types of them."""

from __future__ import annotations

from datetime import UTC, datetime

from hanvisa.directory.engine import Database
from hanvisa.directory.searching import PersonIndex
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.lab.bench_register import WAYS
from hanvisa.lab.crowd import add_people
from hanvisa.policy.facts import TargetKind


async def test_a_crowd_is_found(demo: Database) -> None:
    counted: list[int] = []
    told = await add_people(demo, 300, counted.append)
    assert sum(counted) == 300
    assert 280 < len(told) < 300
    directory = SnapshotDirectory(demo, lambda: datetime.now(UTC))
    await directory.refresh()
    register = directory.register
    index = PersonIndex(register)
    for number, somebody in enumerate(told):
        for way in WAYS:
            assert somebody.id in {one.person.id for one in index.find(way(somebody))}, (number, somebody)
        person = register.person(somebody.id)
        assert person is not None
        assert [row.number for row in register.extensions_of(TargetKind.PERSON, person.id)] == [
            somebody.extension
        ]
    assert len(register.persons.rows) < 300 + 60 + 1  # those who have left are not there
