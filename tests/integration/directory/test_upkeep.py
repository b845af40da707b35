"""The register kept by hand, on SQLite and PostgreSQL: plain rows, persons, notices, trainings and flags."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from hanvisa.directory.auditing import Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.imports import import_folder
from hanvisa.directory.repositories import plain
from hanvisa.directory.repositories.entries import Entries
from hanvisa.directory.repositories.flags import Flags
from hanvisa.directory.repositories.kinds import Kind, references
from hanvisa.directory.repositories.messages import Messages, Written
from hanvisa.directory.repositories.notices import Notices
from hanvisa.directory.repositories.persons import Persons
from hanvisa.directory.repositories.refusals import FieldRefused, NotPossible
from hanvisa.directory.repositories.scoping import Within
from hanvisa.directory.repositories.trainings import Trainings
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.directory.tables import Base, MobileRow, PersonRow
from hanvisa.directory.tables.base import Imported
from hanvisa.errors import Conflict
from hanvisa.ids import new_id
from hanvisa.policy.facts import MessageState, Person
from integration.directory.one_of_everything import NUMBER, everything_of_maja
from integration.directory.test_imports import PERSONS, write

NOW = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)  # half an hour before the new year in Sweden
ADMIN = Actor("admin")
LETTERS = "Åsa Ægir Øyvind Đorđe Ŋuorra Čohkká Ŧuoŋŋa Þórður"
KINDS = [value for name, value in vars(plain).items() if isinstance(value, Kind) and not name.startswith("_")]


@pytest.fixture
async def anna(directory: SnapshotDirectory) -> Person:
    (found,) = (row for row in directory.register.persons.rows if row.given_name == "Anna")
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.table.__tablename__)
async def test_each_kind_is_listed_and_read_page_by_page(demo: Database, kind: Kind) -> None:
    entries = Entries(demo, kind)
    seen: list[UUID] = []
    while page := await entries.list(where={}, after=seen[-1] if seen else None, limit=7):
        seen += [entry.id for entry in page]
    assert seen == sorted(seen)
    assert all([(await entries.get(id_)).version >= 1 for id_ in seen[:3]])


async def test_a_row_is_made_changed_and_ended(demo: Database, anna: Person) -> None:
    sites = Entries(demo, plain.SITES)
    values = {"name": LETTERS, "organisation_id": anna.organisation_id, "address": ""}
    made = await sites.create(values, ADMIN)
    changed = await sites.change(made.id, {"address": "Storgatan 1"}, made.version, ADMIN)
    assert (changed.values["name"], changed.values["address"]) == (LETTERS, "Storgatan 1")
    assert changed.names[anna.organisation_id] == "Hällefors kommun"
    with pytest.raises(Conflict):
        await sites.change(made.id, {"address": ""}, made.version, ADMIN)
    for q in (LETTERS.upper(), "ŋuorra", "storgatan þórður"):
        assert [one.id for one in await sites.list(where={}, q=q)] == [made.id]
    ended = await sites.end(made.id, NOW, changed.version, ADMIN)
    assert ended.ended_at == NOW


async def test_what_is_ended_is_not_referred_to_at_the_same_moment(demo: Database, anna: Person) -> None:
    """Whoever comes second is refused: no phone stands at a site that has ended."""
    sites, phones = Entries(demo, plain.SITES), Entries(demo, plain.PHONES)
    for one in range(5):
        values = {"name": f"Plats {one}", "organisation_id": anna.organisation_id}
        site = await sites.create(values, ADMIN)
        phone = {
            "account": f"hallefors-9{one}",
            "organisation_id": anna.organisation_id,
            "site_id": site.id,
        }
        came = await asyncio.gather(
            sites.end(site.id, NOW, site.version, ADMIN), phones.create(phone, ADMIN), return_exceptions=True
        )
        (refused,) = (error for error in came if isinstance(error, BaseException))
        assert isinstance(refused, FieldRefused | NotPossible)


async def test_two_who_want_the_same_number_at_once(demo: Database, anna: Person) -> None:
    """One has it, the other is told so: no fault."""
    extensions = Entries(demo, plain.EXTENSIONS)
    values = {
        "number": "399",
        "organisation_id": anna.organisation_id,
        "kind": "person",
        "target_id": anna.id,
    }
    came = await asyncio.gather(*(extensions.create(values, ADMIN) for _ in range(3)), return_exceptions=True)
    refused = [one for one in came if isinstance(one, BaseException)]
    assert len(refused) == 2
    assert all(isinstance(one, Conflict) for one in refused)


async def test_a_member_keeps_the_key_of_an_import(demo: Database, directory: SnapshotDirectory) -> None:
    groups = Entries(demo, plain.GROUPS)
    (group,) = await groups.list(where={}, q="teknisk jour")
    members = list(reversed(group.values["members"]))
    changed = await groups.change(group.id, {"members": members}, group.version, ADMIN)
    assert changed.values["members"] == members
    assert changed.version == group.version + 1
    demo_folder = Path(__file__).parents[3] / "demo" / "directory"
    again = (await import_folder(demo, demo_folder)).tables[
        "group_members"
    ]  # knows them, in the file's order
    moved = sum(one != other for one, other in zip(members, group.values["members"], strict=True))
    assert (again.created, again.changed) == (0, moved)


async def test_a_person_begins_moves_at_the_new_year_and_leaves(
    demo: Database, directory: SnapshotDirectory, anna: Person
) -> None:
    nils = next(row for row in directory.register.persons.rows if row.operation_id != anna.operation_id)
    persons = Persons(demo, NOW)
    values = {"given_name": LETTERS, "family_name": "Ek", "department": anna.department_id}
    made = await persons.create(values, ["b", "a"], date(2026, 12, 31), ADMIN)
    assert made.person.functions == ("b", "a")
    assert (made.person.title, made.person.language) == ("", "sv")
    moved = await persons.change(
        made.person.id,
        {"department": nils.department_id},
        ["a"],
        date(2027, 1, 1),
        version=made.details.version,
        by=ADMIN,
    )
    assert moved.person.department_id == anna.department_id
    assert moved.person.functions == ("a",)
    new_year = Persons(demo, NOW + timedelta(minutes=30))
    assert (await new_year.get(made.person.id)).person.department_id == nils.department_id
    assert made.person.id in await new_year.stale(NOW)
    confirmed = await new_year.confirm(made.person.id, moved.details.version, ADMIN)
    assert made.person.id not in await new_year.stale(NOW)
    gone = await new_year.end(made.person.id, confirmed.details.version, ADMIN)
    assert gone.details.ended_at == NOW + timedelta(minutes=30)
    assert (await new_year.get(made.person.id)).person.name == f"{LETTERS} Ek"


KEEPING = {"operations.head_id", "operations.telephone_manager_id", "cost_centres.manager_id"}
"""What somebody answers for keeps them from being ended. All else that is theirs ends with them."""


async def test_whatever_refers_to_a_person_ends_with_them_or_keeps_them(demo: Database, anna: Person) -> None:
    await everything_of_maja(demo, NOW - timedelta(days=1))  # a row in every table
    async with demo.changing(ADMIN) as session:  # their mobile alone is not over
        await session.execute(
            update(MobileRow).where(MobileRow.number == NUMBER).values(ended_at=NOW - timedelta(days=1))
        )
    persons, kept = Persons(demo, NOW), set()
    values = {"given_name": "Maja", "family_name": "Ek", "department": anna.department_id}
    for table, column in _referring_to_persons():
        maja = await persons.create(values, [], date(2026, 12, 31), ADMIN)
        async with demo.changing(ADMIN) as session:
            row = (
                await session.scalars(select(table).where(table.ended_at == NOW - timedelta(days=1)))
            ).one()
            row.ended_at = None
            setattr(row, column, maja.person.id)
            if column == "target_id":
                row.kind = "person"
        try:
            await persons.end(maja.person.id, maja.details.version, ADMIN)
        except NotPossible:
            kept.add(f"{table.__tablename__}.{column}")
        async with demo.changing(ADMIN) as session:
            row = await session.get_one(table, row.id)
            is_ended, row.ended_at = row.ended_at == NOW, NOW - timedelta(days=1)
        assert is_ended != (f"{table.__tablename__}.{column}" in kept)
    assert kept == KEEPING


def _referring_to_persons() -> list[tuple[Any, str]]:
    found = []
    for table in (mapper.class_ for mapper in Base.registry.mappers):
        if issubclass(table, Imported):
            found += [(table, column) for column, to in references(table).items() if to is PersonRow]
            found += [(table, "target_id")] if "target_id" in table.__table__.c else []
    return found


async def test_notices_are_read_by_edition(demo: Database, anna: Person) -> None:
    notices = Notices(demo)
    notice = await notices.write("Vi flyttar.", anna.operation_id, NOW, ADMIN)
    read = await notices.acknowledge(notice.id, anna.id, NOW, notice.version, ADMIN)
    assert [one.person_id for one in read.acknowledged] == [anna.id]
    assert await notices.list(unread_by=anna.id) == []
    changed = await notices.change(notice.id, "Vi flyttar inte.", notice.version, ADMIN)
    assert changed.acknowledged == ()
    assert [one.id for one in await notices.list(unread_by=anna.id)] == [notice.id]
    await notices.acknowledge(notice.id, anna.id, NOW, changed.version, ADMIN)
    assert (await notices.end(notice.id, NOW, changed.version, ADMIN)).ended_at == NOW
    with pytest.raises(FieldRefused):
        await notices.write("Vi flyttar.", new_id(), NOW, ADMIN)


async def test_flags_messages_and_trainings_are_scoped(demo: Database, anna: Person) -> None:
    flag = await Flags(demo).flag(anna.id, "title", "", NOW, ADMIN)
    training = await Trainings(demo).add(anna.id, "", NOW, ADMIN)
    written = Written(None, anna.department_id, "", "Ring", False, NOW)
    message = await Messages(demo).write(written, NOW, ADMIN)
    for within, seen in ((Within(operations={anna.operation_id}), 1), (Within(operations={new_id()}), 0)):
        assert len(await Flags(demo).list(within=within)) == seen
        assert len(await Trainings(demo).list(within=within)) == seen
        assert len(await Messages(demo).list(within=within, state=MessageState.NEW)) == seen
    assert (await Flags(demo).close(flag.id, NOW, 1, ADMIN)).closed_by == "admin"
    assert (await Trainings(demo).tick_off(training.id, NOW, 1, ADMIN)).done_by == "admin"
    late = await Messages(demo).list(overdue_at=NOW + timedelta(hours=1))
    assert [one.message.id for one in late] == [message.message.id]


async def test_who_comes_with_a_later_import_is_new(database: Database, tmp_path: Path) -> None:
    """The first one brings those who have been there all the time."""
    write(
        tmp_path,
        organisations="id,name\nnora,Nora kommun\n",
        operations="id,name,organisation\nteknik,Teknik,nora\n",
        departments="id,name,operation\ngata,Gatukontoret,teknik\n",
        persons=PERSONS,
    )
    await import_folder(database, tmp_path)
    assert await Trainings(database).list() == []
    write(tmp_path, persons=PERSONS + "p3,Eva,Ny,gata,\n")
    await import_folder(database, tmp_path)
    (new,) = await Trainings(database).list(done=False)
    person = await Persons(database, datetime.now(UTC)).get(new.person_id)
    assert person.person.name == "Eva Ny"
