"""The outbox of text messages: each is sent once, whatever the gateway, the disk or the service do."""

import asyncio
import shutil
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from structlog.testing import capture_logs

from hanvisa.disk_writer import DiskWriter
from hanvisa.lab.waiting import until
from hanvisa.policy.texts import A_DAY, TextMessage
from hanvisa.testing import FakeClock
from hanvisa.texts.gateway import Answer, Outcome
from hanvisa.texts.outbox import GIVEN_UP_AFTER, TextOutbox
from hanvisa.texts.spool import Spool, Waiting

TEXT = TextMessage("+46701740690", "Direktnummer till Anna Berg: 0980-31 92 01")
TAKEN, NOT_NOW, REFUSED, UNSURE = (Answer(outcome, "why") for outcome in Outcome)


@dataclass
class ScriptedGateway:
    """Answers as it is told, then takes everything."""

    answers: deque[Answer] = field(default_factory=deque)
    recognises_repeats: bool = False
    asked: list[str] = field(default_factory=list)
    silent: bool = False

    async def send(self, id_: str, text: TextMessage) -> Answer:
        assert text == TEXT
        self.asked.append(id_)
        if self.silent:
            await asyncio.get_running_loop().create_future()
        return self.answers.popleft() if self.answers else TAKEN


@asynccontextmanager
async def sending(
    folder: Path, gateway: ScriptedGateway, clock: FakeClock | None = None
) -> AsyncIterator[TextOutbox]:
    outbox = TextOutbox(folder, gateway, clock or FakeClock(), retry=0.01, retry_most=0.02)
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.name != "lock")


async def until_files(folder: Path, *names: str) -> None:
    await until(lambda: files(folder) == list(names), what=lambda: f"{names}, not {files(folder)}")


async def test_one_is_sent_once_and_kept_to_be_counted(tmp_path: Path) -> None:
    gateway = ScriptedGateway()
    async with sending(tmp_path, gateway) as outbox:
        assert outbox.queue("a", TEXT)
        await until_files(tmp_path, "a.sent")
        assert outbox.queue("a", TEXT)
        assert outbox.queue("b", TEXT)
        await until_files(tmp_path, "a.sent", "b.sent")
    assert gateway.asked == ["a", "b"]


async def test_while_the_folder_hangs_nobody_is_promised_one_and_none_is_sent(tmp_path: Path) -> None:
    disk, answers = DiskWriter(tmp_path, patience=0.01, steady=3600.0), Event()
    outbox = TextOutbox(tmp_path, ScriptedGateway(), FakeClock(), disk)
    disk.do(answers.wait)
    assert not outbox.queue("a", TEXT)
    assert outbox.lately(TEXT.to) == 0
    answers.set()
    await disk.done(lambda: None)
    assert files(tmp_path) == []


async def test_one_that_is_written_down_too_late_is_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, answers, add = DiskWriter(tmp_path, patience=0.01, steady=3600.0), Event(), Spool.add

    def late(spool: Spool, waiting: Waiting) -> bool:
        answers.wait()
        return add(spool, waiting)

    monkeypatch.setattr(Spool, "add", late)
    outbox = TextOutbox(tmp_path, ScriptedGateway(), FakeClock(), disk)
    assert not outbox.queue("a", TEXT)
    answers.set()
    await disk.done(lambda: None)
    assert files(tmp_path) == ["a.aside"]


async def test_those_to_a_number_are_counted_for_a_day_whatever_has_become_of_them(tmp_path: Path) -> None:
    gateway, clock = ScriptedGateway(deque([TAKEN, REFUSED])), FakeClock()
    async with sending(tmp_path, gateway, clock) as outbox:
        outbox.queue("a", TEXT)
        await until_files(tmp_path, "a.sent")
        outbox.queue("b", TEXT)
        await until_files(tmp_path, "a.sent", "b.aside")
    outbox = TextOutbox(tmp_path, gateway, clock)  # as after a restart
    outbox.queue("c", TEXT)
    (tmp_path / "torn.json").write_text("{")
    assert outbox.lately(TEXT.to) == 3
    assert outbox.lately("+46701740691") == 0
    clock.advance(A_DAY + timedelta(seconds=1))
    assert outbox.lately(TEXT.to) == 0


async def test_the_same_is_not_queued_twice(tmp_path: Path) -> None:
    gateway = ScriptedGateway()
    outbox = TextOutbox(tmp_path, gateway, FakeClock())
    assert outbox.queue("a", TEXT)
    assert outbox.queue("a", TEXT)
    assert files(tmp_path) == ["a.json"]


async def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    TextOutbox(folder, ScriptedGateway(), FakeClock()).queue("a", TEXT)
    assert (folder.stat().st_mode & 0o777, (folder / "a.json").stat().st_mode & 0o777) == (0o700, 0o600)


async def test_what_is_not_taken_now_is_sent_later(tmp_path: Path) -> None:
    gateway = ScriptedGateway(deque([NOT_NOW, NOT_NOW]))
    async with sending(tmp_path, gateway) as outbox:
        outbox.queue("a", TEXT)
        await until_files(tmp_path, "a.sent")
    assert gateway.asked == ["a", "a", "a"]


