"""The sessions that are open, since when and from where; ended one by one, or everywhere at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import Field

from hanvisa.directory.repositories.signing_in import Sessions
from hanvisa.directory.repositories.users import Users
from hanvisa.web.cookies import SESSION, set_cookie
from hanvisa.web.fields import Moment, Outgoing
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Anyone, Ask, Route


class OpenSession(Outgoing):
    id: UUID
    began_at: Moment
    used_at: Moment = Field(description="when something was last asked for in it, to the minute")
    ends_at: Moment = Field(description="at the latest; before that when it is not used")
    address: str | None = Field(description="from where they signed in")
    this: bool = Field(description="the one that asks")


class OpenSessions(Outgoing):
    items: list[OpenSession]


async def own(ask: Ask[None, None]) -> Answer:
    return await _open_of(ask, ask.who.known_id)


async def of_user(ask: Ask[None, None]) -> Answer:
    user = await Users(ask.services.database).get(ask.path["id"])
    return await _open_of(ask, user.id)


async def _open_of(ask: Ask[Any, Any], user: UUID) -> Answer:
    idle = timedelta(seconds=ask.services.settings.session_idle)
    found = await Sessions(ask.services.database).open_of(user, ask.now, ask.now - idle)
    this = ask.who.session.id if ask.who.session else None
    items = [
        OpenSession(
            id=one.id,
            began_at=one.created_at,
            used_at=one.used_at,
            ends_at=one.expires_at,
            address=one.address,
            this=one.id == this,
        )
        for one in found
    ]
    return Answer(OpenSessions(items=items))


async def end_one(ask: Ask[None, None]) -> Answer:
    """One that has ended already stays so."""
    id_ = ask.path["id"]
    await Sessions(ask.services.database).end(id_, ask.who.known_id, ask.now, ask.who.actor)
    is_this = ask.who.session is not None and ask.who.session.id == id_
    return Answer(status=204, cookie=_no_cookie(ask) if is_this else None)


async def end_own(ask: Ask[None, None]) -> Answer:
    await _end(ask, ask.who.known_id)
    return Answer(status=204, cookie=_no_cookie(ask) if ask.who.session else None)


async def end_of_user(ask: Ask[None, None]) -> Answer:
    user = await Users(ask.services.database).get(ask.path["id"])
    await _end(ask, user.id)
    return Answer(status=204)


async def _end(ask: Ask[Any, Any], user: UUID) -> None:
    await Sessions(ask.services.database).end_all(user, ask.now, ask.who.actor)


def _no_cookie(ask: Ask[Any, Any]) -> str:
    return set_cookie(SESSION, "", 0, ask.services.settings)


ROUTES = (
    Route(
        "GET",
        "/sessions",
        Anyone.SIGNED_IN,
        own,
        "One's own sessions that are open, the one used last first",
        reply=OpenSessions,
    ),
    Route("DELETE", "/sessions", Anyone.SIGNED_IN, end_own, "Sign out everywhere", status=204),
    Route("DELETE", "/sessions/{id}", Anyone.SIGNED_IN, end_one, "Sign out of one of them", status=204),
    Route(
        "GET",
        "/users/{id}/sessions",
        Action.MANAGE_USERS,
        of_user,
        "A user's sessions that are open, the one used last first",
        reply=OpenSessions,
    ),
    Route(
        "DELETE",
        "/users/{id}/sessions",
        Action.MANAGE_USERS,
        end_of_user,
        "Sign a user out everywhere; their tokens stay",
        status=204,
    ),
)
