"""Users: who may sign in or have tokens, and with which roles. Ended, never deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import Field

from hanvisa.directory.repositories.signing_in import SignInTries
from hanvisa.directory.repositories.users import UserFields, UserRecord, Users
from hanvisa.policy.sign_in import account_key
from hanvisa.web.api.roles import RoleOfUser, Roles, shown
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Change, Incoming, Line, ListQuery, Moment, Named, Outgoing, unset
from hanvisa.web.paging import cut, id_after
from hanvisa.web.passwords import Password
from hanvisa.web.people import named_person, person_given
from hanvisa.web.problems import CONFLICT
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route
from hanvisa.web.signing_in import limits


class UserQuery(ListQuery):
    q: str = Field(default="", max_length=100, description="part of the name")
    person: UUID | None = None
    ended: bool = Field(default=False, description="show those who have ended too")


class NewUser(Incoming):
    name: Line
    person: UUID | None = Field(
        default=None, description="who of the register it is: they have the role person"
    )
    roles: Roles = Field(default=[])
    password: Password | None = Field(
        default=None, description="none: signs in elsewhere, or has tokens only"
    )


class UserChange(Change):
    """What is left out stays as it is."""

    name: Line = unset()
    person: UUID | None = unset()
    roles: Roles = unset()


class PasswordOfUser(Incoming):
    password: Password


class UserShown(Outgoing):
    id: UUID
    name: str
    person: Named | None
    roles: list[RoleOfUser]
    has_password: bool
    ended_at: Moment | None


class UserList(Outgoing):
    items: list[UserShown]
    next: str | None


async def users(ask: Ask[None, UserQuery]) -> Answer:
    query = ask.query
    found = await Users(ask.services.database).list(
        ended=query.ended,
        person_id=query.person,
        words=query.q,
        after=id_after(query.cursor),
        limit=query.limit + 1,
    )
    page = cut(tuple(found), lambda record: (str(record.id),), query.limit)
    return Answer(UserList(items=[_shown(ask, record) for record in page.items], next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, await Users(ask.services.database).get(ask.path["id"]))


async def create(ask: Ask[NewUser, None]) -> Answer:
    body = ask.body
    fields = _fields(ask, name=body.name, person=body.person, roles=body.roles)
    hash_ = await ask.services.passwords.hash(body.password) if body.password else None
    record = await Users(ask.services.database).create(fields, hash_, ask.who.actor)
    return replace(_answer(ask, record), status=201, location=f"/users/{record.id}")


async def change(ask: Ask[UserChange, None]) -> Answer:
    repository = Users(ask.services.database)
    record = await repository.get(ask.path["id"])
    version = must_match(ask.if_match, record.version)
    given = {name: getattr(ask.body, name) for name in ask.body.model_fields_set}
    fields = replace(record.fields, **_known(ask, given))
    with against_others():
        record = await repository.change(record.id, fields, version, ask.who.actor)
    return _answer(ask, record)


async def end(ask: Ask[None, None]) -> Answer:
    repository = Users(ask.services.database)
    record = await repository.get(ask.path["id"])
    version = must_match(ask.if_match, record.version)
    with against_others():
        record = await repository.end(record.id, ask.now, version, ask.who.actor)
    return _answer(ask, record)


async def set_password(ask: Ask[PasswordOfUser, None]) -> Answer:
    """Whoever was locked out is so no more."""
    repository = Users(ask.services.database)
    record = await repository.get(ask.path["id"])
    version = must_match(ask.if_match, record.version)
    hash_ = await ask.services.passwords.hash(ask.body.password)
    with against_others():
        record = await repository.set_password(record.id, hash_, ask.now, version, ask.who.actor)
    tries = SignInTries(ask.services.database, limits(ask.services.settings))
    await tries.forgive(account_key(record.fields.name))
    return _answer(ask, record)


def _fields(ask: Ask[Any, Any], **given: Any) -> UserFields:
    return UserFields(**_known(ask, given))


def _known(ask: Ask[Any, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The fields as they are kept. Raises Problem for a person who is not there."""
    fields = dict(given)
    if "person" in fields:
        person = fields.pop("person")
        fields["person_id"] = person_given(ask.register, person, "person").id if person else None
    if "roles" in fields:
        fields["roles"] = frozenset(role.given() for role in fields["roles"])
    return fields


def _answer(ask: Ask[Any, Any], record: UserRecord) -> Answer:
    return Answer(_shown(ask, record), etag=str(record.version))


def _shown(ask: Ask[Any, Any], record: UserRecord) -> UserShown:
    fields = record.fields
    return UserShown(
        id=record.id,
        name=fields.name,
        person=named_person(ask.register, fields.person_id) if fields.person_id else None,
        roles=shown(fields.roles),
        has_password=record.has_password,
        ended_at=record.ended_at,
    )


ROUTES = (
    Route(
        "GET",
        "/users",
        Action.MANAGE_USERS,
        users,
        "Users, in the order in which they were made",
        query=UserQuery,
        reply=UserList,
    ),
    Route(
        "POST",
        "/users",
        Action.MANAGE_USERS,
        create,
        "Make a user",
        body=NewUser,
        reply=UserShown,
        status=201,
        etag=True,
        refusals=(CONFLICT,),
    ),
    Route("GET", "/users/{id}", Action.MANAGE_USERS, read, "One user", reply=UserShown, etag=True),
    Route(
        "PATCH",
        "/users/{id}",
        Action.MANAGE_USERS,
        change,
        "Change a user",
        body=UserChange,
        reply=UserShown,
        if_match=True,
        etag=True,
        refusals=(CONFLICT,),
    ),
    Route(
        "POST",
        "/users/{id}/end",
        Action.MANAGE_USERS,
        end,
        "End a user: their tokens and sessions let nobody in",
        reply=UserShown,
        if_match=True,
        etag=True,
    ),
    Route(
        "POST",
        "/users/{id}/password",
        Action.MANAGE_USERS,
        set_password,
        "Give a user a new password, and sign them out",
        body=PasswordOfUser,
        reply=UserShown,
        if_match=True,
        etag=True,
    ),
)
