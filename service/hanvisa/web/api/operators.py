"""Operators: made, changed and ended by the admin; opened, paused and closed by themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from hanvisa.directory.repositories.operators import OperatorRecord, Operators
from hanvisa.policy.facts import Operator, OperatorState, TargetKind
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Change, Incoming, ListQuery, Moment, Named, Outgoing, unset
from hanvisa.web.paging import page_of
from hanvisa.web.people import must_cover, named, named_person
from hanvisa.web.problems import CONFLICT
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route


class SwitchboardShown(Outgoing):
    id: UUID
    name: str
    main_numbers: list[str] = Field(description="E.164")


class StateShown(StrEnum):
    """An open operator is offered nobody while they wrap up after a call."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    WRAPPING_UP = "wrapping_up"


class OperatorShown(Outgoing):
    person: Named
    phone: str = Field(description="the SIP account")
    switchboards: list[SwitchboardShown]
    state: StateShown
    since: Moment = Field(description="open, paused or closed")
    engaged: bool = Field(description="has a call now")


class OperatorList(Outgoing):
    items: list[OperatorShown]
    next: str | None


Switchboards = Annotated[list[UUID], Field(min_length=1, max_length=50, description="that they serve")]


class NewOperator(Incoming):
    person: UUID
    phone: UUID = Field(description="at which they sit")
    switchboards: Switchboards


class OperatorChange(Change):
    """What is left out stays as it is."""

    phone: UUID = unset()
    switchboards: Switchboards = unset()


class NewState(Incoming):
    state: OperatorState


async def operators(ask: Ask[None, ListQuery]) -> Answer:
    records = await Operators(ask.services.database).list()
    page = page_of(
        records, lambda record: (str(record.operator.person_id),), ask.query.limit, ask.query.cursor
    )
    return Answer(OperatorList(items=_shown(ask, page.items), next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, await Operators(ask.services.database).get(ask.path["person"]))


async def create(ask: Ask[NewOperator, None]) -> Answer:
    body = ask.body
    record = await Operators(ask.services.database).create(
        body.person, body.phone, body.switchboards, ask.who.actor, at=ask.now
    )
    return replace(_answer(ask, record), status=201, location=f"/operators/{body.person}")


async def change(ask: Ask[OperatorChange, None]) -> Answer:
    repository, person, body = Operators(ask.services.database), ask.path["person"], ask.body
    version = must_match(ask.if_match, (await repository.get(person)).version)
    with against_others():
        record = await repository.change(person, body.phone, body.switchboards, version, ask.who.actor)
    return _answer(ask, record)


async def end(ask: Ask[None, None]) -> Answer:
    repository, person = Operators(ask.services.database), ask.path["person"]
    version = must_match(ask.if_match, (await repository.get(person)).version)
    with against_others():
        record = await repository.end(person, version, ask.who.actor, at=ask.now)
    return _answer(ask, record)


async def set_state(ask: Ask[NewState, None]) -> Answer:
    repository = Operators(ask.services.database)
    record = await repository.get(ask.path["person"])
    must_cover(ask.scope, ask.register.person(record.operator.person_id))
    record = await repository.set_state(record.operator.person_id, ask.body.state, ask.who.actor, at=ask.now)
    return _answer(ask, record)


def _answer(ask: Ask[Any, Any], record: OperatorRecord) -> Answer:
    (shown,) = _shown(ask, [record])
    return Answer(shown, etag=str(record.version))


def _shown(ask: Ask[Any, Any], records: Collection[OperatorRecord]) -> list[OperatorShown]:
    served = {id_ for record in records for id_ in record.operator.switchboard_ids}
    switchboards = {id_: _switchboard(ask, id_) for id_ in served}
    return [_operator(ask, record.operator, switchboards) for record in records]


def _operator(
    ask: Ask[Any, Any], operator: Operator, switchboards: Mapping[UUID, SwitchboardShown]
) -> OperatorShown:
    phone = ask.register.phone(operator.phone_id)
    return OperatorShown(
        person=named_person(ask.register, operator.person_id),
        phone=phone.account if phone else "",
        switchboards=[switchboards[id_] for id_ in operator.switchboard_ids],
        state=_state(ask, operator),
        since=operator.since,
        engaged=ask.services.live_calls.is_engaged(operator.person_id),
    )


def _state(ask: Ask[Any, Any], operator: Operator) -> StateShown:
    wraps_up = operator.state is OperatorState.OPEN and ask.services.live_calls.wraps_up(operator.person_id)
    return StateShown.WRAPPING_UP if wraps_up else StateShown(operator.state.value)


def _switchboard(ask: Ask[Any, Any], id_: UUID) -> SwitchboardShown:
    numbers = ask.register.numbers_of(TargetKind.SWITCHBOARD, id_)
    return SwitchboardShown(
        id=id_,
        name=named(ask.register.switchboard(id_), id_).name,
        main_numbers=[one.number for one in numbers],
    )


ROUTES = (
    Route(
        "GET",
        "/operators",
        Action.READ_OPERATORS,
        operators,
        "Operators and their states",
        query=ListQuery,
        reply=OperatorList,
    ),
    Route(
        "POST",
        "/operators",
        Action.CHANGE_REGISTER,
        create,
        "Make a person an operator, closed at first",
        body=NewOperator,
        reply=OperatorShown,
        status=201,
        etag=True,
        refusals=(CONFLICT,),
    ),
    Route(
        "GET",
        "/operators/{person}",
        Action.READ_OPERATORS,
        read,
        "One operator",
        reply=OperatorShown,
        etag=True,
    ),
    Route(
        "PATCH",
        "/operators/{person}",
        Action.CHANGE_REGISTER,
        change,
        "Change where an operator sits, or what they serve",
        body=OperatorChange,
        reply=OperatorShown,
        if_match=True,
        etag=True,
    ),
    Route(
        "DELETE",
        "/operators/{person}",
        Action.CHANGE_REGISTER,
        end,
        "End it: the person is no operator any more",
        reply=OperatorShown,
        if_match=True,
        etag=True,
    ),
    Route(
        "POST",
        "/operators/{person}/state",
        Action.SET_OPERATORS,
        set_state,
        "Open, pause or close an operator",
        body=NewState,
        reply=OperatorShown,
        etag=True,
    ),
)
