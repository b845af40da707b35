"""Who was referred in calls, from the call log: what reports and reminders count (G1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from hanvisa.directory.tables import CallEventRow, CallRow
from hanvisa.policy.absence import NOT_RUNG

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_REMOVED_IN = "person_in"  # as `directory.personal.taking_out` leaves it


@dataclass(frozen=True, slots=True)
class Referred:
    """``person_id`` None: they have been removed, and belonged to ``department``.

    ``unreferred``: it counts as an unreferred absence of the person.
    """

    call_id: str
    at: datetime
    person_id: UUID | None
    department: UUID | None
    why: str
    unreferred: bool


async def referrals_between(session: AsyncSession, starts_at: datetime, ends_at: datetime) -> list[Referred]:
    """Of the calls that began then. Each counts once for a person, whatever was tried in it; not where nothing rang."""
    event = CallEventRow
    query = (
        select(event.call_id, event.at, event.data)
        .join(CallRow, CallRow.id == event.call_id)
        .where(
            CallRow.started_at >= starts_at,
            CallRow.started_at < ends_at,
            event.kind == "outcome",
            event.data["outcome"].as_string() == "referred",
        )
        .order_by(event.at, event.call_id, event.seq)
    )
    found: dict[tuple[str, UUID | None, UUID | None], Referred] = {}
    for call_id, at, data in await session.execute(query):
        person, department = id_in(data.get("person")), id_in(data.get(_REMOVED_IN))
        why, unreferred = str(data.get("why", "")), bool(data.get("unreferred"))
        if why != NOT_RUNG and (person is not None or _REMOVED_IN in data):
            one = Referred(call_id, at, person, department, why, unreferred)
            found.setdefault((call_id, person, department), one)
    return list(found.values())


def id_in(text: Any) -> UUID | None:
    """The id that the log has there; None where it has none."""
    try:
        return UUID(str(text or ""))
    except ValueError:
        return None
