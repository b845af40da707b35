"""Persons: read only. Found by name, title, function, organisation and number. A protected number is shown to few."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from pydantic import Field

from hanvisa.directory.repositories.persons import PersonDetails, Persons
from hanvisa.directory.searching import search_persons
from hanvisa.policy.facts import Person, TargetKind
from hanvisa.policy.model import Language, Text
from hanvisa.policy.register import Register
from hanvisa.web.etags import etag_of
from hanvisa.web.fields import ListQuery, Moment, Named, Outgoing
from hanvisa.web.paging import page_of
from hanvisa.web.people import must_cover, name_key, named
from hanvisa.web.problems import not_found
from hanvisa.web.roles import Action, Scope
from hanvisa.web.routing import Answer, Ask, Route
from hanvisa.web.windows import WeeklyWindow, shown


class PersonQuery(ListQuery):
    q: str | None = Field(
        default=None,
        max_length=100,
        description="words: name, title, function, department, organisation or number",
    )


class MobileShown(Outgoing):
    number: str | None = Field(description="none: protected")


class PersonShown(Outgoing):
    id: UUID
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
    email: str | None
    language: Language
    protected: bool
    confidential: bool
    details_confirmed_at: Moment | None


class PersonList(Outgoing):
    items: list[PersonShown]
    next: str | None


async def find(ask: Ask[None, PersonQuery]) -> Answer:
    found = (person for person in search_persons(ask.register, ask.query.q or "") if ask.scope.covers(person))
    page = page_of(found, name_key, ask.query.limit, ask.query.cursor)
    details = await Persons(ask.services.database).details([person.id for person in page.items])
    items = [
        _shown(person, ask.register, ask.scope_for(Action.SEE_PROTECTED), details) for person in page.items
    ]
    return Answer(PersonList(items=items, next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    person = ask.register.person(ask.path["id"])
    if person is None:
        raise not_found(Text(sv="Den personen finns inte.", en="There is no such person."))
    must_cover(ask.scope, person)
    details = await Persons(ask.services.database).details([person.id])
    body = _shown(person, ask.register, ask.scope_for(Action.SEE_PROTECTED), details)
    return Answer(body, etag=etag_of(body))


def _shown(
    person: Person, register: Register, protected_seen: Scope, details: dict[UUID, PersonDetails]
) -> PersonShown:
    more = details.get(person.id)
    extensions = register.extensions_of(TargetKind.PERSON, person.id)
    sees = protected_seen.covers(person)
    open_person = replace(person, protected=False) if sees else person
    return PersonShown(
        id=person.id,
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
        email=more.email if more else None,
        language=person.language,
        protected=person.protected,
        confidential=person.confidential,
        details_confirmed_at=more.details_confirmed_at if more else None,
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
    Route("GET", "/persons/{id}", Action.READ_PERSONS, read, "One person", reply=PersonShown, etag=True),
)
