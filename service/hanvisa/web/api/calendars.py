"""Where persons have their calendars, which set their absences (G1): set by themselves, or by who may for them.

The address may hold a key to the calendar, and is never shown again, nor is a password.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from hanvisa.calendars.source import (
    CalendarKind,
    Reading,
    account_of,
    fault_of_address,
    host_of,
    is_plain,
    may_take_password,
)
from hanvisa.directory.repositories.calendar_addresses import (
    CalendarAddresses,
    CalendarFields,
    CalendarRecord,
    Keep,
)
from hanvisa.policy.model import Text
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Change, Incoming, ListQuery, Moment, Named, Outgoing, Words, Wrong, unset
from hanvisa.web.paging import cut, id_after
from hanvisa.web.people import must_cover, named_person, person_given
from hanvisa.web.problems import CONFLICT, invalid
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route


def _is_address(written: str) -> str:
    fault = fault_of_address(written)
    if fault is not None:
        raise Wrong(fault)
    return written


Address = Annotated[
    str,
    StringConstraints(max_length=2000, pattern=r"^[^\x00-\x20\x7f]+$"),
    AfterValidator(_is_address),
    Field(
        description="https:// or webcal://; never shown again, for it may hold a key",
        examples=["https://kalender.example.org/anna/kalender.ics"],
    ),
]
User = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f:]*$")]
Password = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"),
    Field(description="of the user, for this calendar alone; never shown again"),
]


class CalendarQuery(ListQuery):
    person: UUID | None = None
    ended: bool = Field(default=False, description="show those as well that are no longer read")


class NewCalendar(Incoming):
    person: UUID
    address: Address
    kind: CalendarKind = Field(description="caldav: on a CalDAV server; ical: a file on the web")
    user: User = Field(default="", description="who may read it; empty: whoever has the address")
    password: Password | None = Field(default=None, description="null: the one that several calendars have")


class CalendarChange(Change):
    """What is left out stays as it is; with another host or user the password is given again."""

    address: Address = unset()
    kind: CalendarKind = unset()
    user: User = unset()
    password: Password | None = unset()


class LastRead(Outgoing):
    asked_at: Moment
    well_at: Moment | None = Field(description="when it was last read, or had not changed")
    problem: Words | None = Field(description="why it could not be read; the absences stay as they were")
    asked_again_at: Moment | None


class CalendarShown(Outgoing):
    id: UUID
    person: Named
    host: str = Field(description="of the address, which is not shown")
    kind: CalendarKind
    user: str
    password_set_at: Moment | None = Field(description="null: it has none of its own")
    last_read: LastRead | None = Field(description="null: not asked since the service started")
    ended_at: Moment | None


class CalendarList(Outgoing):
    items: list[CalendarShown]
    next: str | None


async def calendars(ask: Ask[None, CalendarQuery]) -> Answer:
    query = ask.query
    found = await CalendarAddresses(ask.services.database).list(
        within=ask.within,
        person_id=query.person,
        ended=query.ended,
        after=id_after(query.cursor),
        limit=query.limit + 1,
    )
    page = cut(tuple(found), lambda record: (str(record.id),), query.limit)
    return Answer(CalendarList(items=[_shown(ask, record) for record in page.items], next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, await _find(ask))


async def create(ask: Ask[NewCalendar, None]) -> Answer:
    body = ask.body
    person = person_given(ask.register, body.person, "person")
    must_cover(ask.scope, person)
    fields = CalendarFields(
        person.id, body.address, body.kind, body.user, ask.now if body.password is not None else None
    )
    _check(ask, fields)
    keep = _keeping(ask, fields, body.password)
    record = await CalendarAddresses(ask.services.database).create(fields, ask.who.actor, keep)
    return replace(_answer(ask, record), status=201, location=f"/calendars/{record.id}")


async def change(ask: Ask[CalendarChange, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.version)
    given = {name: getattr(ask.body, name) for name in ask.body.model_fields_set}
    before = record.fields
    fields = replace(
        before,
        url=given.get("address", before.url),
        kind=given.get("kind", before.kind),
        user=given.get("user", before.user),
    )
    is_same = _account(fields) == _account(before)
    if "password" in given or not is_same:
        fields = replace(fields, password_set_at=ask.now if given.get("password") is not None else None)
        keep = _keeping(ask, fields, given.get("password"))
    else:
        keep = _nothing
    _check(ask, fields)
    with against_others():
        record = await CalendarAddresses(ask.services.database).change(
            record.id, fields, version, ask.who.actor, keep
        )
    return _answer(ask, record)


async def end(ask: Ask[None, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.version)
    keep = _keeping(ask, record.fields, None)
    with against_others():
        record = await CalendarAddresses(ask.services.database).end(
            record.id, ask.now, version, ask.who.actor, keep
        )
    return _answer(ask, record)


async def _find(ask: Ask[Any, Any]) -> CalendarRecord:
    record = await CalendarAddresses(ask.services.database).get(ask.path["id"])
    must_cover(ask.scope, ask.register.person(record.fields.person_id))
    return record


def _check(ask: Ask[Any, Any], fields: CalendarFields) -> None:
    """Raises Problem. What only who reaches everybody may: fetch what is not encrypted, and use a common password."""
    may_all, has_own = ask.scope.everything, fields.password_set_at is not None
    if has_own and not fields.user:
        raise invalid(
            "user", Text(sv="Lösenordet är en användares: ange vilken.", en="Give the password's user.")
        )
    if is_plain(fields.url) and (not may_all or (fields.user and not may_take_password(fields.url))):
        raise invalid(
            "address",
            Text(sv="Adressen ska börja med https://.", en="The address is to begin with https://."),
        )
    if fields.user and not has_own and not may_all:
        raise invalid(
            "password",
            Text(
                sv="Ange användarens lösenord: ett gemensamt sätts av administratören.",
                en="Give the user's password: a common one is for the administrator to set.",
            ),
        )


def _account(fields: CalendarFields) -> str:
    return account_of(fields.url, fields.user)


def _keeping(ask: Ask[Any, Any], fields: CalendarFields, password: str | None) -> Keep:
    async def keep(calendar: UUID) -> None:
        await asyncio.to_thread(ask.services.keep_calendar_password, calendar, _account(fields), password)

    return keep


async def _nothing(_: UUID) -> None:
    """The password stays."""


def _answer(ask: Ask[Any, Any], record: CalendarRecord) -> Answer:
    return Answer(_shown(ask, record), etag=str(record.version))


def _shown(ask: Ask[Any, Any], record: CalendarRecord) -> CalendarShown:
    fields = record.fields
    return CalendarShown(
        id=record.id,
        person=named_person(ask.register, fields.person_id),
        host=host_of(fields.url),
        kind=CalendarKind(fields.kind),
        user=fields.user,
        password_set_at=fields.password_set_at,
        last_read=_last_read(ask.services.calendar_read(record.id), ask.scope.everything),
        ended_at=record.ended_at,
    )


def _last_read(reading: Reading | None, may_all: bool) -> LastRead | None:
    if reading is None:
        return None
    problem = reading.problem if may_all else reading.told
    sentence = problem and Text(sv=_sentence(problem.sv), en=_sentence(problem.en))
    return LastRead(
        asked_at=reading.asked_at,
        well_at=reading.well_at,
        problem=Words.of(sentence) if sentence else None,
        asked_again_at=reading.again_at,
    )


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


ROUTES = (
    Route(
        "GET",
        "/calendars",
        Action.READ_CALENDARS,
        calendars,
        "Calendars that set absences, in the order in which they were made",
        query=CalendarQuery,
        reply=CalendarList,
    ),
    Route(
        "POST",
        "/calendars",
        Action.SET_CALENDARS,
        create,
        "Read a person's absences from their calendar",
        body=NewCalendar,
        reply=CalendarShown,
        status=201,
        etag=True,
        refusals=(CONFLICT,),
    ),
    Route(
        "GET",
        "/calendars/{id}",
        Action.READ_CALENDARS,
        read,
        "One calendar, and how it was read last",
        reply=CalendarShown,
        etag=True,
    ),
    Route(
        "PATCH",
        "/calendars/{id}",
        Action.SET_CALENDARS,
        change,
        "Change where a calendar is, or its password",
        body=CalendarChange,
        reply=CalendarShown,
        if_match=True,
        etag=True,
        refusals=(CONFLICT,),
    ),
    Route(
        "POST",
        "/calendars/{id}/end",
        Action.SET_CALENDARS,
        end,
        "End a calendar: what was to come of it is taken back",
        reply=CalendarShown,
        if_match=True,
        etag=True,
    ),
)
