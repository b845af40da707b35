"""What the API reads and changes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.auditing import Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.absences import AbsenceFields, Absences
from hanvisa.directory.repositories.audit import Audit
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.repositories.exceptions import ExceptionFields, Exceptions
from hanvisa.directory.repositories.forwardings import ForwardingFields, Forwardings
from hanvisa.directory.repositories.persons import Persons
from hanvisa.directory.repositories.scoping import Within
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.directory.tables import DecisionRow
from hanvisa.errors import Conflict, InvalidInput, NotFound
from hanvisa.ids import new_id
from hanvisa.policy.facts import Person, ScopeKind

ANNA = Actor("anna.sundqvist", new_id())
NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


@pytest.fixture
def anna(directory: SnapshotDirectory) -> Person:
    return next(row for row in directory.register.persons.rows if row.given_name == "Anna")


def meeting(person: Person, **fields: Any) -> AbsenceFields:
    return AbsenceFields(person.id, "1", **{"starts_at": NOW, "ends_at": NOW + HOUR, **fields})


async def test_an_absence_is_set_changed_and_ended(
    demo: Database, directory: SnapshotDirectory, anna: Person
) -> None:
    absences = Absences(demo)
    record = await absences.create(meeting(anna, note="rum 3"), ANNA)
    assert directory.register.absences_of(anna.id) == (record.absence,)
    assert (record.note, record.source, record.version) == ("rum 3", "api", 1)

    later = replace(record.fields, ends_at=NOW + 2 * HOUR)
    changed = await absences.change(record.absence.id, later, record.version, ANNA)
    assert (changed.absence.ends_at, changed.version) == (NOW + 2 * HOUR, 2)
    assert changed == await absences.get(record.absence.id)

    ended = await absences.end(record.absence.id, NOW, changed.version, ANNA)
    assert ended.absence.ends_at == NOW
    assert not directory.register.absences_of(anna.id)


async def test_a_change_of_what_somebody_else_changed_is_refused(demo: Database, anna: Person) -> None:
    absences = Absences(demo)
    record = await absences.create(meeting(anna), ANNA)
    await absences.end(record.absence.id, NOW + HOUR / 2, record.version, ANNA)
    with pytest.raises(Conflict, match="version is 2, not 1"):
        await absences.change(record.absence.id, record.fields, record.version, ANNA)


async def test_what_an_absence_refers_to_must_be_there(demo: Database, anna: Person) -> None:
    absences = Absences(demo)
    with pytest.raises(InvalidInput, match="reason: there is no reason of absence with the code '77'"):
        await absences.create(replace(meeting(anna), reason="77"), ANNA)
    with pytest.raises(InvalidInput, match="substitute: there is no person"):
        await absences.create(meeting(anna, substitute_id=new_id()), ANNA)
    with pytest.raises(InvalidInput, match="is not after starts_at"):
        await absences.create(meeting(anna, ends_at=NOW), ANNA)
    with pytest.raises(NotFound, match="There is no absence"):
        await absences.get(new_id())


async def test_lists_go_on_where_they_stopped_and_keep_to_whom_they_are_for(
    demo: Database, directory: SnapshotDirectory, anna: Person
) -> None:
    absences = Absences(demo)
    everyone = await absences.list(not_ended_at=datetime.now(UTC))
    first = await absences.list(limit=5)
    rest = await absences.list(after=first[-1].absence.id)
    assert [*first, *rest] == everyone
    own = await absences.list(within=Within(operations=[anna.operation_id]))
    theirs = {row.id for row in directory.register.persons.rows if row.operation_id == anna.operation_id}
    assert own
    assert {record.absence.person_id for record in own} <= theirs
    assert not await absences.list(within=Within())
    assert not await absences.list(person_id=anna.id)


async def test_every_change_says_who_and_from_what_to_what(demo: Database, anna: Person) -> None:
    record = await Forwardings(demo).create(ForwardingFields(anna.id, "202", NOW, NOW + HOUR), ANNA)
    await Forwardings(demo).end(record.forwarding.id, NOW, record.version, ANNA)
    changed, created = await Audit(demo).list(table="forwardings", row_id=str(record.forwarding.id))
    assert (created.by, created.user_id, created.action, created.before) == (
        ANNA.name,
        ANNA.user_id,
        "created",
        None,
    )
    assert created.after is not None
    assert created.after["target"] == "202"
    assert changed.action == "changed"
    assert changed.before == {"ends_at": (NOW + HOUR).isoformat()}
    assert changed.after == {"ends_at": NOW.isoformat()}


async def test_what_is_refused_leaves_no_trace(demo: Database, anna: Person) -> None:
    before = await Audit(demo).list(limit=1)
    with pytest.raises(InvalidInput):
        await Forwardings(demo).create(ForwardingFields(anna.id, "202", NOW, NOW), ANNA)
    assert await Audit(demo).list(limit=1) == before


async def test_an_exception_for_some_operators(
    demo: Database, directory: SnapshotDirectory, anna: Person
) -> None:
    operators = frozenset(row.person_id for row in directory.register.operators.rows[:2])
    fields = ExceptionFields(
        ScopeKind.PERSON, "jour", NOW, NOW + HOUR, scope_id=anna.id, operators=operators, max_uses=3
    )
    record = await Exceptions(demo).create(fields, ANNA)
    assert record.fields == fields
    assert record.exception.granted_by == ANNA.name
    nobody = replace(fields, operators=frozenset())
    changed = await Exceptions(demo).change(record.exception.id, nobody, record.version, ANNA)
    assert changed.exception.operators == frozenset()
    everyone = replace(fields, operators=None)
    changed = await Exceptions(demo).change(record.exception.id, everyone, changed.version, ANNA)
    assert directory.register.exceptions.rows == (changed.exception,)
    assert changed.exception.operators is None
    assert await Exceptions(demo).list(in_force_at=NOW) == [changed]
    assert not await Exceptions(demo).list(in_force_at=NOW + HOUR)


async def test_exceptions_made_on_the_spot_are_found_by_it_and_by_when(
    demo: Database, directory: SnapshotDirectory, anna: Person
) -> None:
    kept = Exceptions(demo)
    fields = ExceptionFields(ScopeKind.PERSON, "jour", NOW, NOW + HOUR, scope_id=anna.id)
    beforehand = await kept.create(fields, ANNA)
    made = await kept.create(replace(fields, max_uses=1, call="hv-k-1"), ANNA)
    assert made.fields.call == "hv-k-1"
    assert [row.call for row in directory.register.exceptions.rows] == [None, "hv-k-1"]
    assert await kept.list(on_the_spot=True) == [made]
    assert await kept.list(on_the_spot=False) == [beforehand]
    assert await kept.list(since=NOW) == [beforehand, made]
    assert await kept.list(on_the_spot=True, since=NOW + timedelta(seconds=1)) == []


@pytest.mark.parametrize(
    ("scope", "fields", "because"),
    [
        (ScopeKind.PERSON, {}, "scope: person needs an id"),
        (ScopeKind.PERSON, {"scope_id": new_id()}, "scope: there is no person"),
        (ScopeKind.NUMBER, {}, "scope: number needs a number"),
        (ScopeKind.EVERYONE, {"number": "+46701740605"}, "scope: everyone has no number"),
    ],
)
async def test_an_exception_needs_its_scope(
    demo: Database, scope: ScopeKind, fields: dict[str, Any], because: str
) -> None:
    with pytest.raises(InvalidInput, match=because):
        await Exceptions(demo).create(ExceptionFields(scope, "jour", NOW, NOW + HOUR, **fields), ANNA)


async def test_details_and_reasons(demo: Database, anna: Person) -> None:
    record = await Persons(demo, NOW).get(anna.id)
    assert record.person == anna
    details = record.details
    assert (details.external_id, details.email) == ("anna.sundqvist", "anna.sundqvist@example.org")
    with pytest.raises(NotFound):
        await Persons(demo, NOW).get(new_id())


@dataclass
class Story:
    """A call's entries, one after another."""

    call_id: str
    at: datetime
    seq: int = 10**15

    def entry(self, kind: str, **data: Any) -> CallEntry:
        self.seq += 1
        self.at += timedelta(seconds=1)
        return CallEntry(self.call_id, self.seq, self.at, kind, data)


