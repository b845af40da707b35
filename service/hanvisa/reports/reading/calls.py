"""From the call log. A call belongs to the month in which it began."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.repositories.placing import Places
from hanvisa.directory.repositories.referrals import id_in, referrals_between
from hanvisa.directory.tables import (
    CallEventRow,
    CallRow,
    DecisionRow,
    OperatorRow,
    OperatorSwitchboardRow,
    SwitchboardRow,
)
from hanvisa.policy.model import Effect
from hanvisa.reports.facts import (
    DepartmentCall,
    MobileCall,
    PrivateCall,
    Referral,
    Refusal,
    SwitchboardCall,
)
from hanvisa.reports.model import Place
from hanvisa.reports.reading.source import Source, place_of

_STEPS = ("stage", "outcome", "closed")


async def referrals(source: Source) -> list[Referral]:
    found = await referrals_between(source.session, source.month.starts_at, source.month.ends_at)
    places = await source.places((one.person_id for one in found), (one.department for one in found))
    return [
        Referral(
            one.call_id,
            one.at,
            one.person_id,
            _place_in(places, one.person_id, one.department, one.at),
            one.why,
            unreferred=one.unreferred,
        )
        for one in found
    ]


async def refusals(source: Source) -> list[Refusal]:
    """By a rule. Who was sought, else who called, says where it belongs."""
    decision = DecisionRow
    query = (
        _in_month(
            select(decision.call_id, decision.at, decision.rules, decision.facts, CallRow),
            source,
            decision.call_id,
        )
        .where(decision.effect == Effect.REFUSE)
        .order_by(decision.at, decision.call_id, decision.seq)
    )
    rows = [row for row in await source.session.execute(query) if row.rules]
    joins = [row.facts.get("join", row.facts) for row in rows]
    told = [join.get("person") or {} for join in joins]
    persons = [id_in(person.get("id")) for person in told]
    removed = [id_in(person.get("in")) for person in told]
    places = await source.places(persons, removed)
    return [
        Refusal(
            row.call_id,
            row.at,
            tuple(row.rules),
            person_id if person else row.CallRow.person_id,
            id_in(join.get("touched_by")),
            _place_in(places, person_id, department, row.at) if person else _place(row.CallRow),
        )
        for row, join, person, person_id, department in zip(rows, joins, told, persons, removed, strict=True)
    ]


async def switchboard_calls(source: Source) -> list[SwitchboardCall]:
    came = CallEventRow.kind == "stage", CallEventRow.data["name"].as_string() == "AtSwitchboard"
    places = await _places_of_switchboards(source)
    stories = await _stories(source, await _calls(source, *came), _STEPS)
    return [SwitchboardCall(call.id, steps, places) for call, steps in stories]


async def private_calls(source: Source) -> list[PrivateCall]:
    calls = await source.session.scalars(_in_month(select(CallRow), source).where(CallRow.private))
    stories = await _stories(source, calls.all(), _STEPS)
    return [PrivateCall(call.id, call.caller_person_id, _place(call), steps) for call, steps in stories]


async def mobile_calls(source: Source) -> list[MobileCall]:
    told = CallEventRow.kind == "signal", CallEventRow.data["type"].as_string() == "with_mobile"
    stories = await _stories(source, await _calls(source, *told), (*_STEPS, "signal"))
    return [MobileCall(call.id, _place(call), steps) for call, steps in stories]


async def department_calls(source: Source) -> Mapping[UUID, Sequence[DepartmentCall]]:
    """By department, each call once, when the department was first looked at in it."""
    decision = DecisionRow
    query = (
        _in_month(select(decision.call_id, decision.at, decision.facts), source, decision.call_id)
        .where(decision.kind == "DepartmentFacts")
        .order_by(decision.at, decision.call_id, decision.seq)
    )
    found: defaultdict[UUID, dict[str, DepartmentCall]] = defaultdict(dict)
    for call_id, at, facts in await source.session.execute(query):
        for asked in facts.get("chain", ())[:1]:  # none: purged
            found[UUID(asked["department"]["id"])].setdefault(call_id, DepartmentCall(call_id, at))
    return {department: tuple(calls.values()) for department, calls in found.items()}


def _in_month(query: Select[Any], source: Source, call_id: Any = None) -> Select[Any]:
    if call_id is not None:
        query = query.join(CallRow, CallRow.id == call_id)
    return query.where(
        CallRow.started_at >= source.month.starts_at, CallRow.started_at < source.month.ends_at
    )


async def _calls(source: Source, *having: ColumnElement[bool]) -> Sequence[CallRow]:
    """The calls that have such an event."""
    ids = _in_month(select(CallEventRow.call_id), source, CallEventRow.call_id).where(*having)
    query = select(CallRow).where(CallRow.id.in_(ids)).order_by(CallRow.started_at, CallRow.id)
    return (await source.session.scalars(query)).all()


async def _stories(
    source: Source, calls: Iterable[CallRow], kinds: Iterable[str]
) -> list[tuple[CallRow, tuple[CallEntry, ...]]]:
    """The calls with their events of these kinds, in order."""
    event = CallEventRow
    by_id = {call.id: call for call in calls}
    steps: defaultdict[str, list[CallEntry]] = defaultdict(list)
    query = (
        _in_month(select(event.call_id, event.seq, event.at, event.kind, event.data), source, event.call_id)
        .where(event.kind.in_(tuple(kinds)))
        .order_by(event.call_id, event.seq)
    )
    for row in await source.session.execute(query):
        if row.call_id in by_id:
            steps[row.call_id].append(CallEntry(*row))
    return [(call, tuple(steps[id_])) for id_, call in by_id.items()]


async def _places_of_switchboards(source: Source) -> Mapping[UUID, Place]:
    """A switchboard belongs to its organisation, and to the operation of its operators where that is the same."""
    boards = (await source.session.execute(select(SwitchboardRow.id, SwitchboardRow.organisation_id))).all()
    query = select(OperatorSwitchboardRow.switchboard_id, OperatorRow.person_id).join(
        OperatorRow, OperatorRow.id == OperatorSwitchboardRow.operator_id
    )
    serving = (await source.session.execute(query)).all()
    places = await source.places(person for _, person in serving)
    theirs: defaultdict[UUID, set[Place]] = defaultdict(set)
    for board, person in serving:
        theirs[board].add(place_of(places.of_person(person, source.at)))
    return {board: _common(organisation, theirs[board]) for board, organisation in boards}


def _common(organisation: UUID, places: set[Place]) -> Place:
    def same(ids: set[UUID | None]) -> UUID | None:
        return ids.pop() if len(ids) == 1 else None

    return Place(
        organisation,
        same({place.operation_id for place in places}),
        same({place.department_id for place in places}),
        same({place.cost_centre_id for place in places}),
    )


def _place_in(places: Places, person: UUID | None, department: UUID | None, at: datetime) -> Place:
    """Where the person belonged then; of one who has been removed the department alone is known."""
    return place_of(places.of_person(person, at) if person else places.of_department(department))


def _place(call: CallRow) -> Place:
    return Place(call.organisation_id, call.operation_id, call.department_id, call.cost_centre_id)
