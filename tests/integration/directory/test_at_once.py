"""Two admins change the same thing at once, each from a process of their own: one has it, the other is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hanvisa.directory import engine
from hanvisa.directory.auditing import Actor, read_counters
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.imports import import_files, people
from hanvisa.directory.imports.report import ImportReport
from hanvisa.directory.phone_changes import ChangesByPhone
from hanvisa.directory.postgres import Waits
from hanvisa.directory.repositories import plain, turns
from hanvisa.directory.repositories.absences import AbsenceFields, Absences
from hanvisa.directory.repositories.audit import Audit
from hanvisa.directory.repositories.entries import Entries
from hanvisa.directory.repositories.exceptions import ExceptionFields, Exceptions
from hanvisa.directory.repositories.flags import Flags
from hanvisa.directory.repositories.forwardings import ForwardingFields, Forwardings
from hanvisa.directory.repositories.mobiles import MobileFields, Mobiles
from hanvisa.directory.repositories.notices import Notices
from hanvisa.directory.repositories.operators import Operators
from hanvisa.directory.repositories.persons import Persons
from hanvisa.directory.repositories.refusals import FieldRefused, NotPossible
from hanvisa.directory.repositories.settings import KeptSettings
from hanvisa.directory.repositories.trainings import Trainings
from hanvisa.directory.repositories.users import UserFields, Users
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.errors import Conflict, Contradiction, Locked
from hanvisa.policy.facts import Person, ScopeKind, TargetKind
from integration.directory.conftest import PostgresTemplates

NOW = datetime(2026, 8, 5, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIRST, SECOND = Actor("first"), Actor("second")
Change = Callable[[Database, Actor], Awaitable[Any]]


@dataclass(frozen=True)
class World:
    database: Database
    directory: SnapshotDirectory
    anna: Person


async def a_site(world: World) -> Change:
    made = await Entries(world.database, plain.SITES).create(
        {"name": "Tingshuset", "organisation_id": world.anna.organisation_id}, FIRST
    )
    return lambda database, by: Entries(database, plain.SITES).change(
        made.id, {"name": by.name}, made.version, by
    )


async def a_group(world: World) -> Change:
    """Whose members are in another table."""
    made = await Entries(world.database, plain.GROUPS).create(
        {"name": "Jour", "organisation_id": world.anna.organisation_id, "members": []}, FIRST
    )
    members = [{"person_id": world.anna.id, "number": None}]
    return lambda database, by: Entries(database, plain.GROUPS).change(
        made.id, {"members": members if by is FIRST else [*members, _OUTSIDE]}, made.version, by
    )


async def a_person(world: World) -> Change:
    version = (await Persons(world.database, NOW).get(world.anna.id)).details.version
    return lambda database, by: Persons(database, NOW).change(
        world.anna.id, {"title": by.name}, None, date(2026, 8, 5), version=version, by=by
    )


async def a_move(world: World) -> Change:
    """To other departments: at the end they belong to one."""
    version = (await Persons(world.database, NOW).get(world.anna.id)).details.version
    first, second = [
        one.id for one in world.directory.register.departments.rows if one.id != world.anna.department_id
    ][:2]
    return lambda database, by: Persons(database, NOW).change(
        world.anna.id,
        {"department": first if by is FIRST else second},
        None,
        date(2026, 8, 5),
        version=version,
        by=by,
    )


async def an_operator(world: World) -> Change:
    (operator, *_) = await Operators(world.database).list()
    boards = [one.id for one in world.directory.register.switchboards.rows]
    served = set(operator.operator.switchboard_ids)
    others = [served ^ {board} for board in boards[:2]]
    return lambda database, by: Operators(database).change(
        operator.operator.person_id, None, others[by is SECOND], operator.version, by
    )


async def a_setting(world: World) -> Change:
    """That nobody has changed before."""
    return lambda database, by: KeptSettings(database).change(
        "exception_longest", 10 if by is FIRST else 20, 0, NOW, by
    )


async def a_setting_again(world: World) -> Change:
    await KeptSettings(world.database).change("exception_longest", 5, 0, NOW, FIRST)
    return lambda database, by: KeptSettings(database).change(
        "exception_longest", 10 if by is FIRST else 20, 1, NOW, by
    )


async def a_mobile(world: World) -> Change:
    fields = MobileFields(world.anna.id, "+46701740690", "Bolaget", "Arbetar på fältet", "Chefen", NOW)
    made = await Mobiles(world.database).create(fields, FIRST)
    return lambda database, by: Mobiles(database).change(
        made.id, replace(fields, grounds=by.name), made.version, by
    )


async def an_absence(world: World) -> Change:
    fields = AbsenceFields(world.anna.id, "1", NOW, NOW + HOUR)
    made = await Absences(world.database).create(fields, FIRST)
    return lambda database, by: Absences(database).change(
        made.absence.id, replace(made.fields, note=by.name), made.version, by
    )


async def a_forwarding(world: World) -> Change:
    made = await Forwardings(world.database).create(
        ForwardingFields(world.anna.id, "202", NOW, NOW + HOUR), FIRST
    )
    ends = {FIRST: NOW + 2 * HOUR, SECOND: NOW + 3 * HOUR}
    return lambda database, by: Forwardings(database).change(
        made.forwarding.id, replace(made.fields, ends_at=ends[by]), made.version, by
    )


async def an_exception(world: World) -> Change:
    fields = ExceptionFields(ScopeKind.EVERYONE, "Jour i helgen", NOW, NOW + HOUR)
    made = await Exceptions(world.database).create(fields, FIRST)
    return lambda database, by: Exceptions(database).change(
        made.exception.id, replace(fields, reason=by.name), made.version, by
    )


async def a_notice(world: World) -> Change:
    made = await Notices(world.database).write("Vi flyttar.", None, NOW, FIRST)
    return lambda database, by: Notices(database).change(made.id, by.name, made.version, by)


async def a_training(world: World) -> Change:
    made = await Trainings(world.database).add(world.anna.id, "", NOW, FIRST)
    return lambda database, by: Trainings(database).tick_off(made.id, NOW, made.version, by)


async def a_flag(world: World) -> Change:
    made = await Flags(world.database).flag(world.anna.id, "title", "", NOW, FIRST)
    return lambda database, by: Flags(database).close(made.id, NOW, made.version, by)


async def a_user(world: World) -> Change:
    made = await Users(world.database).create(UserFields("tor", None, frozenset()), None, FIRST)
    return lambda database, by: Users(database).change(
        made.id, UserFields(f"tor {by.name}", None, frozenset()), made.version, by
    )


_OUTSIDE = {"person_id": None, "number": "+46980319230"}
THINGS = (
    a_site,
    a_group,
    a_person,
    a_move,
    an_operator,
    a_setting,
    a_setting_again,
    a_mobile,
    an_absence,
    a_forwarding,
    an_exception,
    a_notice,
    a_training,
    a_flag,
    a_user,
)


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.__name__)
async def test_one_has_it_and_the_other_is_told(
    demo: Database,
    other: Database,
    directory: SnapshotDirectory,
    thing: Callable[[World], Awaitable[Change]],
) -> None:
    anna = next(row for row in directory.register.persons.rows if row.given_name == "Anna")
    change = await thing(World(demo, directory, anna))
    before = {entry.id for entry in await Audit(demo).list(limit=200)}
    came = await asyncio.gather(change(demo, FIRST), change(other, SECOND), return_exceptions=True)
    (refused,) = (error for error in came if isinstance(error, BaseException))
    assert isinstance(refused, Conflict), came
    assert not isinstance(refused, Contradiction)  # which would be no 412
    by = FIRST if isinstance(came[1], BaseException) else SECOND
    told = {entry.by for entry in await Audit(demo).list(limit=200) if entry.id not in before}
    assert told == {by.name}


async def test_of_two_who_grant_the_same_exception_in_one_name_one_has_it(
    demo: Database, other: Database
) -> None:
    """A client that asks again before the first is stored. Several times: one may be done before the other begins."""
    for hours in range(1, 11):
        fields = ExceptionFields(ScopeKind.EVERYONE, "Jour i helgen", NOW, NOW + hours * HOUR, max_uses=1)
        came = await asyncio.gather(
            *(Exceptions(database).create(fields, FIRST) for database in (demo, other)),
            return_exceptions=True,
        )
        (refused,) = (error for error in came if isinstance(error, BaseException))
        assert isinstance(refused, NotPossible), came
    assert len(await Exceptions(demo).list(in_force_at=NOW)) == 10


async def test_a_number_becomes_a_switchboards_and_a_groups_by_two_at_once_for_one_of_them(
    demo: Database, other: Database, directory: SnapshotDirectory
) -> None:
    """Nobody would be rung by it. Several times: one may be done before the other begins."""
    board = directory.register.switchboards.rows[0]
    for last in range(5):
        number = f"+4698031923{last}"
        ours = {"number": number, "kind": TargetKind.SWITCHBOARD, "target_id": board.id}
        group = {
            "name": "Jour",
            "organisation_id": board.organisation_id,
            "members": [{"person_id": None, "number": number}],
        }
        came = await asyncio.gather(
            Entries(demo, plain.NUMBERS).create(ours, FIRST),
            Entries(other, plain.GROUPS).create(group, SECOND),
            return_exceptions=True,
        )
        (refused,) = (error for error in came if isinstance(error, BaseException))
        assert isinstance(refused, FieldRefused), came


async def test_an_extension_and_a_prefix_that_make_a_number_read_two_ways_do_not_come_at_once(
    demo: Database, other: Database, directory: SnapshotDirectory
) -> None:
    """Of two organisations: 97411, and 411 behind 97."""
    board = directory.register.switchboards.rows[0]
    to_board = {"kind": TargetKind.SWITCHBOARD, "target_id": board.id}
    for digit in range(5):
        made = await Entries(demo, plain.ORGANISATIONS).create({"name": f"Bolag {digit}"}, FIRST)
        inner = {"number": "411", "organisation_id": made.id, **to_board}
        await Entries(demo, plain.EXTENSIONS).create(inner, FIRST)
        outer = {"number": f"9{digit}411", "organisation_id": board.organisation_id, **to_board}
        came = await asyncio.gather(
            Entries(demo, plain.ORGANISATIONS).change(made.id, {"prefix": f"9{digit}"}, made.version, FIRST),
            Entries(other, plain.EXTENSIONS).create(outer, SECOND),
            return_exceptions=True,
        )
        (refused,) = (error for error in came if isinstance(error, BaseException))
        assert isinstance(refused, FieldRefused), came


async def test_a_group_does_not_end_while_an_import_has_a_number_lead_to_it(
    demo: Database, other: Database, directory: SnapshotDirectory
) -> None:
    fields = {"name": "Jour", "organisation_id": directory.register.organisations.rows[0].id, "members": []}
    group = await Entries(demo, plain.GROUPS).create({**fields, "external_id": "jour"}, FIRST)
    ending: list[asyncio.Task[object]] = []

    def end_it(_: ImportReport) -> None:
        """When the import has read what is there, and before it writes."""
        groups = Entries(other, plain.GROUPS)
        ending.append(asyncio.create_task(groups.end(group.id, NOW, group.version, SECOND)))

    files = {"numbers.csv": b"number,kind,target\n0980-31 92 39,group,jour\n"}
    await import_files(demo, files, FIRST, agree=end_it)
    (came,) = await asyncio.gather(*ending, return_exceptions=True)
    assert isinstance(came, NotPossible), came


async def test_a_department_does_not_end_while_people_are_brought_into_it(
    demo: Database, other: Database, directory: SnapshotDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a directory of people."""
    fields = {"name": "Arkivet", "operation_id": directory.register.operations.rows[0].id}
    made = await Entries(demo, plain.DEPARTMENTS).create({**fields, "external_id": "arkiv"}, FIRST)
    apply, ending = people.apply, list[asyncio.Task[object]]()

    async def while_it_ends(*given: Any) -> None:
        departments = Entries(other, plain.DEPARTMENTS)
        ending.append(asyncio.create_task(departments.end(made.id, NOW, made.version, FIRST)))
        await apply(*given)
        await asyncio.wait(ending, timeout=0.5)  # it would be done by then

    monkeypatch.setattr(people, "apply", while_it_ends)
    bo = people.Told("bo", {"id": "bo", "given_name": "Bo", "family_name": "Alm", "department": "arkiv"})
    brought = await people.import_people(demo, [bo], SECOND, departments={}, most_ended=100)
    assert not brought.left_out
    (ended,) = await asyncio.gather(*ending, return_exceptions=True)
    assert isinstance(ended, NotPossible), ended


