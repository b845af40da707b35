"""What follows a change of the register: each in its own time, again after a failure."""

from __future__ import annotations

import asyncio

import pytest

from hanvisa import following
from hanvisa.errors import Unavailable
from hanvisa.following import Follower
from hanvisa.lab.waiting import until


class Work:
    """Counts its rounds; fails the first ``failures`` of them."""

    def __init__(self, failures: int = 0) -> None:
        self.rounds = 0
        self.failures = failures
        self.done = asyncio.Condition()

    async def __call__(self) -> None:
        async with self.done:
            self.rounds += 1
            self.done.notify_all()
        if self.rounds <= self.failures:
            raise Unavailable("Asterisk is away.")

    async def until(self, rounds: int) -> None:
        async with asyncio.timeout(5), self.done:
            await self.done.wait_for(lambda: self.rounds >= rounds)


async def test_it_works_at_the_start_and_when_its_tables_change() -> None:
    work = Work()
    follower = Follower("phones", frozenset({"phones"}), work)
    running = asyncio.create_task(follower.run())
    await work.until(1)
    follower.changed(frozenset({"absences"}))
    follower.changed(frozenset({"phones", "persons"}))
    await work.until(2)
    running.cancel()
    assert work.rounds == 2


async def test_a_failure_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "RETRY", 0.01)
    work = Work(failures=1)
    follower = Follower("phones", frozenset(), work, awaited=True)
    assert follower.trouble == "The phones are not ready yet."
    running = asyncio.create_task(follower.run())
    await work.until(1)
    assert follower.trouble is not None
    assert not follower.ready.is_set()
    await work.until(2)
    await until(follower.ready.is_set, what="the phones are ready")
    assert follower.trouble is None
    running.cancel()


async def test_what_has_failed_is_done_at_once_when_what_it_lacked_is_there() -> None:
    """And nothing is done again that has not failed."""
    work = Work(failures=1)
    follower = Follower("transfers", frozenset(), work)
    running = asyncio.create_task(follower.run())
    await until(lambda: follower.trouble is not None, what="it has failed")
    follower.retry()
    await until(lambda: follower.trouble is None, within=following.RETRY / 2, what="it is done")
    follower.retry()
    for _ in range(3):  # turns of the loop, in which another round would begin
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})
    assert work.rounds == 2


async def test_what_was_done_at_once_is_not_done_again_when_it_would_have_been_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "RETRY", 0.1)
    work = Work(failures=1)
    follower = Follower("transfers", frozenset(), work)
    running = asyncio.create_task(follower.run())
    await until(lambda: follower.trouble is not None, what="it has failed")
    follower.retry()
    await work.until(2)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2 * following.RETRY):
            await work.until(3)
    running.cancel()


async def test_what_is_done_all_the_time_waits_no_longer_where_it_has_failed() -> None:
    work = Work(failures=2)
    follower = Follower("transfers", frozenset(), work, every=0.01)
    running = asyncio.create_task(follower.run())
    async with asyncio.timeout(following.RETRY / 2):
        await work.until(3)
    running.cancel()


async def test_it_works_again_after_a_time_though_nothing_has_changed() -> None:
    work = Work()
    follower = Follower("transfers", frozenset(), work, every=0.1)
    began = asyncio.get_running_loop().time()
    running = asyncio.create_task(follower.run())
    await work.until(3)
    assert asyncio.get_running_loop().time() - began >= 0.2
    running.cancel()


async def test_and_at_once_when_something_has_changed() -> None:
    work = Work()
    follower = Follower("transfers", frozenset({"phones"}), work, every=60)
    running = asyncio.create_task(follower.run())
    await work.until(1)
    follower.again()
    await work.until(2)
    running.cancel()


async def test_what_fails_without_a_word_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "RETRY", 0.01)
    rounds = []

    async def work() -> None:
        rounds.append(1)
        raise TimeoutError

    running = asyncio.create_task(Follower("phones", frozenset(), work).run())
    await until(lambda: len(rounds) > 1, what="it is tried again")
    running.cancel()
