"""The outbox: nothing that was recorded is lost, and no call waits for it."""

import asyncio
import errno
import fcntl
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from hanvisa.calllog import outbox as outbox_module
from hanvisa.calllog.entry import CallEntry
from hanvisa.calllog.outbox import MANY, RESTS, Outbox, rests_after
from hanvisa.calllog.segment import SegmentWriter, to_line
from hanvisa.disk_writer import DiskWriter
from hanvisa.errors import StorageError
from hanvisa.testing import FakeClock


class Records:
    """A database that keeps entries by call and order; ``away`` and ``refuses`` make it fail."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, int], CallEntry] = {}
        self.away = False
        self.refuses: str | None = None
        self.asked = 0
        self.asked_at = 0.0  # the last time, by the loop's clock

    async def append(self, entries: Sequence[CallEntry]) -> None:
        self.asked += 1
        self.asked_at = asyncio.get_running_loop().time()
        if self.away:
            raise StorageError("The database does not answer.")
        if any(entry.call_id == self.refuses for entry in entries):
            raise RuntimeError("a fault of the writer")
        self.kept.update({(entry.call_id, entry.seq): entry for entry in entries})

    def told(self, call_id: str) -> list[object]:
        entries = sorted(self.kept.values(), key=lambda entry: entry.seq)
        return [entry.data["n"] for entry in entries if entry.call_id == call_id]


@pytest.fixture
def records() -> Records:
    return Records()


def outbox_in(folder: Path, records: Records, clock: FakeClock | None = None) -> Outbox:
    return Outbox(folder, records, clock or FakeClock(), linger=0.0, retry=0.01, retry_most=0.02)


@asynccontextmanager
async def running(outbox: Outbox) -> AsyncIterator[Outbox]:
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - it is about files, which set no event
            await asyncio.sleep(0.005)


def tear(folder: Path) -> None:
    """Leave half a line at the end, as a power cut may."""
    (segment,) = folder.iterdir()
    segment.write_bytes(segment.read_bytes() + b'["hv-k-1",99,"2026-08-0')


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def test_ships_in_order_and_leaves_nothing(tmp_path: Path, records: Records) -> None:
    outbox = outbox_in(tmp_path, records)
    async with running(outbox):
        for n in range(1200):
            outbox.record("hv-k-1", "key", {"n": n})
        await until(lambda: len(records.kept) == 1200 and not files(tmp_path))
    assert records.told("hv-k-1") == list(range(1200))


async def test_a_segment_is_not_shipped_while_it_is_being_made(
    tmp_path: Path, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shipping looks for closed segments in a thread, at any moment: here as the new one is about to be locked."""
    outbox = outbox_in(tmp_path, records)
    lock, closed = fcntl.flock, list[Path]()

    def lock_at_last(file: int, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        closed.extend(outbox._closed_segments())
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", lock_at_last)
    outbox.record("call", "one", {})
    assert closed == []
    assert await outbox.ship()
    assert len(records.kept) == 1


async def test_what_was_just_being_made_as_the_last_process_died_is_taken_away(
    tmp_path: Path, records: Records
) -> None:
    (tmp_path / "00000000000000000001.new").touch()
    async with running(outbox_in(tmp_path, records)):
        await until(lambda: files(tmp_path) == [])


async def test_what_was_left_and_can_not_be_tidied_up_keeps_no_call_out_of_the_log(
    tmp_path: Path, records: Records
) -> None:
    """A folder in the file's place refuses to be removed, and to be written over, as a broken disk does."""
    (tmp_path / "1.new").mkdir()
    (tmp_path / "2.jsonl.refused").touch()
    (tmp_path / "2.jsonl").mkdir()
    entry = CallEntry("hv-k-1", 1, FakeClock().now(), "key", {"n": 1})
    (tmp_path / "3.jsonl.refused").write_bytes(to_line(entry))
    outbox = outbox_in(tmp_path, records)
    async with running(outbox):
        await until(lambda: records.told("hv-k-1") == [1])
        outbox.record("hv-k-1", "key", {"n": 2})
        await until(lambda: records.told("hv-k-1") == [1, 2])


async def test_a_folder_that_takes_no_lock_is_not_filled_with_what_could_not_be_made(
    tmp_path: Path, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_file: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    outbox = outbox_in(tmp_path, records)
    with monkeypatch.context() as refusing:
        refusing.setattr(fcntl, "flock", refuse)
        outbox.record("call", "one", {})
        assert files(tmp_path) == []
    outbox.record("call", "two", {})
    assert await outbox.ship()
    assert len(records.kept) == 2


async def test_keeps_all_while_the_database_is_away(tmp_path: Path, records: Records) -> None:
    outbox = outbox_in(tmp_path, records)
    records.away = True
    async with running(outbox):
        outbox.record("hv-k-1", "opened", {"n": 1})
        await until(lambda: records.asked >= 3)
        outbox.record("hv-k-1", "closed", {"n": 2})
        assert records.kept == {}
        records.away = False
        await until(lambda: records.told("hv-k-1") == [1, 2] and not files(tmp_path))


async def test_a_restart_ships_what_is_left_and_order_goes_on(tmp_path: Path, records: Records) -> None:
    clock = FakeClock()
    first = outbox_in(tmp_path, records, clock)
    records.away = True
    first.record("hv-k-1", "opened", {"n": 1})
    assert not await first.ship()
    records.away = False
    clock.at = clock.at.replace(minute=1)
    second = outbox_in(tmp_path, records, clock)
    async with running(second):
        second.record("hv-k-1", "signal", {"n": 2})
        await until(lambda: records.told("hv-k-1") == [1, 2])


async def test_survives_a_killed_process(tmp_path: Path, records: Records) -> None:
    program = (
        "import sys, pathlib; from hanvisa.calllog.outbox import Outbox; from hanvisa.testing import FakeClock\n"
        "outbox = Outbox(pathlib.Path(sys.argv[1]), None, FakeClock())\n"
        "for n in range(50): outbox.record('hv-k-1', 'key', {'n': n})\n"
        "print('written', flush=True); sys.stdin.read()"
    )
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path), stdin=pipe, stdout=pipe
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"written\n"
    outbox = outbox_in(tmp_path, records)
    await outbox.ship()
    assert records.kept == {}, "the segment of a living process is its own"
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    assert await outbox.ship()
    assert records.told("hv-k-1") == list(range(50))


async def test_a_torn_line_is_passed_over(tmp_path: Path, records: Records) -> None:
    outbox = outbox_in(tmp_path, records)
    outbox.record("hv-k-1", "key", {"n": 1})
    tear(tmp_path)
    assert await outbox.ship()
    assert records.told("hv-k-1") == [1]


async def test_what_the_database_refuses_holds_up_nothing(tmp_path: Path, records: Records) -> None:
    outbox = outbox_in(tmp_path, records)
    records.refuses = "hv-k-bad"
    outbox.record("hv-k-bad", "key", {"n": 1})
    assert await outbox.ship()
    outbox.record("hv-k-1", "key", {"n": 2})
    assert await outbox.ship()
    assert records.told("hv-k-1") == [2]
    assert [name for name in files(tmp_path) if name.endswith(".refused")]
    records.refuses = None
    async with running(outbox_in(tmp_path, records)):
        await until(lambda: records.told("hv-k-bad") == [1])


async def test_with_a_full_disk_calls_go_on_and_are_written_down_when_there_is_room(
    tmp_path: Path, records: Records, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = FakeClock()
    outbox = outbox_in(tmp_path, records, clock)
    write = os.write

    def half(file: int, line: bytes) -> int:
        return write(file, line[: len(line) // 2])

    with monkeypatch.context() as full:
        full.setattr("os.write", half)
        for n in range(3):
            outbox.record("hv-k-1", "key", {"n": n})
    assert capsys.readouterr().out.count("calllog.not_recorded") == 1
    outbox.record("hv-k-1", "key", {"n": 3})
    assert await outbox.ship()
    assert records.told("hv-k-1") == [0, 1, 2, 3]


def no_room(_file: int, _line: bytes) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


async def test_while_the_disk_takes_nothing_that_is_told_and_how_much_waits(
    tmp_path: Path, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = outbox_in(tmp_path, records)
    outbox.record("hv-k-1", "key", {"n": 0})
    assert (outbox.trouble, outbox.waiting) == (None, 0)
    with monkeypatch.context() as full:
        full.setattr("os.write", no_room)
        for n in (1, 2):
            outbox.record("hv-k-1", "key", {"n": n})
    assert outbox.waiting == 2
    assert outbox.trouble is not None
    assert f"{tmp_path} takes nothing (No space left on device): 2 entries" in outbox.trouble
    outbox.record("hv-k-1", "key", {"n": 3})
    assert (outbox.trouble, outbox.waiting, outbox.lost) == (None, 0, 0)


async def test_a_stop_tells_how_many_entries_are_lost_for_the_disk_has_not_taken_them(
    tmp_path: Path, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However short a time ago it was told that they were not written; those that were too many are counted too."""
    monkeypatch.setattr("hanvisa.calllog.outbox.UNWRITTEN", 30)
    outbox = outbox_in(tmp_path, records)
    with monkeypatch.context() as full, capture_logs() as told:
        full.setattr("os.write", no_room)
        async with running(outbox):
            await asyncio.sleep(0)  # it has begun
            for n in range(40):
                outbox.record("hv-k-1", "key", {"n": n})
            assert (outbox.waiting, outbox.lost) == (31, 9)
    assert [one["entries"] for one in told if one["event"] == "calllog.lost"] == [40]


async def test_a_stop_tells_of_nothing_where_all_is_written(tmp_path: Path, records: Records) -> None:
    outbox = outbox_in(tmp_path, records)
    records.away = True
    with capture_logs() as told:
        async with running(outbox):
            outbox.record("hv-k-1", "key", {"n": 1})
            await until(lambda: records.asked > 0)
    assert "calllog.lost" not in [one["event"] for one in told]
    assert not outbox.waiting


async def test_takes_any_data(tmp_path: Path, records: Records) -> None:
    outbox = outbox_in(tmp_path, records)
    outbox.record(
        "hv-k-1", "signal", {"n": 1, "id": UUID(int=1), "said": "Hällefors \udcff\n", "files": ("a",)}
    )
    endless: dict[str, Any] = {"n": 2}
    endless["within"] = endless
    outbox.record("hv-k-1", "signal", endless)
    assert await outbox.ship()
    (entry,) = records.kept.values()
    assert entry.data == {"n": 1, "id": str(UUID(int=1)), "said": "Hällefors ?\n", "files": ["a"]}


async def test_segments_do_not_grow_for_ever(
    tmp_path: Path, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hanvisa.calllog.outbox.SEGMENT_SIZE", 500)
    outbox = outbox_in(tmp_path, records)
    for n in range(50):
        outbox.record("hv-k-1", "key", {"n": n})
    assert len(files(tmp_path)) > 3
    assert await outbox.ship()
    assert records.told("hv-k-1") == list(range(50))


def test_a_segment_is_locked_by_its_writer(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path / "one.jsonl")
    writer.append(b"[]\n")
    assert (writer.size, (tmp_path / "one.jsonl").read_bytes()) == (3, b"[]\n")
    writer.close()


async def test_while_the_folder_hangs_calls_go_on_and_all_is_there_in_order_afterwards(
    tmp_path: Path, records: Records
) -> None:
    disk, answers = DiskWriter(tmp_path, patience=0.01, steady=3600.0), threading.Event()
    outbox = Outbox(tmp_path, records, FakeClock(), disk, linger=0.0, retry=0.01)
    async with running(outbox):
        outbox.record("hv-k-1", "key", {"n": 0})
        await until(lambda: len(records.kept) == 1)
        disk.do(answers.wait)
        for n in range(1, 1000):
            outbox.record("hv-k-1", "key", {"n": n})
        answers.set()
        await until(lambda: len(records.kept) == 1000 and not files(tmp_path))
    assert records.told("hv-k-1") == list(range(1000))


async def test_in_a_rush_of_entries_they_are_gathered_for_longer(tmp_path: Path, records: Records) -> None:
    outbox = Outbox(tmp_path, records, FakeClock(), linger=0.05)
    async with running(outbox):
        for n in range(MANY + 1):
            outbox.record("hv-k-1", "key", {"n": n})
        await until(lambda: len(records.kept) == MANY + 1)
        first = records.asked_at
        outbox.record("hv-k-1", "key", {"n": MANY + 1})
        await until(lambda: len(records.kept) == MANY + 2)
        assert records.asked_at - first >= (1 + RESTS) * outbox.linger


async def test_otherwise_they_are_not(
    tmp_path: Path, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many have been shipped before."""
    monkeypatch.setattr(outbox_module, "MANY", 1)
    monkeypatch.setattr(outbox_module, "RESTS", 10_000)
    outbox = Outbox(tmp_path, records, FakeClock(), linger=0.01)
    async with running(outbox):
        for n in range(3):
            outbox.record("hv-k-1", "key", {"n": n})
            await until(lambda so_far=n + 1: len(records.kept) == so_far)


@pytest.mark.parametrize(
    ("shipped", "rested", "rests"),
    [
        (MANY, 0, 0),
        (MANY + 1, 0, RESTS),
        (MANY * (1 + RESTS), RESTS, 0),
        (MANY * (1 + RESTS) + 1, RESTS, RESTS),
    ],
)
def test_it_is_a_rush_where_many_come_in_a_linger(shipped: int, rested: int, rests: int) -> None:
    """Those of a longer round are not many for being of a longer time."""
    assert rests_after(shipped, rested) == rests


async def test_after_each_round_it_rests_by_what_that_had_and_how_long_it_was(
    tmp_path: Path, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []

    def rests(shipped: int, rested: int) -> int:
        asked.append((shipped, rested))
        return 3

    monkeypatch.setattr(outbox_module, "rests_after", rests)
    async with running(Outbox(tmp_path, records, FakeClock(), linger=0.01)) as outbox:
        for n in range(2):
            outbox.record("hv-k-1", "key", {"n": n})
        await until(lambda: len(asked) == 1)
        outbox.record("hv-k-1", "key", {"n": 2})
        await until(lambda: len(asked) == 2)
    assert asked == [(2, 0), (1, 3)]


async def test_a_stop_does_not_wait_for_a_folder_that_hangs(tmp_path: Path, records: Records) -> None:
    """Nor for one that has hung since the start."""
    disk, answers = DiskWriter(tmp_path, patience=0.01, steady=3600.0), threading.Event()
    outbox = Outbox(tmp_path, records, FakeClock(), disk)
    beside = asyncio.ensure_future(disk.beside(answers.wait))
    async with asyncio.timeout(5), running(outbox):
        disk.do(answers.wait)
        outbox.record("hv-k-1", "key", {"n": 0})
    answers.set()
    await beside
    await disk.done(lambda: None)
    assert await outbox_in(tmp_path, records).ship() is True


async def test_a_folder_that_fails_ends_nothing(tmp_path: Path, records: Records) -> None:
    """As one that is mounted "soft" does after a while (EIO)."""
    folder = tmp_path / "outbox"
    outbox = outbox_in(folder, records)
    outbox.record("hv-k-1", "key", {"n": 0})
    (segment,) = folder.iterdir()
    segment.rename(tmp_path / segment.name)
    segment.mkdir()  # reading it fails
    assert not await outbox.ship()
    segment.rmdir()
    (tmp_path / segment.name).rename(segment)
    assert await outbox.ship()
    assert records.told("hv-k-1") == [0]


async def test_a_segment_that_can_not_be_read_holds_up_no_other_and_is_tried_again(
    tmp_path: Path, records: Records
) -> None:
    """As one that root has left, who has run the service once, can't be read by its user."""
    left = tmp_path / "00000000000000000001.jsonl"
    left.mkdir()
    with capture_logs() as told:
        async with running(outbox_in(tmp_path, records)) as outbox:
            for n in range(3):
                outbox.record("hv-k-1", "key", {"n": n})
                await until(lambda n=n: records.told("hv-k-1") == list(range(n + 1)))
            left.rmdir()
            left.write_bytes(to_line(CallEntry("hv-k-0", 1, FakeClock().now(), "key", {"n": 9})))
            await until(lambda: records.told("hv-k-0") == [9] and not left.exists())
            assert await outbox.ship()
    assert [(one["event"], one["file"]) for one in told] == [("calllog.not_read", left.name)]


async def test_no_segment_has_the_name_of_another(
    tmp_path: Path, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written at once after a hang: the one may be on its way to the database, to be removed then."""
    monkeypatch.setattr("hanvisa.calllog.outbox.SEGMENT_SIZE", 100)
    disk, answers = DiskWriter(tmp_path, patience=0.01, steady=3600.0), threading.Event()
    outbox = Outbox(tmp_path, records, FakeClock(), disk)
    disk.do(answers.wait)
    for n in range(50):
        outbox.record("hv-k-1", "key", {"n": n})
    answers.set()
    await disk.done(lambda: None)
    assert {len((tmp_path / name).read_bytes().splitlines()) for name in files(tmp_path)} <= {1, 2}
    assert await outbox.ship()
    assert records.told("hv-k-1") == list(range(50))
