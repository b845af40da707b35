"""Who is cancelled in the middle of a transaction, as when the service ends, leaves no torn connection behind."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import event, func, select

from hanvisa.directory.auditing import Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.absences import AbsenceFields, Absences
from hanvisa.directory.tables import AbsenceRow, PersonRow
from integration.directory.test_repositories import HOUR, NOW

ANNA = Actor("anna.sundqvist")


@pytest.mark.parametrize("moment", ["begin", "before_cursor_execute", "commit", "reset"])
async def test_a_cancelled_change_is_stored_whole_or_not_at_all_and_nothing_is_logged_as_a_fault(
    demo: Database, moment: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with demo.reading() as session:
        person = await session.scalar(select(PersonRow.id).where(PersonRow.given_name == "Anna"))
        assert person is not None
    absence = AbsenceFields(person, "1", NOW, NOW + HOUR)
    stored = await _stored(demo)
    changing = asyncio.create_task(Absences(demo).create(absence, ANNA))

    def cancel(*_: object) -> None:
        asyncio.get_running_loop().call_soon(changing.cancel)

    event.listen(demo.engine.sync_engine, moment, cancel)
    with pytest.raises(asyncio.CancelledError):
        await changing
    event.remove(demo.engine.sync_engine, moment, cancel)

    assert not caplog.records
    assert await _stored(demo) - stored == (1 if moment in {"commit", "reset"} else 0)
    await Absences(demo).create(absence, ANNA)  # and the next one finds a whole connection


async def _stored(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(AbsenceRow)) or 0
