"""The calls that are open, where they survive the process: in files that are their owner's alone."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from threading import Event

import pytest
from structlog.testing import capture_logs

from hanvisa.calllog import open_calls
from hanvisa.calllog.entry import CallEntry
from hanvisa.calllog.open_calls import FOLDER, OpenCallsInState
from hanvisa.calllog.outbox import Outbox
from hanvisa.disk_writer import DiskWriter
from hanvisa.testing import FakeClock


async def test_what_is_kept_is_there_for_the_next_process_until_it_is_forgotten(tmp_path: Path) -> None:
    calls = OpenCallsInState(tmp_path)
    calls.keep("hv-k-1", "first")
    calls.keep("hv-k-1", "å")
    calls.keep("hv-k-2", "second")
    calls.forget("hv-k-2")
    calls.forget("hv-k-2")
    assert await OpenCallsInState(tmp_path).left() == {"hv-k-1": "å"}
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / FOLDER).iterdir()}
    assert (modes, stat.S_IMODE((tmp_path / FOLDER).stat().st_mode)) == ({0o600}, 0o700)


async def test_the_file_of_a_call_that_is_over_is_blank_and_the_next_calls(tmp_path: Path) -> None:
    calls = OpenCallsInState(tmp_path)
    calls.keep("hv-k-1", "of the first")
    calls.forget("hv-k-1")
    [file] = (tmp_path / FOLDER).iterdir()
    assert file.read_text().strip() == ""
    inode = file.stat().st_ino
    calls.keep("hv-k-2", "2")
    [reused] = (tmp_path / FOLDER).iterdir()
    assert (reused.stat().st_ino, reused.name) == (inode, "hv-k-2.json")
    assert await calls.left() == {"hv-k-2": "2"}


async def test_what_another_process_has_left_spare_is_used_and_what_it_has_taken_meanwhile_is_not_missed(
    tmp_path: Path,
) -> None:
    before = OpenCallsInState(tmp_path)
    for call in ("hv-k-1", "hv-k-2"):
        before.keep(call, "ends")
    for call in ("hv-k-1", "hv-k-2"):
        before.forget(call)
    after = OpenCallsInState(tmp_path)
    before.keep("hv-k-3", "before")
    for call in ("hv-k-4", "hv-k-5"):
        after.keep(call, "after")
    assert await after.left() == {"hv-k-3": "before", "hv-k-4": "after", "hv-k-5": "after"}
    assert len(list((tmp_path / FOLDER).iterdir())) == 3


async def test_a_kill_before_the_first_state_is_written_leaves_no_call(tmp_path: Path) -> None:
    calls = OpenCallsInState(tmp_path)
    calls.keep("hv-k-1", "ends")
    calls.forget("hv-k-1")
    [spare] = (tmp_path / FOLDER).iterdir()
    spare.rename(tmp_path / FOLDER / "hv-k-2.json")
    assert await OpenCallsInState(tmp_path).left() == {}


async def test_a_shorter_one_is_read_without_what_a_longer_one_has_left(tmp_path: Path) -> None:
    calls = OpenCallsInState(tmp_path)
    for written in ('{"stage":"a longer one"}', "{}", '{"stage":"in between"}', '{"a":1}'):
        calls.keep("hv-k-1", written)
        assert await OpenCallsInState(tmp_path).left() == {"hv-k-1": written}


def test_where_nothing_can_be_written_the_calls_go_on_and_it_is_told_once(tmp_path: Path) -> None:
    calls = OpenCallsInState(tmp_path)
    (tmp_path / FOLDER).rmdir()
    with capture_logs() as logged:
        calls.keep("hv-k-1", "first")
        calls.keep("hv-k-1", "second")
        calls.forget("hv-k-1")
    assert [entry["event"] for entry in logged] == ["calls.not_written_down"]


@pytest.mark.parametrize("damage", ["half a letter", "another's", "no file"])
async def test_one_file_that_can_not_be_read_hides_no_other_call(tmp_path: Path, damage: str) -> None:
    """A folder in the file's place can't be read by anybody, as what root has left can't by the service's user."""
    calls = OpenCallsInState(tmp_path)
    calls.keep("hv-k-1", "{}")
    calls.keep("hv-k-2", '{"name": "å"}')
    file = tmp_path / FOLDER / "hv-k-2.json"
    if damage == "half a letter":
        file.write_bytes(file.read_bytes().replace("å".encode(), "å".encode()[:1]))
    else:
        file.unlink()
        file.mkdir() if damage == "another's" else file.symlink_to("gone")
    with capture_logs() as logged:
        left = await OpenCallsInState(tmp_path).left()
    assert left.pop("hv-k-1") == "{}"
    assert left == ({"hv-k-2": '{"name": "�"}'} if damage == "half a letter" else {})
    told = [(entry["event"], entry["file"]) for entry in logged]
    assert told == ([("calls.not_read", "hv-k-2.json")] if damage == "another's" else [])


async def test_a_disk_that_takes_half_of_it_is_told_of_and_hides_no_other_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = OpenCallsInState(tmp_path)
    calls.keep("hv-k-1", "{}")
    write = os.write
    with monkeypatch.context() as full, capture_logs() as logged:
        full.setattr(os, "write", lambda file, content: write(file, content[:9]))
        calls.keep("hv-k-2", '{"name": "anna"}')
    assert [(entry["event"], entry["why"]) for entry in logged] == [
        ("calls.not_written_down", "9 of 17 bytes were written")
    ]
    assert (await OpenCallsInState(tmp_path).left())["hv-k-1"] == "{}"


@pytest.fixture
def disk() -> DiskWriter:
    return DiskWriter(Path("/srv/hanvisa"), patience=0.01, steady=3600.0)


async def test_while_the_folder_hangs_the_newest_state_waits_and_a_call_that_ended_is_gone_after_its_end(
    tmp_path: Path, disk: DiskWriter
) -> None:
    calls = OpenCallsInState(tmp_path, disk)
    outbox = Outbox(tmp_path / "outbox", Nothing(), FakeClock(), disk)
    calls.keep("hv-k-1", "first")
    await disk.done(lambda: None)  # a busy machine takes longer for it than the folder may
    folder, answers = tmp_path / FOLDER, Event()
    disk.do(answers.wait)
    for state in ("second", "third"):
        calls.keep("hv-k-1", state)
        calls.keep("hv-k-2", state)
    outbox.record("hv-k-1", "closed", {})
    ended = asyncio.ensure_future(disk.done(lambda: (log_of(outbox), (folder / "hv-k-1.json").exists())))
    await asyncio.sleep(0)
    calls.forget("hv-k-1")
    assert (folder / "hv-k-1.json").read_text() == "first\n"
    assert log_of(outbox) == b""
    answers.set()
    line, was_there = await ended
    assert b'"closed"' in line
    assert was_there
    assert await calls.left() == {"hv-k-2": "third"}


def log_of(outbox: Outbox) -> bytes:
    return b"".join(file.read_bytes() for file in outbox.folder.iterdir())


class Nothing:
    """A database that is asked for nothing."""

    async def append(self, entries: Sequence[CallEntry]) -> None:
        raise AssertionError(entries)


async def test_what_is_left_is_that_of_the_moment_in_which_it_is_asked(
    tmp_path: Path, disk: DiskWriter
) -> None:
    calls, answers = OpenCallsInState(tmp_path, disk), Event()
    calls.keep("hv-k-1", "ends meanwhile")
    disk.do(answers.wait)
    left = asyncio.ensure_future(calls.left())
    await asyncio.sleep(0)
    calls.forget("hv-k-1")
    calls.keep("hv-k-2", "begins meanwhile")
    answers.set()
    assert await left == {"hv-k-1": "ends meanwhile"}
    assert await calls.left() == {"hv-k-2": "begins meanwhile"}


async def test_where_the_folder_hangs_calls_are_taken_on_without_it(
    tmp_path: Path, disk: DiskWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_calls, "READ_WITHIN", 0.01)
    calls, answers = OpenCallsInState(tmp_path, disk), Event()
    calls.keep("hv-k-1", "first")
    disk.do(answers.wait)
    with capture_logs() as logged:
        assert await calls.left() == {}
    assert [entry["event"] for entry in logged] == ["calls.not_written_down"]
    answers.set()