async def test_what_is_refused_is_set_aside_and_holds_nothing_up(tmp_path: Path) -> None:
    gateway = ScriptedGateway(deque([REFUSED]))
    with capture_logs() as logs:
        async with sending(tmp_path, gateway) as outbox:
            outbox.queue("a", TEXT)
            await until_files(tmp_path, "a.aside")
            outbox.queue("b", TEXT)
            await until_files(tmp_path, "a.aside", "b.sent")
        assert gateway.asked == ["a", "b"]
    assert [each["event"] for each in logs] == ["texts.refused", "texts.sent"]
    assert TEXT.to not in str(logs)
    assert "Anna" not in str(logs)


async def test_an_answer_that_is_lost_is_no_reason_to_send_again(tmp_path: Path) -> None:
    gateway = ScriptedGateway(deque([UNSURE]))
    async with sending(tmp_path, gateway) as outbox:
        outbox.queue("a", TEXT)
        await until_files(tmp_path, "a.aside")
    assert gateway.asked == ["a"]


async def test_but_a_gateway_that_recognises_it_is_asked_again(tmp_path: Path) -> None:
    gateway = ScriptedGateway(deque([UNSURE]), recognises_repeats=True)
    async with sending(tmp_path, gateway) as outbox:
        outbox.queue("a", TEXT)
        await until_files(tmp_path, "a.sent")
    assert gateway.asked == ["a", "a"]


async def test_it_is_given_up_after_a_day(tmp_path: Path) -> None:
    clock = FakeClock()
    gateway = ScriptedGateway(deque([NOT_NOW] * 1000))
    with capture_logs() as logs:
        async with sending(tmp_path, gateway, clock) as outbox:
            outbox.queue("a", TEXT)
            await until(lambda: len(gateway.asked) >= 2)
            clock.advance(GIVEN_UP_AFTER)
            await until_files(tmp_path, "a.aside")
    assert logs[-1]["event"] == "texts.given_up"


async def test_what_waits_is_sent_after_a_restart(tmp_path: Path) -> None:
    async with sending(tmp_path, ScriptedGateway(deque([NOT_NOW] * 1000))) as outbox:
        outbox.queue("a", TEXT)
    TextOutbox(tmp_path, ScriptedGateway(), FakeClock()).queue("b", TEXT)  # one that ends before it has sent
    gateway = ScriptedGateway()
    async with sending(tmp_path, gateway):
        await until_files(tmp_path, "a.sent", "b.sent")
    assert sorted(gateway.asked) == ["a", "b"]


@pytest.mark.parametrize(
    ("recognises", "asked", "left"), [(False, [], ["a.aside"]), (True, ["a"], ["a.sent"])]
)
async def test_after_a_crash_in_the_moment_of_sending(
    tmp_path: Path, recognises: bool, asked: list[str], left: list[str]
) -> None:
    TextOutbox(tmp_path, ScriptedGateway(), FakeClock()).queue("a", TEXT)
    Spool(tmp_path).begin("a")
    gateway = ScriptedGateway(recognises_repeats=recognises)
    async with sending(tmp_path, gateway) as outbox:
        await until_files(tmp_path, *left)
        outbox.queue("b", TEXT)
        await until_files(tmp_path, *left, "b.sent")
    assert gateway.asked == [*asked, "b"]


async def test_a_stop_waits_for_an_answer_so_long_and_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hanvisa.texts.outbox.LET_END", 0.01)
    gateway = ScriptedGateway(silent=True)
    async with sending(tmp_path, gateway) as outbox:
        outbox.queue("a", TEXT)
        await until(lambda: gateway.asked)
    assert files(tmp_path) == ["a.sending"]


async def test_a_second_service_waits_until_the_first_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hanvisa.texts.outbox.LOCK_AGAIN", 0.01)
    first, second = ScriptedGateway(deque([NOT_NOW] * 1000)), ScriptedGateway()
    async with AsyncExitStack() as first_runs:
        outbox = await first_runs.enter_async_context(sending(tmp_path, first))
        outbox.queue("a", TEXT)
        async with sending(tmp_path, second):
            await until(lambda: len(first.asked) >= 5)
            assert not second.asked
            await first_runs.aclose()
            await until_files(tmp_path, "a.sent")
    assert second.asked == ["a"]


async def test_a_torn_file_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "torn.json").write_text('{"at": "2026-')
    gateway = ScriptedGateway()
    async with sending(tmp_path, gateway):
        await until_files(tmp_path, "torn.aside")
    assert not gateway.asked


async def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    outbox = TextOutbox(tmp_path / "texts", ScriptedGateway(), FakeClock())
    shutil.rmtree(tmp_path / "texts")
    with capture_logs() as logs:
        assert not outbox.queue("a", TEXT)
    assert logs[0]["event"] == "texts.not_queued"


async def test_what_was_taken_is_not_sent_again_though_its_file_can_not_be_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(spool: Spool, id_: str) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Spool, "keep_sent", fails)
    gateway = ScriptedGateway()
    async with sending(tmp_path, gateway) as outbox:
        outbox.queue("a", TEXT)
        await until_files(tmp_path, "a.sending")
        outbox.queue("b", TEXT)
        await until_files(tmp_path, "a.sending", "b.sending")
    assert gateway.asked == ["a", "b"]
