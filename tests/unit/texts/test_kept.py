"""Texts hold a caller's number, and whom they sought: they go when docs/personal-data.md says that they do."""

from __future__ import annotations

import os
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from hanvisa.config import Settings
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import open_database
from hanvisa.directory.migrations import upgrade
from hanvisa.directory.personal import leaving, removing, texts
from hanvisa.directory.tables import MobileRow, PersonRow
from hanvisa.personal import export, purge_now, remove_now
from hanvisa.policy.texts import A_DAY, TextMessage
from hanvisa.testing import FakeClock
from hanvisa.texts.spool import KEPT_FOR, Spool, Waiting
from unit.texts.test_outbox import TAKEN, TEXT, UNSURE, ScriptedGateway, files, sending, until_files

NOW = datetime.now(UTC)
OTHER = TextMessage("+46701740691", TEXT.words)


async def settings_of(state: Path) -> Settings:
    settings = Settings(state=state)
    await upgrade(settings.database_url)
    return settings


async def test_one_that_was_sent_is_kept_a_day_though_no_other_follows(tmp_path: Path) -> None:
    settings, clock, folder = await settings_of(tmp_path), FakeClock(datetime.now(UTC)), tmp_path / "texts"
    async with sending(folder, ScriptedGateway(deque([TAKEN])), clock) as outbox:
        outbox.queue("a", TEXT)
        await until_files(folder, "a.sent")
        await purge_now(settings, clock.now() + A_DAY - timedelta(minutes=1), dry_run=False)
        assert files(folder) == ["a.sent"]
        late = clock.now() + A_DAY + timedelta(minutes=1)
        due = await purge_now(settings, late, dry_run=True)
        assert {one.name: one.number for one in due if one.number} == {"texts": 1}
        assert files(folder) == ["a.sent"]
        await purge_now(settings, late, dry_run=False)
        assert files(folder) == []


async def test_one_of_which_nobody_knows_is_kept_thirty_days_by_a_service_that_runs(tmp_path: Path) -> None:
    settings, clock, folder = await settings_of(tmp_path), FakeClock(datetime.now(UTC)), tmp_path / "texts"
    async with sending(folder, ScriptedGateway(deque([UNSURE])), clock) as outbox:
        outbox.queue("a", TEXT)
        await until_files(folder, "a.aside")
        outbox.queue("b", TEXT)
        await until_files(folder, "a.aside", "b.sent")
        await purge_now(settings, clock.now() + KEPT_FOR - timedelta(minutes=1), dry_run=False)
        assert files(folder) == ["a.aside"]
        await purge_now(settings, clock.now() + KEPT_FOR + timedelta(minutes=1), dry_run=False)
        assert files(folder) == []


@pytest.mark.parametrize("suffix", [".json", ".sending", ".aside", ".new"])
async def test_without_a_gateway_they_go_too(tmp_path: Path, suffix: str) -> None:
    """What is torn as well; but never the lock."""
    settings, folder = await settings_of(tmp_path), tmp_path / "texts"
    folder.mkdir()
    long_ago = (NOW - KEPT_FOR - timedelta(days=1)).timestamp()
    for name in (f"a{suffix}", "lock"):
        (folder / name).write_text('{"at": "2026-')
        os.utime(folder / name, (long_ago, long_ago))
    await purge_now(settings, NOW, dry_run=False)
    assert [file.name for file in folder.iterdir()] == ["lock"]


async def test_those_to_a_caller_go_with_what_is_held_on_them(tmp_path: Path) -> None:
    settings, folder = await settings_of(tmp_path), tmp_path / "texts"
    spool = Spool(folder)
    for id_, text in (("a", TEXT), ("b", TEXT), ("c", OTHER)):
        spool.add(Waiting(id_, NOW, text))
    spool.set_aside("a")
    removed = await remove_now(settings, TEXT.to, NOW)
    assert removed.files == 2
    assert files(folder) == ["c.json"]


async def test_one_to_a_caller_that_is_sent_while_they_are_removed_goes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service goes on beside the command."""
    settings, spool = await settings_of(tmp_path), Spool(tmp_path / "texts")
    spool.add(Waiting("a", NOW, TEXT))
    spool.begin("a")
    take_out, deleted = removing._remove_calls, texts.delete

    async def meanwhile(*args: Any) -> tuple[int, int]:
        spool.wait_again("a")
        spool.add(Waiting("b", NOW, TEXT))
        return await take_out(*args)

    def just_before(folder: Path, id_: str) -> None:
        spool.begin(id_)
        spool.keep_sent(id_)
        deleted(folder, id_)

    monkeypatch.setattr(removing, "_remove_calls", meanwhile)
    monkeypatch.setattr(texts, "delete", just_before)
    assert (await remove_now(settings, TEXT.to, NOW)).files == 2
    assert files(tmp_path / "texts") == []


async def left(settings: Settings) -> str:
    """Somebody who has left, with a mobile, whose number TEXT is to: their id."""
    anna = PersonRow(given_name="Anna", family_name="Berg", ended_at=NOW)
    database = open_database(settings.database_url)
    async with database.changing(SYSTEM) as session:
        session.add(anna)
        await session.flush()
        session.add(
            MobileRow(
                person_id=anna.id,
                number=TEXT.to,
                carrier="Bolaget",
                grounds="rör sig",
                decided_by="chefen",
                decided_at=NOW - timedelta(days=9),
            )
        )
    await database.close()
    return str(anna.id)


async def test_those_to_somebody_who_has_left_go_though_their_removal_was_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, spool = await settings_of(tmp_path), Spool(tmp_path / "texts")
    anna = await left(settings)
    spool.add(Waiting("a", NOW - timedelta(hours=1), TEXT))

    def dies(*_: Any) -> None:
        raise OSError("the process has died")

    with monkeypatch.context() as broken:
        broken.setattr(texts, "delete", dies)
        with pytest.raises(OSError, match="died"):
            await remove_now(settings, anna, NOW)
    assert files(tmp_path / "texts") == ["a.json"]
    await remove_now(settings, anna, NOW)
    assert files(tmp_path / "texts") == []


@pytest.mark.parametrize("erased", ["erase_person", "erase_caller"])
async def test_one_that_is_queued_while_rows_are_erased_goes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, erased: str
) -> None:
    """The service goes on beside the command: they call once more, and are texted."""
    settings, spool = await settings_of(tmp_path), Spool(tmp_path / "texts")
    id_ = await left(settings) if erased == "erase_person" else TEXT.to
    spool.add(Waiting("a", NOW, TEXT))
    erase = getattr(leaving, erased)

    async def meanwhile(*given: Any) -> Any:
        spool.add(Waiting("b", datetime.now(UTC), TEXT))
        return await erase(*given)

    monkeypatch.setattr(leaving, erased, meanwhile)
    assert (await remove_now(settings, id_, NOW)).files == 2
    assert files(tmp_path / "texts") == []


async def test_those_to_a_caller_are_given_out(tmp_path: Path) -> None:
    settings = await settings_of(tmp_path)
    spool = Spool(tmp_path / "texts")
    for id_, text in (("a", TEXT), ("c", OTHER)):
        spool.add(Waiting(id_, NOW, text))
    exported = await export(settings, TEXT.to, tmp_path / "held.zip", NOW, lambda _: None)
    with ZipFile(tmp_path / "held.zip") as archive:
        told = archive.read("texts.jsonl").decode()
    assert exported.rows == 1
    assert TEXT.to in told
    assert TEXT.words in told
    assert OTHER.to not in told
