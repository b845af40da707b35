"""Messages as they are kept: sound and row, both or neither."""

from __future__ import annotations

import math
import threading
import time
import wave
from array import array
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from sqlalchemy import select

from hanvisa.calls.ports import NewMessage
from hanvisa.directory.engine import Database
from hanvisa.directory.message_box import MessagesInState
from hanvisa.directory.repositories.audit import Audit
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.directory.tables import MessageRow
from hanvisa.errors import InvalidInput, NotFound, StorageError
from hanvisa.ids import new_id
from hanvisa.policy.facts import MessageState

NOW = datetime.now(UTC).replace(microsecond=0)
RECORDING = "hv-rec-1"
RATE = 8000


@pytest.fixture
def box(demo: Database, tmp_path: Path) -> MessagesInState:
    return MessagesInState(tmp_path, demo, within=5)


@pytest.fixture
def anna(directory: SnapshotDirectory) -> UUID:
    return next(row.id for row in directory.register.persons.rows if row.given_name == "Anna")


def records(folder: Path, peak: int = 8000, seconds: float = 1.0) -> Path:
    """As Asterisk has recorded it."""
    file = folder / "asterisk" / "spool" / "recording" / f"{RECORDING}.wav"
    samples = array("h", (round(peak * math.sin(i)) for i in range(round(seconds * RATE))))
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))
        sound.writeframes(samples.tobytes())
    return file


def message(person: UUID, recording: str | None = RECORDING) -> NewMessage:
    due = NOW + timedelta(days=2)
    return NewMessage(new_id(), person, "+46980319244", "hv-k-1", recording, False, NOW, due)


async def rows(database: Database) -> list[MessageRow]:
    async with database.reading() as session:
        return list(await session.scalars(select(MessageRow)))


async def test_a_message_is_stored_with_its_sound_and_once_only(
    box: MessagesInState, demo: Database, anna: UUID, tmp_path: Path
) -> None:
    recorded = records(tmp_path)
    sound = recorded.read_bytes()
    left = message(anna)
    await box.leave(left)
    await box.leave(left)  # as where the service was killed before it could thank the caller
    recorded.write_bytes(sound)  # or before it had removed what Asterisk recorded
    await box.leave(left)
    [row] = await rows(demo)
    assert row.recording == f"messages/{left.id}.wav"
    assert (tmp_path / row.recording).read_bytes() == sound
    assert not recorded.exists()
    assert (row.person_id, row.caller, row.state, row.due_at) == (anna, left.caller, "new", left.due_at)
    [entry] = await Audit(demo).list(table="messages", row_id=str(left.id))
    assert (entry.by, entry.action) == ("call hv-k-1", "created")


async def test_asterisk_may_record_on_a_disk_of_its_own(demo: Database, tmp_path: Path, anna: UUID) -> None:
    spool = tmp_path / "asterisk" / "spool" / "recording"
    spool.parent.mkdir(parents=True)
    with TemporaryDirectory(dir="/dev/shm") as disk:
        spool.symlink_to(disk)
        box = MessagesInState(tmp_path, demo, within=5)
        recorded = records(tmp_path)
        sound = recorded.read_bytes()
        left = message(anna)
        await box.leave(left)
        assert [file.read_bytes() for file in (tmp_path / "messages").iterdir()] == [sound]
        assert not recorded.exists()
        assert not await box.is_full()


async def test_what_is_to_be_handled_is_in_the_register_until_it_is(
    box: MessagesInState, directory: SnapshotDirectory, demo: Database, anna: UUID, tmp_path: Path
) -> None:
    records(tmp_path)
    left = message(anna)
    await box.leave(left)
    [waiting] = directory.register.messages_of(anna)
    assert (waiting.id, waiting.caller, waiting.state) == (left.id, left.caller, MessageState.NEW)
    assert box.sound(waiting) == str(tmp_path / "messages" / str(left.id))
    await box.mark(left.id, MessageState.READ, NOW, by="hallefors-201")
    assert directory.register.messages_of(anna)[0].state is MessageState.READ
    for state in (MessageState.HANDLED, MessageState.READ):
        await box.mark(left.id, state, NOW, by="hallefors-201")
        assert not directory.register.messages_of(anna)
    [row] = await rows(demo)
    assert (row.handled_at, row.handled_by) == (NOW, "phone hallefors-201")
    with pytest.raises(NotFound):
        await box.mark(new_id(), MessageState.READ, NOW, by="hallefors-201")


async def test_a_departments_message_is_in_the_register_for_the_department(
    box: MessagesInState, directory: SnapshotDirectory, demo: Database, anna: UUID, tmp_path: Path
) -> None:
    records(tmp_path)
    department = next(row.department_id for row in directory.register.persons.rows if row.id == anna)
    left = replace(message(anna), person_id=None, department_id=department)
    await box.leave(left)
    [waiting] = directory.register.messages_of_department(department)
    assert (waiting.id, waiting.person_id, waiting.department_id) == (left.id, None, department)
    assert not directory.register.messages_of(anna)
    await box.mark(left.id, MessageState.HANDLED, NOW, by="hallefors-201")
    assert not directory.register.messages_of_department(department)
    [row] = await rows(demo)
    assert (row.department_id, row.handled_by) == (department, "phone hallefors-201")
    with pytest.raises(InvalidInput, match="there is no department"):
        await box.leave(replace(message(anna, None), person_id=None, department_id=new_id()))


async def test_who_wants_to_be_rung_back_leaves_no_sound(
    box: MessagesInState, demo: Database, anna: UUID
) -> None:
    await box.leave(message(anna, None))
    [row] = await rows(demo)
    assert row.recording is None


async def test_where_the_row_or_the_sound_can_not_be_stored_there_is_neither(
    box: MessagesInState, demo: Database, anna: UUID, tmp_path: Path
) -> None:
    recorded = records(tmp_path)
    with pytest.raises(InvalidInput, match="there is no person"):
        await box.leave(message(new_id()))
    assert not list(box.folder.iterdir())
    assert recorded.exists()
    recorded.unlink()
    with pytest.raises(StorageError, match="can't be written"):
        await box.leave(message(anna))
    assert not await rows(demo)


async def test_a_caller_waits_no_longer_for_what_can_not_be_removed(
    demo: Database, anna: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, answers = MessagesInState(tmp_path, demo, within=0.5), threading.Event()
    records(tmp_path)
    with monkeypatch.context() as hanging:
        hanging.setattr(Path, "unlink", lambda *_, **__: answers.wait(10))
        begun = time.monotonic()
        await box.leave(message(anna))
        with pytest.raises(InvalidInput, match="there is no person"):
            await box.leave(message(new_id()))
        assert time.monotonic() - begun < 5
        answers.set()
    assert len(await rows(demo)) == 1


@pytest.mark.parametrize(
    ("peak", "seconds", "told"), [(8000, 2.0, 2.0), (8000, 0.2, 0.0), (60, 2.0, 0.0), (0, 0.0, 0.0)]
)
async def test_how_long_it_sounds(
    box: MessagesInState, tmp_path: Path, peak: int, seconds: float, told: float
) -> None:
    assert await box.seconds(RECORDING) is None
    file = records(tmp_path, peak, seconds)
    assert await box.seconds(RECORDING) == told
    assert f"{box.path(RECORDING)}.wav" == str(file)
    file.write_bytes(file.read_bytes()[:20])  # the disk was full
    assert await box.seconds(RECORDING) is None
    await box.discard(RECORDING)
    assert not file.exists()
    await box.discard(RECORDING)
