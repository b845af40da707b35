"""Calendars that people set themselves, on both databases: one each, known to imports, asked anew when they change."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from hanvisa.directory.auditing import Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.imports import import_folder
from hanvisa.directory.repositories.calendar_addresses import (
    CalendarAddresses,
    CalendarFields,
    CalendarRecord,
)
from hanvisa.directory.tables import PersonRow
from hanvisa.errors import Conflict, StorageError

BY = Actor("anna")
NOW = datetime(2026, 8, 5, 8, tzinfo=UTC)
URL = "https://kalender.example.org/key/anna.ics"


async def nothing(_: UUID) -> None:
    """There is no password."""


@pytest.fixture
async def anna(demo: Database) -> UUID:
    async with demo.reading() as session:
        found = await session.scalars(select(PersonRow.id).where(PersonRow.external_id == "anna.sundqvist"))
        return found.one()


async def sets(database: Database, person: UUID, url: str = URL) -> CalendarRecord:
    return await CalendarAddresses(database).create(CalendarFields(person, url, "ical"), BY, nothing)


async def test_of_two_at_the_same_moment_one_is_told(demo: Database, other: Database, anna: UUID) -> None:
    came = await asyncio.gather(sets(demo, anna), sets(other, anna), return_exceptions=True)
    assert sorted(type(one).__name__ for one in came) in (
        ["CalendarRecord", "Contradiction"],
        ["CalendarRecord", "NotPossible"],
    )
    assert len(await CalendarAddresses(demo).list(person_id=anna)) == 1


async def test_an_import_knows_it_by_its_person(demo: Database, anna: UUID, tmp_path: Path) -> None:
    mine = await sets(demo, anna)
    text = "person,url,kind\nanna.sundqvist,https://kalender.example.org/key/other.ics,caldav\n"
    (tmp_path / "calendars.csv").write_text(text)
    shown = str(await import_folder(demo, tmp_path, dry_run=True))
    assert "calendars anna.sundqvist: url, kind ical -> caldav" in shown
    assert "/key/" not in shown
    await import_folder(demo, tmp_path)
    (calendar,) = await CalendarAddresses(demo).list(person_id=anna)
    assert (calendar.id, calendar.fields.kind, calendar.version) == (mine.id, "caldav", mine.version + 1)
    ended = await CalendarAddresses(demo).end(calendar.id, NOW, calendar.version, BY, nothing)
    assert ended.ended_at == NOW
    await import_folder(demo, tmp_path)
    (back,) = await CalendarAddresses(demo).list(person_id=anna)
    assert back.id == mine.id


async def test_a_password_that_can_not_be_kept_leaves_the_calendar_as_it_was(
    demo: Database, anna: UUID
) -> None:
    async def full(_: UUID) -> None:
        raise OSError("No space left on device")

    with pytest.raises(StorageError):
        await CalendarAddresses(demo).create(CalendarFields(anna, URL, "ical"), BY, full)
    assert await CalendarAddresses(demo).list(person_id=anna) == []
    mine = await sets(demo, anna)
    other = CalendarFields(anna, URL, "caldav")
    with pytest.raises(StorageError):
        await CalendarAddresses(demo).change(mine.id, other, mine.version, BY, full)
    assert await CalendarAddresses(demo).get(mine.id) == mine
    with pytest.raises(Conflict):
        await CalendarAddresses(demo).change(mine.id, other, mine.version + 1, BY, nothing)
