"""Addresses that gave wrong passwords for phones lately, and which of them are shut out."""

from __future__ import annotations

from pydantic import Field

from hanvisa.web.fields import Moment, Outgoing
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route


class GuesserShown(Outgoing):
    address: str
    tries: int
    accounts: list[str] = Field(
        description="that it gave passwords for, twenty at most; “<unknown>” is nobody's"
    )
    first_at: Moment
    last_at: Moment
    shut_out_until: Moment | None = Field(
        description="none: not yet, or a phone is registered from there, which is never shut out"
    )


class GuessersShown(Outgoing):
    items: list[GuesserShown]


async def recent(ask: Ask[None, None]) -> Answer:
    items = [
        GuesserShown(
            address=one.address,
            tries=one.tries,
            accounts=list(one.accounts),
            first_at=one.first_at,
            last_at=one.last_at,
            shut_out_until=one.shut_out_until,
        )
        for one in ask.services.guessers.recent()
    ]
    return Answer(GuessersShown(items=items))


ROUTES = (
    Route(
        "GET",
        "/wrong-phone-passwords",
        Action.READ_AUDIT,
        recent,
        "Addresses that gave wrong passwords for phones lately, the last one first",
        reply=GuessersShown,
    ),
)
