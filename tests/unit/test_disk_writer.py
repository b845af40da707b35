"""Work on a folder's files: done before anything else happens, and nobody waits for it while the folder hangs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from structlog.testing import capture_logs

from hanvisa import disk_writer
from hanvisa.disk_writer import AT_ONCE, Disk, DiskWriter
from hanvisa.lab.waiting import until

FOLDER = Path("/srv/hanvisa")


@contextmanager
def hanging(disk: DiskWriter) -> Iterator[None]:
    """Whoever reaches into the folder waits."""
    answers = Event()
    disk.do(answers.wait)
    assert disk.trouble is not None
    try:
        yield
    finally:
        answers.set()


async def is_well(disk: DiskWriter) -> None:
    await until(lambda: disk.trouble is None, within=5.0, what="the folder counts as well")


def quick() -> DiskWriter:
    return DiskWriter(FOLDER, patience=0.01, steady=0.01)


@pytest.fixture(params=["at once", "by a writer"])
def disk(request: pytest.FixtureRequest) -> Disk:
    return AT_ONCE if request.param == "at once" else DiskWriter(FOLDER, patience=5.0)


async def test_what_is_given_is_done_when_it_returns(disk: Disk) -> None:
    done: list[int] = []
    for number in range(100):
        disk.do(lambda number=number: done.append(number))
        assert done[-1] == number
    assert await disk.done(lambda: list(done)) == await disk.beside(lambda: done) == list(range(100))
    assert disk.trouble is None


async def test_whoever_asks_is_given_what_went_wrong(disk: Disk) -> None:
    for ask in (disk.done, disk.beside):
        with pytest.raises(FileNotFoundError):
            await ask((FOLDER / "nothing" / "there").read_text)


async def test_while_it_hangs_nobody_waits_and_all_is_done_in_its_order_when_it_answers() -> None:
    disk, done = quick(), list[int]()
    with capture_logs() as logged:
        with hanging(disk):
            for number in range(1000):
                disk.do(lambda number=number: done.append(number))
            asked = asyncio.ensure_future(disk.done(lambda: len(done)))
            assert await disk.beside(lambda: "beside") == "beside"
            assert "/srv/hanvisa has not answered for 0 s" in str(disk.trouble)
            assert not done
        assert await asked == 1000
        await is_well(disk)
    assert done == list(range(1000))
    assert [(one["event"], one["folder"]) for one in logged] == [
        ("disk.hangs", "/srv/hanvisa"),
        ("disk.goes_on", "/srv/hanvisa"),
    ]
    disk.do(lambda: done.append(-1))
    assert done[-1] == -1, "and from then on it is waited for again"


async def test_a_folder_that_has_just_been_slow_is_not_waited_for_yet() -> None:
    disk = DiskWriter(FOLDER, patience=0.01, steady=3600.0)
    with hanging(disk):
        pass
    await disk.done(lambda: None)
    assert disk.trouble is not None


async def test_nor_one_whose_work_was_quick_but_began_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_writer, "monotonic", lambda: 10_000.0)  # no work takes any time
    disk = DiskWriter(FOLDER, patience=0.01, steady=3600.0)
    with hanging(disk):
        pass
    await disk.done(lambda: None)
    assert disk.trouble is not None


async def test_what_nobody_waits_for_any_more_is_not_done() -> None:
    disk, done = quick(), list[str]()
    with hanging(disk):
        asked = asyncio.ensure_future(disk.done(lambda: done.append("asked")))
        await asyncio.sleep(0)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
    await disk.done(lambda: done.append("later"))
    await is_well(disk)
    assert done == ["later"]


async def test_of_more_than_may_wait_those_that_come_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_writer, "MOST", 10)
    disk, done = quick(), list[int]()
    with capture_logs() as logged:
        with hanging(disk):
            for number in range(20):
                disk.do(lambda number=number: done.append(number))
        await is_well(disk)
    assert done == list(range(len(done)))
    assert logged[-1]["given_up"] == 20 - len(done) > 0


async def test_a_fault_of_ours_ends_no_thread() -> None:
    disk, done = quick(), list[Any]()

    def breaks() -> None:
        raise KeyError

    with capture_logs() as logged:
        disk.do(breaks)
        disk.do(lambda: done.append(1))
    assert done == [1]
    assert [one["event"] for one in logged] == ["disk.work_failed"]


def test_the_program_ends_though_the_folder_hangs_and_holds_a_thread_of_pythons_too() -> None:
    program = (
        "import pathlib, threading; from hanvisa.disk_writer import DiskWriter\n"
        "from hanvisa.ending import end_within\n"
        "DiskWriter(pathlib.Path('.'), patience=0.01).do(threading.Event().wait)\n"
        "threading.Thread(target=threading.Event().wait).start(); end_within(0.1)"
    )
    ended = subprocess.run([sys.executable, "-c", program], timeout=30, check=False, stdout=subprocess.PIPE)  # noqa: S603 - our own
    assert ended.returncode == 0
    assert b"disk.hangs" in ended.stdout
    assert b"It waits for a folder or a database that hangs." in ended.stdout
