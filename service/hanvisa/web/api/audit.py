"""The audit trail: who did what and when, from where, from what to what; and who was refused."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from hanvisa.directory.repositories.audit import Audit, AuditEntry
from hanvisa.directory.repositories.extracts import Extracts
from hanvisa.policy.model import Text
from hanvisa.web.fields import Line, ListQuery, Moment, Outgoing
from hanvisa.web.paging import cut, id_after
from hanvisa.web.problems import not_found
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route


class AuditQuery(ListQuery):
    """The newest first."""

    action: Literal["created", "changed", "deleted", "refused", "purged", "removed"] | None = None
    table: Line | None = Field(default=None, description="what was changed; “requests” for refusals")
    row: Line | None = Field(default=None, description="the id of what was changed")
    by: Line | None = Field(default=None, description="the name of who did it")
    user: UUID | None = None
    address: Line | None = None
    since: Moment | None = None
    until: Moment | None = Field(default=None, description="not included")


class AuditShown(Outgoing):
    id: UUID
    at: Moment
    by: str = Field(description="empty: not known")
    user: UUID | None = Field(description="none: the system, a phone, or not known")
    action: str
    table: str
    row: str
    address: str | None
    before: dict[str, JsonValue] | None
    after: dict[str, JsonValue] | None


class AuditList(Outgoing):
    items: list[AuditShown]
    next: str | None


async def audit(ask: Ask[None, AuditQuery]) -> Answer:
    query = ask.query
    found = await Audit(ask.services.database).list(
        action=query.action,
        table=query.table,
        row_id=query.row,
        by=query.by,
        user_id=query.user,
        address=query.address,
        since=query.since,
        until=query.until,
        before=id_after(query.cursor),
        without=await _untold(ask),
        limit=query.limit + 1,
    )
    page = cut(tuple(found), lambda entry: (str(entry.id),), query.limit)
    return Answer(AuditList(items=[_shown(entry) for entry in page.items], next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    entry = await Audit(ask.services.database).get(ask.path["id"], without=await _untold(ask))
    if entry is None:
        raise not_found(Text(sv="Den händelsen finns inte.", en="There is no such entry."))
    return Answer(_shown(entry))


async def _untold(ask: Ask[Any, Any]) -> frozenset[str]:
    """The extracts on the asker that they are not to know of yet (F2)."""
    person = ask.who.person_id
    return await Extracts(ask.services.database).untold(person, ask.now) if person else frozenset()


def _shown(entry: AuditEntry) -> AuditShown:
    return AuditShown(
        id=entry.id,
        at=entry.at,
        by=entry.by,
        user=entry.user_id,
        action=entry.action,
        table=entry.table,
        row=entry.row_id,
        address=entry.address,
        before=entry.before,
        after=entry.after,
    )


ROUTES = (
    Route(
        "GET",
        "/audit",
        Action.READ_AUDIT,
        audit,
        "The audit trail, the newest first",
        query=AuditQuery,
        reply=AuditList,
    ),
    Route("GET", "/audit/{id}", Action.READ_AUDIT, read, "One entry", reply=AuditShown),
)