def told(person: Person, operator: UUID, call_id: str = "hv-1", at: datetime = NOW) -> list[CallEntry]:
    story = Story(call_id, at)
    return [
        story.entry("opened", side="carrier", caller="+46980319244", called="0980319200", caller_person=""),
        story.entry("outcome", outcome="operator", operator=str(operator)),
        story.entry(
            "decision", decision="join", schema=1, effect="refuse", rules=["O2"], facts={"touched": True}
        ),
        story.entry("outcome", outcome="referred", person=str(person.id), unreferred=True),
        story.entry("closed", reason="ended"),
    ]


async def test_a_call_is_kept_once_however_often_it_is_told(
    demo: Database, directory: SnapshotDirectory, anna: Person
) -> None:
    calls = CallRecords(demo)
    entries = told(anna, directory.register.operators.rows[0].person_id)
    await calls.append(entries[:3])
    await calls.append(entries)
    await calls.append([*entries, *entries])
    assert await calls.entries("hv-1") == entries
    call = await calls.get("hv-1")
    assert (call.started_at, call.ended_at) == (entries[0].at, entries[-1].at)
    assert (call.caller, call.called, call.outcome) == ("+46980319244", "0980319200", "referred")
    assert call.unreferred
    assert (call.person_id, call.department_id) == (anna.id, anna.department_id)
    assert (call.operation_id, call.organisation_id) == (anna.operation_id, anna.organisation_id)
    assert call.cost_centre_id is not None
    async with demo.reading() as session:
        decision = (await session.scalars(select(DecisionRow))).one()
    assert (decision.effect, decision.rules, decision.schema_version) == ("refuse", ["O2"], 1)
    assert decision.facts == {"touched": True}


