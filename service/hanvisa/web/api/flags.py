"""Flags on wrong details (S2): set with one key, closed when the detail is right or the person says that it is."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from hanvisa.directory.repositories.flags import FlagRecord, Flags
from hanvisa.policy.model import Text
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Incoming, ListQuery, Moment, Named, Note, Outgoing
from hanvisa.web.paging import cut, id_after
from hanvisa.web.people import must_cover, named_person
from hanvisa.web.problems import not_found
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route


class Detail(StrEnum):
    NAME = "name"
    TITLE = "title"
    FUNCTION = "function"
    DEPARTMENT = "department"
    NUMBER = "number"
    ABSENCE = "absence"
    OTHER = "other"


class FlagQuery(ListQuery):
    person: UUID | None = None
    closed: bool = Field(default=False, description="show those that are closed too")


class NewFlag(Incoming):
    """`{}` is enough: one key."""

    what: Detail = Detail.OTHER
    note: Note = ""


class FlagShown(Outgoing):
    id: UUID
    person: Named
    what: Detail
    note: str
    flagged_by: str
    flagged_at: Moment
    closed_at: Moment | None
    closed_by: str | None


class FlagList(Outgoing):
    items: list[FlagShown]
    next: str | None


async def flags(ask: Ask[None, FlagQuery]) -> Answer:
    query = ask.query
    found = await Flags(ask.services.database).list(
        within=ask.within,
        person_id=query.person,
        closed=query.closed,
        after=id_after(query.cursor),
        limit=query.limit + 1,
    )
    page = cut(tuple(found), lambda record: (str(record.id),), query.limit)
    return Answer(FlagList(items=[_shown(ask, record) for record in page.items], next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, await _find(ask))


async def flag(ask: Ask[NewFlag, None]) -> Answer:
    person = ask.register.person(ask.path["id"])
    if person is None:
        raise not_found(Text(sv="Den personen finns inte.", en="There is no such person."))
    must_cover(ask.scope, person)
    record = await Flags(ask.services.database).flag(
        person.id, ask.body.what, ask.body.note, ask.now, ask.who.actor
    )
    return replace(_answer(ask, record), status=201, location=f"/flags/{record.id}")


async def close(ask: Ask[None, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.version)
    with against_others():
        record = await Flags(ask.services.database).close(record.id, ask.now, version, ask.who.actor)
    return _answer(ask, record)


async def _find(ask: Ask[Any, Any]) -> FlagRecord:
    record = await Flags(ask.services.database).get(ask.path["id"])
    must_cover(ask.scope, ask.register.person(record.person_id))
    return record


def _answer(ask: Ask[Any, Any], record: FlagRecord) -> Answer:
    return Answer(_shown(ask, record), etag=str(record.version))


def _shown(ask: Ask[Any, Any], record: FlagRecord) -> FlagShown:
    return FlagShown(
        id=record.id,
        person=named_person(ask.register, record.person_id),
        what=Detail(record.what),
        note=record.note,
        flagged_by=record.flagged_by,
        flagged_at=record.flagged_at,
        closed_at=record.closed_at,
        closed_by=record.closed_by,
    )


ROUTES = (
    Route(
        "POST",
        "/persons/{id}/flags",
        Action.FLAG_DETAILS,
        flag,
        "Flag a detail of a person as wrong",
        body=NewFlag,
        reply=FlagShown,
        status=201,
        etag=True,
    ),
    Route(
        "GET",
        "/flags",
        Action.READ_FLAGS,
        flags,
        "Flags on wrong details, in the order in which they were set",
        query=FlagQuery,
        reply=FlagList,
    ),
    Route("GET", "/flags/{id}", Action.READ_FLAGS, read, "One flag", reply=FlagShown, etag=True),
    Route(
        "POST",
        "/flags/{id}/close",
        Action.CHANGE_DETAILS,
        close,
        "Close a flag: the detail has been put right",
        reply=FlagShown,
        if_match=True,
        etag=True,
    ),
)
