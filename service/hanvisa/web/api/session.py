"""Signing in with a password, signing out, and who one is here."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from hanvisa.directory.repositories.signing_in import Sessions
from hanvisa.directory.repositories.users import Users
from hanvisa.policy.model import Text
from hanvisa.web.api.roles import RoleOfUser, shown
from hanvisa.web.auth import hashed
from hanvisa.web.cookies import SESSION, set_cookie
from hanvisa.web.fields import Incoming, Line, Moment, Named, Outgoing
from hanvisa.web.finding import csrf_of
from hanvisa.web.passwords import Password
from hanvisa.web.people import named_person
from hanvisa.web.problems import CONFLICT, NOT_SIGNED_IN, TOO_MANY_TRIES, Problem
from hanvisa.web.routing import Answer, Anyone, Ask, Route
from hanvisa.web.signing_in import begin_session, prove

Given = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    Field(json_schema_extra={"format": "password", "writeOnly": True}),
]


class SignIn(Incoming):
    name: Line
    password: Given


class NewPassword(Incoming):
    old: Given
    password: Password


class SessionShown(Outgoing):
    user: UUID
    name: str
    person: Named | None
    roles: list[RoleOfUser]
    ends_at: Moment | None
    csrf: str | None = Field(description="what a change with the cookie sends as X-CSRF-Token; none: a token")


async def sign_in(ask: Ask[SignIn, None]) -> Answer:
    user = await prove(ask.services, ask.body.name, ask.body.password, ask.who.address)
    began = await begin_session(ask.services, user, ask.who.address)
    body = await _shown(ask, user.user_id, ends_at=began.ends_at, csrf=csrf_of(hashed(began.secret)))
    return Answer(body, status=201, location="/session", cookie=began.cookie)


async def read(ask: Ask[None, None]) -> Answer:
    session = ask.who.session
    return Answer(
        await _shown(ask, ask.who.known_id, ends_at=ask.who.ends_at, csrf=session.csrf if session else None)
    )


async def sign_out(ask: Ask[None, None]) -> Answer:
    if ask.who.session is None:
        raise Problem(
            CONFLICT,
            Text(
                sv="Du frågar med en nyckel och är inte inloggad. Nycklar återkallas under /tokens.",
                en="You ask with a token and have not signed in. Tokens are revoked under /tokens.",
            ),
        )
    await Sessions(ask.services.database).end(ask.who.session.id, ask.who.known_id, ask.now, ask.who.actor)
    return Answer(status=204, cookie=set_cookie(SESSION, "", 0, ask.services.settings))


async def change_password(ask: Ask[NewPassword, None]) -> Answer:
    """Every session ends with the old one, and this one begins anew."""
    user = await prove(ask.services, ask.who.name, ask.body.old, ask.who.address)
    hash_ = await ask.services.passwords.hash(ask.body.password)
    await Users(ask.services.database).set_password(user.user_id, hash_, ask.now, None, ask.who.actor)
    if ask.who.session is None:
        return Answer(status=204)
    began = await begin_session(ask.services, user, ask.who.address)
    return Answer(status=204, cookie=began.cookie)


async def _shown(ask: Ask[Any, Any], id_: UUID, **session: Any) -> SessionShown:
    record = await Users(ask.services.database).get(id_)
    person = record.fields.person_id
    return SessionShown(
        user=record.id,
        name=record.fields.name,
        person=named_person(ask.register, person) if person else None,
        roles=shown(record.fields.roles),
        **session,
    )


ROUTES = (
    Route(
        "POST",
        "/session",
        Anyone.AT_ALL,
        sign_in,
        "Sign in with a password: the answer sets a cookie",
        body=SignIn,
        reply=SessionShown,
        status=201,
        refusals=(NOT_SIGNED_IN, TOO_MANY_TRIES),
    ),
    Route("GET", "/session", Anyone.SIGNED_IN, read, "Who one is here", reply=SessionShown),
    Route("DELETE", "/session", Anyone.SIGNED_IN, sign_out, "Sign out", status=204, refusals=(CONFLICT,)),
    Route(
        "POST",
        "/session/password",
        Anyone.SIGNED_IN,
        change_password,
        "Change one's own password",
        body=NewPassword,
        status=204,
        refusals=(NOT_SIGNED_IN, TOO_MANY_TRIES),
    ),
)
