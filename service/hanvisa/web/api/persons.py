"""Persons, found by name, title, function, organisation and number; made, moved, changed, confirmed and ended.

A protected number is shown to few. Who may not change persons may still keep their own details right (S2).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from hanvisa.directory.repositories.calendar_addresses import CalendarAddresses
from hanvisa.directory.repositories.persons import PersonDetails, PersonRecord, Persons
from hanvisa.directory.searching import BEGINS, HOLDS, After, Found, name_key
from hanvisa.policy.details import is_stale, stale_before
from hanvisa.policy.facts import CallingClass, NumberShown, Person, TargetKind
from hanvisa.policy.model import Language, Text
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Change, Incoming, ListQuery, Moment, Named, Outgoing, unset
from hanvisa.web.paging import cut, not_ours, read_cursor
from hanvisa.web.people import department_given, must_cover, must_reach, named
from hanvisa.web.plain_fields import Email, ExternalId, Name, composed
from hanvisa.web.problems import CONFLICT, FORBIDDEN, Problem, invalid
from hanvisa.web.roles import Action, Scope
from hanvisa.web.routing import Answer, Ask, Route
from hanvisa.web.windows import WeeklyWindow, Windows, facts_of, shown

Title = Annotated[
    str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"), AfterValidator(composed)
]
Functions = Annotated[list[Name], Field(max_length=20)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]

OWN = frozenset({"title", "functions", "best_reached", "email", "language"})
"""What people keep right themselves."""


class PersonQuery(ListQuery):
    q: str | None = Field(
        default=None,
        max_length=100,
        description="words: name, title, function, department, organisation or number. Who has words that begin so "
        "comes first, then who has words with that in them; a, a and o find å, ä and ö as well",
    )
    department: UUID | None = None
    stale: bool = Field(default=False, description="only those whose details are to be confirmed (S2)")


class NewPerson(Incoming):
    given_name: Name
    family_name: Name
    department: UUID
    starts_on: Day | None = Field(default=None, description="when they begin there; null: today")
    title: Title = ""
    functions: Functions = Field(default_factory=list, description="what they are asked for, in their order")
    email: Email | None = None
    language: Language = Language.SV
    protected: bool = Field(default=False, description="no number of theirs is told")
    confidential: bool = Field(default=False, description="M4: their line is")
    may_call: CallingClass | None = Field(default=None, description="null: as their department")
    number_shown: NumberShown = NumberShown.DIRECT
    best_reached: Windows = Field(default_factory=list, description="G2: told, and closes nothing")
    schedule: Windows = Field(default_factory=list, description="when they work; none: the usual hours")
    external_id: ExternalId | None = None


class PersonChange(Change):
    """What is left out stays as it is. `starts_on` is the day of a move to another department."""

    given_name: Name = unset()
    family_name: Name = unset()
    department: UUID = unset()
    starts_on: Day = unset()
    title: Title = unset()
    functions: Functions = unset()
    email: Email | None = unset()
    language: Language = unset()
    protected: bool = unset()
    confidential: bool = unset()
    may_call: CallingClass | None = unset()
    number_shown: NumberShown = unset()
    best_reached: Windows = unset()
    schedule: Windows = unset()
    external_id: ExternalId | None = unset()


class MobileShown(Outgoing):
    number: str | None = Field(description="none: protected")


class PersonShown(Outgoing):
    id: UUID
    version: int = Field(description="its ETag, by which a change says what it starts from")
    given_name: str
    family_name: str
    title: str
    functions: list[str]
    department: Named
    organisation: Named
    extension: str | None
    direct_number: str | None = Field(description="E.164; the department's for who has none; none: protected")
    mobiles: list[MobileShown]
    best_reached: list[WeeklyWindow]
    schedule: list[WeeklyWindow]
    email: str | None
    language: Language
    protected: bool
    confidential: bool
    may_call: CallingClass | None
    number_shown: NumberShown
    external_id: str | None
    details_confirmed_at: Moment | None
    details_stale: bool = Field(description="to be confirmed by the person (S2)")
    ended_at: Moment | None


class PersonList(Outgoing):
    items: list[PersonShown]
    next: str | None


async def find(ask: Ask[None, PersonQuery]) -> Answer:
    sees, before = ask.scope_for(Action.SEE_PROTECTED), _stale_before(ask)
    index = await ask.services.search.index(ask.register)
    found = index.find(ask.query.q or "", sees.covers, _after(ask.query.cursor))
    wanted = (one for one in found if ask.scope.covers(one.person))
    if ask.query.department is not None:
        wanted = (one for one in wanted if one.person.department_id == ask.query.department)
    if ask.query.stale:
        stale = await _persons(ask).stale(before)
        wanted = (one for one in wanted if one.person.id in stale)
    page = cut(tuple(islice(wanted, ask.query.limit + 1)), _key, ask.query.limit)
    details = await _persons(ask).details([one.person.id for one in page.items])
    items = [
        _shown(ask, one.person, details[one.person.id], sees, before)
        for one in page.items
        if one.person.id in details
    ]
    return Answer(PersonList(items=items, next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, await _find(ask))


async def create(ask: Ask[NewPerson, None]) -> Answer:
    body = ask.body
    must_reach(ask.scope, department_given(ask.register, body.department, "department"))
    values = _stored(body, set(NewPerson.model_fields))
    record = await _persons(ask).create(values, body.functions, body.starts_on or _today(ask), ask.who.actor)
    return replace(_answer(ask, record), status=201, location=f"/persons/{record.person.id}")


async def change(ask: Ask[PersonChange, None]) -> Answer:
    body, given = ask.body, ask.body.model_fields_set
    record = await _find(ask)
    version = must_match(ask.if_match, record.details.version)
    if given - OWN:
        _must_change(ask, record.person, given - OWN)
    if "department" in given:
        department = department_given(ask.register, body.department, "department")
        must_reach(ask.scope_for(Action.CHANGE_PERSONS), department)
    starts_on = _day_of_move(ask, given)
    with against_others():
        record = await _persons(ask).change(
            record.person.id,
            _stored(body, given),
            body.functions if "functions" in given else None,
            starts_on,
            version=version,
            by=ask.who.actor,
        )
    return _answer(ask, record)


async def end(ask: Ask[None, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.details.version)
    with against_others():
        record = await _persons(ask).end(record.person.id, version, ask.who.actor)
    for calendar in await CalendarAddresses(ask.services.database).list(
        person_id=record.person.id, ended=True
    ):
        await asyncio.to_thread(ask.services.keep_calendar_password, calendar.id, "", None)
    return _answer(ask, record)


async def confirm(ask: Ask[None, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.details.version)
    with against_others():
        record = await _persons(ask).confirm(record.person.id, version, ask.who.actor)
    return _answer(ask, record)


def _key(found: Found) -> tuple[str, ...]:
    family, given, id_ = name_key(found.person)
    return str(found.how), family, given, str(id_)


def _after(cursor: str | None) -> After | None:
    """Raises Problem when the cursor is none of ours."""
    if cursor is None:
        return None
    try:
        how, family, given, id_ = read_cursor(cursor)
        after = int(how), family, given, UUID(id_)
    except ValueError:
        raise not_ours() from None
    if after[0] not in (BEGINS, HOLDS):
        raise not_ours()
    return after


def _persons(ask: Ask[Any, Any]) -> Persons:
    return Persons(ask.services.database, ask.now)


async def _find(ask: Ask[Any, Any]) -> PersonRecord:
    record = await _persons(ask).get(ask.path["id"])
    must_cover(ask.scope, record.person)
    return record


def _today(ask: Ask[Any, Any]) -> date:
    return ask.now.astimezone(LOCAL).date()


def _day_of_move(ask: Ask[PersonChange, None], given: set[str]) -> date:
    """Raises Problem for a day that is past, or of no move."""
    today = _today(ask)
    if "starts_on" not in given:
        return today
    if "department" not in given:
        raise invalid(
            "starts_on",
            Text(sv="Ange också vilken avdelning flytten gäller.", en="Name the department as well."),
        )
    if ask.body.starts_on < today:
        raise invalid("starts_on", Text(sv="Dagen har redan varit.", en="That day is already past."))
    return ask.body.starts_on


def _must_change(ask: Ask[Any, Any], person: Person, fields: set[str]) -> None:
    """Raises Problem (403) when the asker may only keep their own details right."""
    if ask.scope_for(Action.CHANGE_PERSONS).covers(person):
        return
    names = ", ".join(sorted(fields))
    raise Problem(
        FORBIDDEN,
        Text(
            sv=f"Be den telefonansvarige ändra {names}. Själv ändrar man {', '.join(sorted(OWN))}.",
            en=f"Ask the telephone manager to change {names}. Oneself one changes {', '.join(sorted(OWN))}.",
        ),
    )


def _stored(body: NewPerson | PersonChange, names: set[str]) -> dict[str, Any]:
    """By column, without what is stored elsewhere."""
    values = {name: getattr(body, name) for name in names - {"functions", "starts_on"}}
    for name in ("best_reached", "schedule"):
        if name in values:
            values[name] = facts_of(values[name])
    return values


def _answer(ask: Ask[Any, Any], record: PersonRecord) -> Answer:
    sees = ask.scope_for(Action.SEE_PROTECTED)
    body = _shown(ask, record.person, record.details, sees, _stale_before(ask))
    return Answer(body, etag=str(record.details.version))


def _stale_before(ask: Ask[Any, Any]) -> datetime:
    return stale_before(ask.now, ask.services.settings.details_every)


def _shown(
    ask: Ask[Any, Any], person: Person, details: PersonDetails, protected_seen: Scope, before: datetime
) -> PersonShown:
    """``before``: details that were confirmed earlier are stale."""
    register = ask.register
    extensions = register.extensions_of(TargetKind.PERSON, person.id)
    sees = protected_seen.covers(person)
    open_person = replace(person, protected=False) if sees else person
    return PersonShown(
        id=person.id,
        version=details.version,
        given_name=person.given_name,
        family_name=person.family_name,
        title=person.title,
        functions=list(person.functions),
        department=named(register.department(person.department_id), person.department_id),
        organisation=named(register.organisation(person.organisation_id), person.organisation_id),
        extension=extensions[0].number if extensions else None,
        direct_number=register.direct_number(open_person),
        mobiles=[
            MobileShown(number=mobile.number if sees or not (person.protected or mobile.protected) else None)
            for mobile in register.mobiles_of(person.id)
        ],
        best_reached=shown(person.best_reached),
        schedule=shown(details.schedule),
        email=details.email,
        language=person.language,
        protected=person.protected,
        confidential=person.confidential,
        may_call=person.may_call,
        number_shown=person.number_shown,
        external_id=details.external_id,
        details_confirmed_at=details.details_confirmed_at,
        details_stale=is_stale(details.details_confirmed_at, before),
        ended_at=details.ended_at,
    )


ROUTES = (
    Route(
        "GET",
        "/persons",
        Action.READ_PERSONS,
        find,
        "Persons, by their names; found by `q`",
        query=PersonQuery,
        reply=PersonList,
    ),
    Route(
        "POST",
        "/persons",
        Action.CHANGE_PERSONS,
        create,
        "Make a person; they stand on the training list (T1)",
        body=NewPerson,
        reply=PersonShown,
        status=201,
        etag=True,
        refusals=(CONFLICT,),
    ),
    Route("GET", "/persons/{id}", Action.READ_PERSONS, read, "One person", reply=PersonShown, etag=True),
    Route(
        "PATCH",
        "/persons/{id}",
        Action.CHANGE_DETAILS,
        change,
        "Change a person, or move them to another department",
        body=PersonChange,
        reply=PersonShown,
        if_match=True,
        etag=True,
        refusals=(CONFLICT,),
    ),
    Route(
        "DELETE",
        "/persons/{id}",
        Action.CHANGE_PERSONS,
        end,
        "End a person who has left, with their numbers, phones, mobiles, calendar and access",
        reply=PersonShown,
        if_match=True,
        etag=True,
        refusals=(CONFLICT,),
    ),
    Route(
        "POST",
        "/persons/{id}/confirm",
        Action.CHANGE_DETAILS,
        confirm,
        "Say that a person's details are right; what was flagged is closed (S2)",
        reply=PersonShown,
        if_match=True,
        etag=True,
        refusals=(CONFLICT,),
    ),
)
