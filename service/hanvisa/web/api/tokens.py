"""Tokens of the API. Each is shown once, when it is made, and has an end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import Field

from hanvisa.counting import counted
from hanvisa.directory.repositories.tokens import TokenRecord, Tokens
from hanvisa.directory.repositories.users import Users
from hanvisa.policy.model import Text
from hanvisa.web.auth import hashed, new_token
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Incoming, Line, ListQuery, Moment, Named, Outgoing
from hanvisa.web.paging import cut, id_after
from hanvisa.web.problems import invalid
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route


class TokenQuery(ListQuery):
    user: UUID | None = None
    ended: bool = Field(default=False, description="show those that are revoked or over too")


class NewToken(Incoming):
    user: UUID
    name: Line = Field(description="what it is for")
    ends_at: Moment | None = Field(default=None, description="none: as late as can be")


class TokenShown(Outgoing):
    id: UUID
    user: Named
    name: str
    created_at: Moment
    ends_at: Moment | None = Field(description="none: made before tokens had an end")
    revoked_at: Moment | None


class TokenMade(TokenShown):
    token: str = Field(description="shown this once only")


class TokenList(Outgoing):
    items: list[TokenShown]
    next: str | None


async def tokens(ask: Ask[None, TokenQuery]) -> Answer:
    query = ask.query
    found = await Tokens(ask.services.database).list(
        valid_at=None if query.ended else ask.now,
        user_id=query.user,
        after=id_after(query.cursor),
        limit=query.limit + 1,
    )
    page = cut(tuple(found), lambda record: (str(record.id),), query.limit)
    return Answer(TokenList(items=await _shown(ask, page.items), next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return await _answer(ask, await Tokens(ask.services.database).get(ask.path["id"]))


async def create(ask: Ask[NewToken, None]) -> Answer:
    body = ask.body
    latest = ask.now + timedelta(days=ask.services.settings.token_days)
    ends_at = body.ends_at or latest
    if not ask.now < ends_at <= latest:
        days = ask.services.settings.token_days
        raise invalid(
            "ends_at",
            Text(
                sv=f"Slutet ska ligga inom {counted(days, 'dag', 'dagar')} från nu.",
                en=f"The end must lie within {counted(days, 'day', 'days')} from now.",
            ),
        )
    token = new_token()
    record = await Tokens(ask.services.database).create(
        body.user, body.name, hashed(token), at=ask.now, expires_at=ends_at, by=ask.who.actor
    )
    [shown] = await _shown(ask, [record])
    made = TokenMade(**dict(shown), token=token)
    return Answer(made, status=201, etag=str(record.version), location=f"/tokens/{record.id}")


async def revoke(ask: Ask[None, None]) -> Answer:
    repository = Tokens(ask.services.database)
    record = await repository.get(ask.path["id"])
    version = must_match(ask.if_match, record.version)
    with against_others():
        record = await repository.revoke(record.id, ask.now, version, ask.who.actor)
    return await _answer(ask, record)


async def _answer(ask: Ask[Any, Any], record: TokenRecord) -> Answer:
    return Answer((await _shown(ask, [record]))[0], etag=str(record.version))


async def _shown(ask: Ask[Any, Any], records: Iterable[TokenRecord]) -> list[TokenShown]:
    listed = list(records)
    users = await Users(ask.services.database).several({record.user_id for record in listed})
    return [
        TokenShown(
            id=record.id,
            user=Named(id=record.user_id, name=users[record.user_id].fields.name),
            name=record.name,
            created_at=record.created_at,
            ends_at=record.expires_at,
            revoked_at=record.revoked_at,
        )
        for record in listed
    ]


ROUTES = (
    Route(
        "GET",
        "/tokens",
        Action.MANAGE_USERS,
        tokens,
        "Tokens, in the order in which they were made",
        query=TokenQuery,
        reply=TokenList,
    ),
    Route(
        "POST",
        "/tokens",
        Action.MANAGE_USERS,
        create,
        "Make a token, which is shown this once",
        body=NewToken,
        reply=TokenMade,
        status=201,
        etag=True,
    ),
    Route("GET", "/tokens/{id}", Action.MANAGE_USERS, read, "One token", reply=TokenShown, etag=True),
    Route(
        "POST",
        "/tokens/{id}/revoke",
        Action.MANAGE_USERS,
        revoke,
        "Revoke a token",
        reply=TokenShown,
        if_match=True,
        etag=True,
    ),
)
