"""The training list (T1): new employees stand on it by themselves, until the telephone manager ticks them off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import Field

from hanvisa.directory.repositories.trainings import TrainingRecord, Trainings
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Incoming, ListQuery, Moment, Named, Note, Outgoing
from hanvisa.web.paging import cut, id_after
from hanvisa.web.people import must_cover, named_person, person_given
from hanvisa.web.problems import CONFLICT
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route


class TrainingQuery(ListQuery):
    person: UUID | None = None
    done: bool | None = Field(default=None, description="none: both")


class NewTraining(Incoming):
    person: UUID
    note: Note = ""


class TrainingShown(Outgoing):
    id: UUID
    person: Named
    listed_at: Moment
    note: str
    done_at: Moment | None = Field(description="null: still to be trained")
    done_by: str | None


class TrainingList(Outgoing):
    items: list[TrainingShown]
    next: str | None


async def trainings(ask: Ask[None, TrainingQuery]) -> Answer:
    query = ask.query
    found = await Trainings(ask.services.database).list(
        within=ask.within,
        person_id=query.person,
        done=query.done,
        after=id_after(query.cursor),
        limit=query.limit + 1,
    )
    page = cut(tuple(found), lambda record: (str(record.id),), query.limit)
    return Answer(TrainingList(items=[_shown(ask, record) for record in page.items], next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, await _find(ask))


async def create(ask: Ask[NewTraining, None]) -> Answer:
    must_cover(ask.scope, person_given(ask.register, ask.body.person, "person"))
    record = await Trainings(ask.services.database).add(
        ask.body.person, ask.body.note, ask.now, ask.who.actor
    )
    return replace(_answer(ask, record), status=201, location=f"/trainings/{record.id}")


async def done(ask: Ask[None, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.version)
    with against_others():
        record = await Trainings(ask.services.database).tick_off(record.id, ask.now, version, ask.who.actor)
    return _answer(ask, record)


async def _find(ask: Ask[Any, Any]) -> TrainingRecord:
    record = await Trainings(ask.services.database).get(ask.path["id"])
    must_cover(ask.scope, ask.register.person(record.person_id))
    return record


def _answer(ask: Ask[Any, Any], record: TrainingRecord) -> Answer:
    return Answer(_shown(ask, record), etag=str(record.version))


def _shown(ask: Ask[Any, Any], record: TrainingRecord) -> TrainingShown:
    return TrainingShown(
        id=record.id,
        person=named_person(ask.register, record.person_id),
        listed_at=record.listed_at,
        note=record.note,
        done_at=record.done_at,
        done_by=record.done_by,
    )


ROUTES = (
    Route(
        "GET",
        "/trainings",
        Action.READ_TRAININGS,
        trainings,
        "Who is to be trained in telephony, and who has been",
        query=TrainingQuery,
        reply=TrainingList,
    ),
    Route(
        "POST",
        "/trainings",
        Action.TICK_TRAININGS,
        create,
        "Put somebody on the list who is not new",
        body=NewTraining,
        reply=TrainingShown,
        status=201,
        etag=True,
        refusals=(CONFLICT,),
    ),
    Route(
        "GET", "/trainings/{id}", Action.READ_TRAININGS, read, "One training", reply=TrainingShown, etag=True
    ),
    Route(
        "POST",
        "/trainings/{id}/done",
        Action.TICK_TRAININGS,
        done,
        "Tick somebody off: they have been trained",
        reply=TrainingShown,
        if_match=True,
        etag=True,
    ),
)
