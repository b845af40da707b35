"""Registered mobiles, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hanvisa.directory.auditing import Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.mobiles import MobileFields, Mobiles
from hanvisa.directory.repositories.scoping import Within
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.errors import Conflict, InvalidInput, NotFound
from hanvisa.ids import new_id

NOW = datetime(2026, 8, 5, 8, tzinfo=UTC)
BY = Actor("anna")


@pytest.fixture
def fields(directory: SnapshotDirectory) -> MobileFields:
    person = next(row for row in directory.register.persons.rows if row.given_name == "Anna")
    return MobileFields(
        person.id, "+46701740690", "Upphandlad operatör", "Arbetar på fältet", "Elsa Hedström", NOW
    )


async def test_one_is_registered_changed_and_ended(
    demo: Database, directory: SnapshotDirectory, fields: MobileFields
) -> None:
    mobiles = Mobiles(demo)
    record = await mobiles.create(fields, BY)
    assert (record.fields, record.version, record.ended_at) == (fields, 1, None)
    known = directory.register.mobile(fields.number)
    assert known is not None
    assert known.person_id == fields.person_id

    private = replace(fields, itemised_invoice=True, private_use=True, protected=True)
    changed = await mobiles.change(record.id, private, record.version, BY)
    assert changed == await mobiles.get(record.id)
    assert (changed.fields, changed.version) == (private, 2)
    with pytest.raises(Conflict, match="version is 2, not 1"):
        await mobiles.change(record.id, fields, 1, BY)

    ended = await mobiles.end(record.id, NOW, changed.version, BY)
    assert ended.ended_at == NOW
    assert directory.register.mobile(fields.number) is None
    assert await mobiles.end(record.id, datetime.now(UTC), None, BY) == ended


async def test_a_number_is_in_use_once_and_free_again_when_it_is_ended(
    demo: Database, fields: MobileFields
) -> None:
    mobiles = Mobiles(demo)
    record = await mobiles.create(fields, BY)
    with pytest.raises(Conflict, match="contradicts"):
        await mobiles.create(fields, BY)
    await mobiles.end(record.id, NOW, None, BY)
    assert (await mobiles.create(fields, BY)).id != record.id


async def test_another_holder_or_number_has_a_greeting_that_is_not_checked(
    demo: Database, directory: SnapshotDirectory, fields: MobileFields
) -> None:
    """M2."""
    mobiles = Mobiles(demo)
    record = await mobiles.create(fields, BY)
    other = next(row.id for row in directory.register.persons.rows if row.id != fields.person_id)
    for changed, checked_at in (
        (replace(fields, protected=True), NOW),
        (replace(fields, person_id=other), None),
        (replace(fields, person_id=other, number="+46701740691"), None),
    ):
        await mobiles.confirm_greeting(record.id, NOW, None, BY)
        assert (await mobiles.change(record.id, changed, None, BY)).greeting_checked_at == checked_at


async def test_lists_go_on_where_they_stopped_and_keep_to_whom_they_are_for(
    demo: Database, directory: SnapshotDirectory, fields: MobileFields
) -> None:
    mobiles = Mobiles(demo)
    record = await mobiles.create(fields, BY)
    everything = await mobiles.list(limit=1000)
    first = await mobiles.list(limit=3)
    assert [*first, *await mobiles.list(after=first[-1].id, limit=1000)] == everything
    assert record in await mobiles.list(person_id=fields.person_id)
    anna = directory.register.person(fields.person_id)
    assert anna is not None
    own = await mobiles.list(within=Within(operations=[anna.operation_id]))
    holders = {one.fields.person_id for one in own}
    assert holders <= {
        row.id for row in directory.register.persons.rows if row.operation_id == anna.operation_id
    }
    assert not await mobiles.list(within=Within())
    await mobiles.end(record.id, NOW, None, BY)
    assert record.id not in [one.id for one in await mobiles.list(limit=1000)]
    assert record.id in [one.id for one in await mobiles.list(ended=True, limit=1000)]


async def test_the_holder_must_be_there(demo: Database, fields: MobileFields) -> None:
    with pytest.raises(InvalidInput, match="person: there is no person"):
        await Mobiles(demo).create(replace(fields, person_id=new_id()), BY)
    with pytest.raises(NotFound, match="There is no mobile"):
        await Mobiles(demo).get(new_id())
