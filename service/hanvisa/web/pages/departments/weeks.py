"""Weeks as they stand in an address: "2026-W32"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def monday_of(week: str | None, today: date) -> date:
    """The Monday of the week; of this one for what is none."""
    try:
        return date.fromisoformat(f"{week}-1")
    except ValueError:
        return today - timedelta(days=today.weekday())


def week_given(form: Mapping[str, str], today: date) -> str:
    """The week that a form was sent from."""
    return week_of(monday_of(form.get("week"), today))
