"""Calls that were, and why each went as it did: everybody's own. Others' are read from an extract (F2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field, JsonValue

from hanvisa.calllog.story import lines
from hanvisa.calls.ports import CallEntry
from hanvisa.directory.repositories.calls import CallRecord, CallRecords
from hanvisa.policy.model import Language, Text
from hanvisa.web.fields import Incoming, ListQuery, Moment, Named, Outgoing
from hanvisa.web.masking import Mask
from hanvisa.web.paging import Key, cut, not_ours, read_cursor
from hanvisa.web.people import named_person
from hanvisa.web.problems import FORBIDDEN, Problem
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route


class CallQuery(ListQuery):
    """The newest first."""

    person: UUID | None = Field(default=None, description="who was sought")
    operator: UUID | None = None
    since: Moment | None = None
    until: Moment | None = Field(default=None, description="not included")


class ExplainQuery(Incoming):
    language: Language | None = Field(default=None, description="none: by Accept-Language")


class CallShown(Outgoing):
    id: str
    caller: str
    caller_person: Named | None
    called: str
    person: Named | None = Field(description="who was sought")
    operator: Named | None
    organisation: UUID | None
    operation: UUID | None
    department: UUID | None
    cost_centre: UUID | None
    started_at: Moment
    ended_at: Moment | None
    outcome: str | None
    unreferred: bool = Field(description="counts as an unreferred absence of the person (G1)")
    confidential: bool
    threat: bool = Field(description="an operator has marked it as a threat: its record is kept")
    private: bool


class EventShown(Outgoing):
    seq: int
    at: Moment
    kind: str
    data: dict[str, JsonValue]


class CallRecording(Outgoing):
    """What was recorded of a call that is marked as a threat."""

    file: str = Field(description="in recordings/threats of the state folder")
    began_at: Moment
    seconds: float


class CallStory(CallShown):
    recordings: list[CallRecording]
    events: list[EventShown]


class CallList(Outgoing):
    items: list[CallShown]
    next: str | None


async def calls(ask: Ask[None, CallQuery]) -> Answer:
    query = ask.query
    found = await CallRecords(ask.services.database).list(
        taking_part=None if ask.scope.everything else ask.scope.persons,
        person_id=query.person,
        operator_id=query.operator,
        since=query.since,
        until=query.until,
        after=_after(query.cursor),
        limit=query.limit + 1,
    )
    page = cut(tuple(found), _key, query.limit)
    return Answer(CallList(items=[CallShown(**_fields(ask, one)) for one in page.items], next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    record = await find_call(ask)
    entries = await events_of(ask, record)
    events = [EventShown(seq=event.seq, at=event.at, kind=event.kind, data=event.data) for event in entries]
    return Answer(CallStory(**_fields(ask, record), recordings=_recordings(entries), events=events))


async def explain(ask: Ask[None, ExplainQuery]) -> Answer:
    record = await find_call(ask)
    story = ask.services.story(await events_of(ask, record), ask.query.language or ask.language)
    return Answer("\n".join((story.summary, "", *lines(story))) + "\n")


def _recordings(entries: list[CallEntry]) -> list[CallRecording]:
    told = [entry.data for entry in entries if entry.data.get("type") == "threat_recorded"]
    return [
        CallRecording(file=one["file"], began_at=one["began_at"], seconds=round(one["seconds"], 1))
        for one in told
    ]


async def find_call(ask: Ask[Any, Any]) -> CallRecord:
    """The call of the path. Raises Problem where the asker did not take part in it (403), NotFound."""
    record = await CallRecords(ask.services.database).get(ask.path["call"])
    taking_part = {record.person_id, record.caller_person_id, record.operator_id}
    if not ask.scope.everything and ask.scope.persons.isdisjoint(taking_part):
        raise Problem(
            FORBIDDEN,
            Text(
                sv="Samtalet ligger utanför det som dina roller omfattar.",
                en="The call lies outside of what your roles reach.",
            ),
        )
    return record


async def events_of(ask: Ask[Any, Any], record: CallRecord) -> list[CallEntry]:
    """What the asker may know of it."""
    mask = _mask(ask)
    entries = await CallRecords(ask.services.database).entries(record.id)
    return [event for entry in entries if (event := mask.event(entry)) is not None]


def _mask(ask: Ask[Any, Any]) -> Mask:
    return Mask(ask.register, ask.services.plan, ask.scope_for(Action.SEE_PROTECTED))


def _fields(ask: Ask[Any, Any], record: CallRecord) -> dict[str, Any]:
    mask = _mask(ask)

    def person(id_: UUID | None) -> Named | None:
        return named_person(ask.register, id_) if id_ is not None else None

    return {
        "id": record.id,
        "caller": mask.number(record.caller),
        "caller_person": person(record.caller_person_id),
        "called": mask.number(record.called),
        "person": person(record.person_id),
        "operator": person(record.operator_id),
        "organisation": record.organisation_id,
        "operation": record.operation_id,
        "department": record.department_id,
        "cost_centre": record.cost_centre_id,
        "started_at": record.started_at,
        "ended_at": record.ended_at,
        "outcome": record.outcome,
        "unreferred": record.unreferred,
        "confidential": record.confidential,
        "threat": record.threat,
        "private": record.private,
    }


def _key(record: CallRecord) -> Key:
    return record.started_at.isoformat(), record.id


def _after(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    key = read_cursor(cursor)
    try:
        started_at, id_ = key
        after = datetime.fromisoformat(started_at)
    except ValueError:
        raise not_ours() from None
    if after.tzinfo is None:
        raise not_ours()
    return after, id_


ROUTES = (
    Route(
        "GET", "/calls", Action.READ_CALLS, calls, "Calls, the newest first", query=CallQuery, reply=CallList
    ),
    Route("GET", "/calls/{call}", Action.READ_CALLS, read, "One call, event by event", reply=CallStory),
    Route(
        "GET",
        "/calls/{call}/explain",
        Action.READ_CALLS,
        explain,
        "Why the call went as it did, in words",
        query=ExplainQuery,
        media="text/plain",
    ),
)
