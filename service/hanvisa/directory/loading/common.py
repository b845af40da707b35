"""What the loaders share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_

from hanvisa.directory.tables import MembershipRow

LOCAL = ZoneInfo("Europe/Stockholm")


def belongs_now(at: datetime) -> ColumnElement[bool]:
    """The membership is that of the day (local time)."""
    return member_on(at.astimezone(LOCAL).date())


def member_on(day: date) -> ColumnElement[bool]:
    return and_(
        MembershipRow.starts_on <= day, or_(MembershipRow.ends_on.is_(None), MembershipRow.ends_on > day)
    )


def grouped(pairs: Iterable[Any]) -> dict[Any, tuple[Any, ...]]:
    values: defaultdict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        values[key].append(value)
    return {key: tuple(many) for key, many in values.items()}
