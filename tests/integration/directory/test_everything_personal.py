"""Nothing that is held on somebody is forgotten: a new table or column that names people fails here."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

import pytest
from sqlalchemy import update

from hanvisa.config import Settings
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.personal.held import HELD
from hanvisa.directory.personal.purging import Purge
from hanvisa.directory.personal.removing import remove
from hanvisa.directory.tables import ExtractRow, PersonRow
from hanvisa.nightly import limits_of
from hanvisa.personal import export
from integration.directory.one_of_everything import everything_of_maja, where_it_is_told

NOW = datetime(2026, 8, 5, 1, 15, tzinfo=UTC)
LATELY, LONG_AGO = NOW - timedelta(days=3), NOW - timedelta(days=6 * 366)
STAYS = {
    "audit.action", "audit.row_id", "audit.table_name", "calls.outcome", "calls.side", "cost_centres.code",
    "cost_centres.external_id", "cost_centres.name", "decisions.effect", "decisions.kind", "decisions.rules",
    "extensions.external_id", "extensions.kind", "extensions.number", "greeting_checks.came", "mobiles.carrier",
    "notices.text", "numbers.external_id", "numbers.kind", "numbers.number", "operations.external_id",
    "operations.name", "operators.external_id", "operators.state", "persons.language", "persons.may_call",
    "persons.number_shown", "phones.account", "phones.external_id", "setting_history.key", "setting_history.value",
}  # fmt: skip
"""What tells of the organisation, and of nobody in it. Whoever adds to this has thought about it."""
_WITHOUT_TEXTS = {
    "memberships", "operator_switchboards", "exception_operators", "exception_uses", "notice_acknowledgements",
    "unreferred_mails",
}  # fmt: skip
WHILE_THERE = ("in the register", "until another is named", "in the group", "rung back")


@pytest.fixture
def settings(demo_url: str, tmp_path: Path) -> Settings:
    return Settings(state=tmp_path, database_url=demo_url)


def purge_of(database: Database, settings: Settings) -> Purge:
    return Purge(database, settings.state, limits_of(settings, NOW), NOW, forget=lambda _: None)


async def test_of_who_is_removed_no_text_is_left_anywhere(demo: Database, settings: Settings) -> None:
    maja = await everything_of_maja(demo, LATELY)
    before = await where_it_is_told(demo)
    assert {name.split(".")[0] for name in before} >= {
        held.table.__tablename__ for held in HELD
    } - _WITHOUT_TEXTS
    forgotten: list[UUID] = []
    await remove(demo, settings.state, str(maja), NOW, SYSTEM, forget=forgotten.append)
    assert len(forgotten) == 1  # of the one calendar
    assert await where_it_is_told(demo) == STAYS


async def test_of_who_left_long_ago_the_night_leaves_nothing_either(
    demo: Database, settings: Settings
) -> None:
    await everything_of_maja(demo, LONG_AGO)
    done = {one.name: one.number for one in await purge_of(demo, settings).carry_out()}
    assert min(done[name] for name in ("extracts", "extract-reasons", "sessions", "sign-in-tries")) == 1
    assert min(done[name] for name in ("invoices", "notices", "persons")) == 1
    assert await where_it_is_told(demo) <= STAYS
    assert not any(one.number for one in await purge_of(demo, settings).due())


async def test_of_who_is_there_still_only_what_says_so_is_kept_for_ever(
    demo: Database, settings: Settings
) -> None:
    maja = await everything_of_maja(demo, LONG_AGO)
    async with demo.changing(SYSTEM) as session:
        await session.execute(update(PersonRow).where(PersonRow.id == maja).values(ended_at=None))
    await purge_of(demo, settings).carry_out()
    kept = {held.table.__tablename__: held.kept for held in HELD}
    left = {name.split(".")[0] for name in await where_it_is_told(demo) - STAYS} - {"audit"}
    assert "persons" in left
    assert not [table for table in left if not any(words in kept[table] for words in WHILE_THERE)]


async def test_a_row_of_every_table_is_given_out(demo: Database, settings: Settings, tmp_path: Path) -> None:
    maja = await everything_of_maja(demo, LATELY)
    await export(settings, str(maja), tmp_path / "maja.zip", NOW, print)
    assert exported(tmp_path / "maja.zip") == {held.table.__tablename__ for held in HELD}


async def test_an_extract_that_the_person_does_not_know_of_is_not_given_out(
    demo: Database, settings: Settings, tmp_path: Path
) -> None:
    maja = await everything_of_maja(demo, LATELY)
    for number, tell_at in enumerate((NOW + timedelta(seconds=1), None)):
        async with demo.changing(SYSTEM) as session:
            await session.execute(update(ExtractRow).values(tell_at=tell_at))
        file = tmp_path / f"{number}.zip"
        await export(settings, str(maja), file, NOW, print)
        assert "extracts" not in exported(file)
        with ZipFile(file) as archive:
            assert b"extracts" not in archive.read("audit.jsonl")


def exported(file: Path) -> set[str]:
    with ZipFile(file) as archive:
        return {
            name.removesuffix(".jsonl")
            for name in archive.namelist()
            if name.endswith(".jsonl") and [json.loads(line) for line in archive.read(name).splitlines()]
        }
