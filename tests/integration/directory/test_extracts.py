"""Extracts as they are kept (F2): the calls in them, who opened them, what the trail does not hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.auditing import SYSTEM, Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.audit import Audit
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.repositories.extracts import ExtractRecord, Extracts
from hanvisa.directory.repositories.scoping import Within
from hanvisa.directory.repositories.users import UserFields, Users
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.directory.tables import PersonRow
from hanvisa.errors import Conflict, InvalidInput
from hanvisa.policy.extracts import ExtractState
from hanvisa.policy.facts import Person

START = datetime(2026, 2, 1, tzinfo=UTC)
END = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
OUTSIDE = "+46980319244"


@pytest.fixture
def persons(directory: SnapshotDirectory) -> dict[str, Person]:
    return {row.given_name: row for row in directory.register.persons.rows}


@pytest.fixture
async def by(demo: Database, persons: dict[str, Person]) -> dict[str, Actor]:
    names = [name for name in persons if name != "Anna"][:2]
    made = [
        await Users(demo).create(UserFields(name, persons[person].id), None, SYSTEM)
        for name, person in zip(("asks", "approves"), names, strict=True)
    ]
    return {user.fields.name: Actor(user.fields.name, user.id, "192.0.2.1") for user in made}


def story(number: int, at: datetime, opened: dict[str, Any], *then: dict[str, Any]) -> Iterable[CallEntry]:
    call = f"hv-{number}"
    kinds = [("opened", opened), *(("outcome", one) for one in then), ("closed", {})]
    for seq, (kind, data) in enumerate(kinds, start=1):
        yield CallEntry(call, seq, at + timedelta(seconds=30 * (seq - 1)), kind, data)


async def calls_of(database: Database, anna: UUID, other: UUID) -> None:
    """Anna rings out (once privately), is rung, and attends; others ring others; and her calls of another month."""
    hour = timedelta(hours=1)
    out = {"side": "phone", "caller": "201", "called": OUTSIDE, "caller_person": str(anna)}
    private = {**out, "called": "+4670xxxxxxx", "private": True}
    rung = {"side": "carrier", "caller": OUTSIDE, "called": "0980319201"}
    stories = (
        story(1, START, out),
        story(2, START + hour, private),
        story(3, START + 2 * hour, rung, {"outcome": "answered", "person": str(anna)}),
        story(4, START + 3 * hour, rung, {"outcome": "operator", "operator": str(anna)}),
        story(5, START + 4 * hour, rung, {"outcome": "answered", "person": str(other)}),
        story(6, START - hour, out),
        story(7, END, out),
    )
    await CallRecords(database).append([entry for one in stories for entry in one])


async def asked(database: Database, anna: UUID, by: Actor) -> ExtractRecord:
    return await Extracts(database).request(anna, START, END, reason="Många långa samtal", at=NOW, by=by)


async def approved(database: Database, record: ExtractRecord, by: Actor) -> ExtractRecord:
    expires, tell = NOW + timedelta(days=90), NOW + timedelta(days=30)
    return await Extracts(database).approve(record.id, 1, at=NOW, expires_at=expires, tell_at=tell, by=by)


async def test_an_extract_holds_one_persons_calls_of_its_time_and_private_numbers_as_they_are_kept(
    demo: Database, persons: dict[str, Person], by: dict[str, Actor]
) -> None:
    anna = persons["Anna"].id
    await calls_of(demo, anna, next(row.id for row in persons.values() if row.id != anna))
    record = await approved(demo, await asked(demo, anna, by["asks"]), by["approves"])
    assert record == await Extracts(demo).get(record.id)
    assert (record.requester.name, record.approver and record.approver.name) == ("asks", "approves")
    calls = await Extracts(demo).open(record.id, "csv", NOW, by["asks"])
    assert [(call.part, call.number, call.private, call.outcome) for call in calls] == [
        ("caller", OUTSIDE, False, None),
        ("caller", "+4670xxxxxxx", True, None),
        ("called", OUTSIDE, False, "answered"),
        ("operator", OUTSIDE, False, "operator"),
    ]
    assert (calls[0].started_at, calls[0].ended_at) == (
        START.isoformat(),
        (START + timedelta(seconds=30)).isoformat(),
    )
    [opening] = await Extracts(demo).openings(record.id)
    assert (opening.by.name, opening.at, opening.address, opening.form) == ("asks", NOW, "192.0.2.1", "csv")


async def test_the_trail_tells_of_the_extract_and_not_what_is_in_it(
    demo: Database, persons: dict[str, Person], by: dict[str, Actor]
) -> None:
    anna = persons["Anna"].id
    await calls_of(demo, anna, anna)
    record = await approved(demo, await asked(demo, anna, by["asks"]), by["approves"])
    trail = await Audit(demo).list(table="extracts", row_id=str(record.id))
    assert [(entry.by, entry.action) for entry in trail] == [("approves", "changed"), ("asks", "created")]
    assert OUTSIDE not in str(trail)
    assert "xxxxxxx" not in str(trail)


async def test_what_two_decide_at_once_is_decided_once(
    demo: Database, other: Database, persons: dict[str, Person], by: dict[str, Actor]
) -> None:
    record = await asked(demo, persons["Anna"].id, by["asks"])
    await Extracts(other).refuse(record.id, 1, why="Inget skäl", at=NOW, by=by["approves"])
    with pytest.raises(Conflict):
        await approved(demo, record, by["approves"])
    refused = await Extracts(demo).get(record.id)
    assert (refused.state, refused.refusal, refused.tell_at) == (ExtractState.REFUSED, "Inget skäl", None)


async def test_the_person_finds_it_when_they_may_know(
    demo: Database, persons: dict[str, Person], by: dict[str, Actor]
) -> None:
    anna = persons["Anna"]
    record = await approved(demo, await asked(demo, anna.id, by["asks"]), by["approves"])
    assert record.tell_at is not None
    own = {"within": Within(persons=[anna.id]), "hidden_from": anna.id}
    before = record.tell_at - timedelta(seconds=1)
    assert not await Extracts(demo).list(now=before, **own)  # type: ignore[arg-type]
    assert await Extracts(demo).list(now=record.tell_at, **own) == [record]  # type: ignore[arg-type]
    assert await Extracts(demo).list(now=NOW, person_id=anna.id, state=ExtractState.APPROVED) == [record]
    assert not await Extracts(demo).list(now=NOW, state=ExtractState.REQUESTED)
    assert not await Extracts(demo).list(now=NOW, within=Within())
    assert not await Extracts(demo).list(now=NOW, before=record.id)


async def test_a_notice_is_owed_from_its_time_until_it_is_sent(
    demo: Database, persons: dict[str, Person], by: dict[str, Actor]
) -> None:
    anna = persons["Anna"].id
    record = await approved(demo, await asked(demo, anna, by["asks"]), by["approves"])
    assert record.tell_at is not None
    async with demo.changing(SYSTEM) as session:
        row = await session.get(PersonRow, anna)
        assert row is not None
        row.email = "anna@kommunen.test"
    assert not await Extracts(demo).owed_notices(NOW)
    [notice] = await Extracts(demo).owed_notices(record.tell_at)
    assert (notice.address, notice.requester, notice.approver) == ("anna@kommunen.test", "asks", "approves")
    await Extracts(demo).told(record.id, record.tell_at)
    assert not await Extracts(demo).owed_notices(record.tell_at)


async def test_the_system_itself_asks_for_none(demo: Database, persons: dict[str, Person]) -> None:
    with pytest.raises(InvalidInput, match="users only"):
        await asked(demo, persons["Anna"].id, SYSTEM)