async def test_those_who_wait_for_an_import_leave_others_their_connections(
    postgres_templates: PostgresTemplates, tmp_path: Path
) -> None:
    """More of them than the pool has: else nobody's phone would be heeded meanwhile."""
    url = postgres_templates.with_demo(tmp_path)
    database, importing = open_database(url), open_database(url)
    organisations = Entries(database, plain.ORGANISATIONS)
    async with turns.changing_register(importing, FIRST):
        waiting = [
            asyncio.create_task(organisations.create({"name": f"Bolag {number}"}, SECOND))
            for number in range(20)
        ]
        await asyncio.wait(waiting, timeout=0.5)  # they have asked by then
        await ChangesByPhone(database.hurried(2.0)).mark_next_call("anna")
    assert len({made.id for made in await asyncio.gather(*waiting)}) == 20
    await database.close()
    await importing.close()


async def test_who_waits_for_an_import_in_the_same_process_is_told_in_a_while(
    demo: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_LONGEST", 0.2)
    organisations = Entries(demo, plain.ORGANISATIONS)
    async with turns.changing_register(demo, FIRST):
        with pytest.raises(Locked, match="Others are changing the register"):
            await organisations.create({"name": "Bolaget"}, SECOND)
    await organisations.create({"name": "Bolaget"}, SECOND)


async def test_who_waits_for_an_import_in_another_process_is_told_the_same(
    demo_url: str, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_PRAGMAS", (*engine._PRAGMAS, "busy_timeout=200"))
    ours = open_database(demo_url, Waits(lock=0.2))
    organisations = Entries(ours, plain.ORGANISATIONS)
    async with turns.changing_register(other, FIRST) as session:
        await read_counters(session)  # as an import does: on SQLite it is from here on that it has the lock
        with pytest.raises(Locked, match="Others are changing the register"):
            await organisations.create({"name": "Bolaget"}, SECOND)
    await organisations.create({"name": "Bolaget"}, SECOND)
    await ours.close()
