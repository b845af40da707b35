"""The round over the calendars: what becomes of one is nothing to the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from hanvisa.calendars import keeper
from hanvisa.calendars.keeper import CalendarKeeper, Times
from hanvisa.calendars.source import CalendarKind, Source
from hanvisa.policy.calendar_events import EventRules
from hanvisa.policy.register import Register
from hanvisa.testing import FakeClock

NOTHING: Any = None


class Known:
    """Three calendars, of which nothing is kept."""

    def __init__(self) -> None:
        self.all = [
            Source(uuid4(), uuid4(), f"https://{name}.test/", CalendarKind.ICAL) for name in ("a", "b", "c")
        ]

    async def sources(self, now: datetime) -> Sequence[Source]:  # noqa: ARG002 - the same at any time
        return self.all

    async def keep(self, *_: object) -> Any:
        return ()


async def test_whatever_fails_in_one_is_its_own_failure_and_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def read(_http: object, _session: object, source: Source, *_: object) -> None:
        asked.append(source.host)
        if source.host == "a.test":
            raise LookupError("unknown encoding: xxx")
        await asyncio.to_thread(source.host.encode)  # they take longer

    monkeypatch.setattr(keeper, "read_calendar", read)
    known = Known()
    directory: Any = Register()
    kept = CalendarKeeper(
        known,
        directory,
        http=NOTHING,
        rules=EventRules({}, private="3"),
        clock=FakeClock(datetime(2026, 3, 4, 11, tzinfo=UTC)),
        times=Times(at_once=1),
    )
    with capture_logs() as logged:
        await kept.round(NOTHING)
        await kept.round(NOTHING)
    assert asked == ["a.test", "b.test", "c.test", "b.test", "c.test"]
    failed, *well = (kept.reading(one.id) for one in known.all)
    assert failed is not None
    assert failed.problem is not None
    assert failed.problem.en.startswith("reading the calendar failed in a way")
    assert failed.again_at is not None
    assert all(one is not None and one.well_at is not None for one in well)
    [told] = logged
    assert (told["event"], told["person"], told["why"], told["exc_info"]) == (
        "calendars.not_kept",
        str(known.all[0].person_id),
        "LookupError",
        True,
    )
