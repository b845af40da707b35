"""S2: how long details count as confirmed, and what a mail asks that is to be confirmed.

By the calendar in Sweden, so that clock changes shift nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from hanvisa.policy.facts import aware
from hanvisa.policy.swedish_time import LOCAL, local_time


def stale_before(now: datetime, days: int) -> datetime:
    """Details that were confirmed before this moment are to be confirmed again: so many days have begun since."""
    today = aware(now).astimezone(LOCAL).date()
    return local_time(today - timedelta(days=days - 1), time())


def is_stale(confirmed_at: datetime | None, before: datetime) -> bool:
    """What was confirmed ``before`` that moment (:func:`stale_before`), or never, is stale."""
    return confirmed_at is None or confirmed_at < before


@dataclass(frozen=True, slots=True)
class DetailsLetter:
    """Somebody who is to confirm their details, at their mail address. ``token`` opens the page, until ``ends_at``."""

    person_id: UUID
    address: str
    name: str
    token: str
    ends_at: datetime

    @property
    def last_day(self) -> date:
        """In Sweden, the last one that ends before the link does."""
        return self.ends_at.astimezone(LOCAL).date() - timedelta(days=1)
