"""What all of my page asks: who I am, and what is to be changed as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from hanvisa.policy.facts import ForwardingKind
from hanvisa.policy.model import Text
from hanvisa.policy.swedish_time import WORKDAY_STARTS, local_time
from hanvisa.web.pages.days import day_given
from hanvisa.web.pages.rendering import Page
from hanvisa.web.problems import FORBIDDEN, Problem, invalid


def mine(page: Page) -> UUID:
    """The person whose account it is. Raises Problem for one that is nobody's."""
    if page.api.who.person_id is None:
        raise Problem(
            FORBIDDEN,
            Text(
                sv="Kontot hör inte till någon person, så här finns inget att ställa in.",
                en="The account is no person's, so there is nothing to set here.",
            ),
        )
    return page.api.who.person_id


@dataclass(frozen=True, slots=True)
class Seen:
    """Something as it is now, and what a change of it says that it starts from."""

    body: Any
    if_match: str


async def seen(page: Page, path: str) -> Seen:
    answer = await page.api.ask("GET", path, {})
    return Seen(answer.body, f'"{answer.etag}"')


async def change_now(
    page: Page, method: str, path: str, to: str = "", body: dict[str, Any] | None = None
) -> Any:
    """Change what is there now, whoever changed it last: for what is meant whatever else it says."""
    if_match = (await seen(page, path)).if_match
    return (await page.api.send(method, path + to, body, if_match=if_match)).body


async def absences(page: Page, since: datetime | None = None, until: datetime | None = None) -> list[Any]:
    """Mine that last or are to come, or last in that time, by their beginning."""
    found = (await page.api.get("/absences", person=mine(page), since=since, until=until, limit=200)).items
    return sorted(found, key=lambda one: one.starts_at)


async def forwarded(page: Page) -> Any | None:
    """The forwarding by which all of my calls go elsewhere now; None when my phone rings."""
    found = (await page.api.get("/forwardings", person=mine(page), limit=200)).items
    now = page.api.services.clock.now()
    on = [one for one in found if one.kind is ForwardingKind.ALWAYS and one.starts_at <= now]
    return max(on, key=lambda one: one.starts_at, default=None)


def moment_given(
    page: Page, where: str, day: str | None, clock: str | None, usual: time = WORKDAY_STARTS
) -> datetime | None:
    """A day (today) and a time of it (the ``usual``) in Sweden; None when neither is given. Raises Problem."""
    if day is None and clock is None:
        return None
    try:
        return local_time(
            day_given(day) if day else page.today, time.fromisoformat(clock) if clock else usual
        )
    except ValueError:
        raise invalid(
            where, Text(sv="Dagen eller klockslaget finns inte.", en="There is no such day or time.")
        ) from None