async def test_calls_are_listed_the_newest_first(
    demo: Database, directory: SnapshotDirectory, anna: Person
) -> None:
    calls = CallRecords(demo)
    operator = directory.register.operators.rows[0].person_id
    for number in range(4):
        await calls.append(told(anna, operator, f"hv-{number}", NOW + number * HOUR))
    newest = await calls.list(limit=2)
    assert [call.id for call in newest] == ["hv-3", "hv-2"]
    rest = await calls.list(after=(newest[-1].started_at, newest[-1].id))
    assert [call.id for call in rest] == ["hv-1", "hv-0"]
    assert len(await calls.list(taking_part=[operator])) == len(await calls.list(taking_part=[anna.id])) == 4
    assert not await calls.list(taking_part=[])
    assert not await calls.list(taking_part=[new_id()])
    assert [call.id for call in await calls.list(since=NOW + 3 * HOUR)] == ["hv-3"]
    with pytest.raises(NotFound):
        await calls.get("hv-9")


async def test_a_call_belongs_where_the_person_did_on_its_day_or_to_the_department_that_was_sought(
    demo: Database, directory: SnapshotDirectory, anna: Person
) -> None:
    calls = CallRecords(demo)
    department = next(row for row in directory.register.departments.rows if row.id != anna.department_id)
    past, sought = Story("hv-1", datetime(1900, 1, 1, tzinfo=UTC)), Story("hv-2", NOW)
    await calls.append(
        [
            past.entry("outcome", outcome="referred", person=str(anna.id)),
            sought.entry("outcome", outcome="referred", person=str(anna.id), department=str(department.id)),
        ]
    )
    assert (await calls.get("hv-1")).department_id is None
    assert (await calls.get("hv-2")).department_id == department.id


async def test_two_that_tell_of_the_same_call_at_once_both_have_their_say(
    demo: Database, other: Database
) -> None:
    story = Story("hv-1", NOW)
    await CallRecords(demo).append([story.entry("opened", side="carrier")])
    outcome, closed = story.entry("outcome", outcome="operator"), story.entry("closed", reason="ended")
    await asyncio.gather(CallRecords(demo).append([outcome]), CallRecords(other).append([closed]))
    call = await CallRecords(demo).get("hv-1")
    assert (call.side, call.outcome, call.ended_at) == ("carrier", "operator", closed.at)


async def test_a_call_with_slips_in_its_story_is_kept_all_the_same(demo: Database) -> None:
    calls = CallRecords(demo)
    story = Story("hv-1", NOW)
    await calls.append([story.entry("outcome", outcome=None, person="nobody"), story.entry("key", digit="1")])
    assert (await calls.get("hv-1")).person_id is None
