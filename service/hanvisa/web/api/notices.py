"""Notices of changes in an operation (T2): written by its telephone manager, read by every operator and superuser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from hanvisa.directory.repositories.notices import NoticeRecord, Notices
from hanvisa.policy.model import Text
from hanvisa.policy.register import Register
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Incoming, ListQuery, Moment, Named, Outgoing
from hanvisa.web.paging import cut, id_after
from hanvisa.web.people import named, named_person
from hanvisa.web.problems import CONFLICT, FORBIDDEN, Problem
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route

NoticeText = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=2000,
        pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x08\x0b-\x1f\x7f]*$",
    ),
]


class NoticeQuery(ListQuery):
    operation: UUID | None = None
    unread: bool = Field(default=False, description="only those that the asker has not acknowledged")
    ended: bool = Field(default=False, description="show those of the past too")


class NewNotice(Incoming):
    text: NoticeText
    operation: UUID | None = Field(default=None, description="that has changed; null: it concerns all")


class NoticeChange(Incoming):
    text: NoticeText


class Reader(Outgoing):
    person: Named
    at: Moment


class NoticeShown(Outgoing):
    id: UUID
    version: int = Field(description="its ETag, by which a change says what it starts from")
    text: str
    operation: Named | None
    written_by: str
    written_at: Moment
    ended_at: Moment | None
    acknowledged: list[Reader] = Field(description="who has read the text as it is now")
    missing: list[Named] = Field(description="operators and superusers who have not")


class NoticeList(Outgoing):
    items: list[NoticeShown]
    next: str | None


async def notices(ask: Ask[None, NoticeQuery]) -> Answer:
    query = ask.query
    found = await Notices(ask.services.database).list(
        operation_id=query.operation,
        unread_by=ask.who.person_id if query.unread else None,
        ended=query.ended,
        after=id_after(query.cursor),
        limit=query.limit + 1,
    )
    page = cut(tuple(found), lambda record: (str(record.id),), query.limit)
    readers = _readers(ask.register)
    return Answer(NoticeList(items=[_shown(ask, record, readers) for record in page.items], next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, await _find(ask))


async def create(ask: Ask[NewNotice, None]) -> Answer:
    body = ask.body
    _must_write_of(ask, body.operation)
    record = await Notices(ask.services.database).write(body.text, body.operation, ask.now, ask.who.actor)
    return replace(_answer(ask, record), status=201, location=f"/notices/{record.id}")


async def change(ask: Ask[NoticeChange, None]) -> Answer:
    record, version = await _find_to_change(ask)
    with against_others():
        record = await Notices(ask.services.database).change(record.id, ask.body.text, version, ask.who.actor)
    return _answer(ask, record)


async def end(ask: Ask[None, None]) -> Answer:
    record, version = await _find_to_change(ask)
    with against_others():
        record = await Notices(ask.services.database).end(record.id, ask.now, version, ask.who.actor)
    return _answer(ask, record)


async def acknowledge(ask: Ask[None, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.version)
    (person,) = ask.scope.persons
    with against_others():
        record = await Notices(ask.services.database).acknowledge(
            record.id, person, ask.now, version, ask.who.actor
        )
    return _answer(ask, record)


async def _find(ask: Ask[Any, Any]) -> NoticeRecord:
    return await Notices(ask.services.database).get(ask.path["id"])


async def _find_to_change(ask: Ask[Any, Any]) -> tuple[NoticeRecord, int]:
    record = await _find(ask)
    _must_write_of(ask, record.operation_id)
    return record, must_match(ask.if_match, record.version)


def _must_write_of(ask: Ask[Any, Any], operation: UUID | None) -> None:
    """Raises Problem (403) for an operation that is not the asker's."""
    if not ask.scope.everything and operation not in ask.scope.operations:
        raise Problem(
            FORBIDDEN,
            Text(
                sv="Välj en verksamhet som är din; om alla skriver administratören.",
                en="Choose an operation that is yours; of all of them the admin writes.",
            ),
        )


def _answer(ask: Ask[Any, Any], record: NoticeRecord) -> Answer:
    return Answer(_shown(ask, record, _readers(ask.register)), etag=str(record.version))


def _readers(register: Register) -> Mapping[UUID, Named]:
    """Operators and superusers, who are to read every notice."""
    return {
        one.person_id: named_person(register, one.person_id)
        for table in (register.operators, register.superusers)
        for one in table.rows
    }


def _shown(ask: Ask[Any, Any], record: NoticeRecord, readers: Mapping[UUID, Named]) -> NoticeShown:
    register = ask.register
    operation = register.operation(record.operation_id) if record.operation_id else None
    have = {one.person_id for one in record.acknowledged}
    return NoticeShown(
        id=record.id,
        version=record.version,
        text=record.text,
        operation=named(operation, record.operation_id) if record.operation_id else None,
        written_by=record.written_by,
        written_at=record.written_at,
        ended_at=record.ended_at,
        acknowledged=[
            Reader(person=named_person(register, one.person_id), at=one.at) for one in record.acknowledged
        ],
        missing=[reader for id_, reader in readers.items() if id_ not in have],
    )


ROUTES = (
    Route(
        "GET",
        "/notices",
        Action.READ_NOTICES,
        notices,
        "Notices of changes, in the order in which they were written",
        query=NoticeQuery,
        reply=NoticeList,
    ),
    Route(
        "POST",
        "/notices",
        Action.WRITE_NOTICES,
        create,
        "Tell operators and superusers of a change (T2)",
        body=NewNotice,
        reply=NoticeShown,
        status=201,
        etag=True,
    ),
    Route("GET", "/notices/{id}", Action.READ_NOTICES, read, "One notice", reply=NoticeShown, etag=True),
    Route(
        "PATCH",
        "/notices/{id}",
        Action.WRITE_NOTICES,
        change,
        "Change a notice's text: it is to be acknowledged again",
        body=NoticeChange,
        reply=NoticeShown,
        if_match=True,
        etag=True,
        refusals=(CONFLICT,),
    ),
    Route(
        "DELETE",
        "/notices/{id}",
        Action.WRITE_NOTICES,
        end,
        "End a notice: it is shown no more",
        reply=NoticeShown,
        if_match=True,
        etag=True,
    ),
    Route(
        "POST",
        "/notices/{id}/acknowledge",
        Action.ACKNOWLEDGE_NOTICES,
        acknowledge,
        "Say that one has read a notice, as it is in this version",
        reply=NoticeShown,
        if_match=True,
        etag=True,
    ),
)
