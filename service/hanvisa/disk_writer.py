"""Files are written where calls are decided, and yet no call waits for a folder that hangs.

A file server that is silent refuses nothing: whoever writes, reads or closes stands still until it is back (NFS's usual
mount). On one machine the work is done at once (`AtOnce`): a disk of its own that hangs takes Asterisk with it. Where
several nodes share the folder a thread does it (`DiskWriter`), which costs ten times as much (docs/adr/0119).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Protocol, TypeVar

import structlog

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)

T = TypeVar("T")
Work = Callable[[], object]

PATIENCE = 0.1  # seconds that calls wait for the folder, once
STEADY = 1.0  # seconds without a work that takes longer than that, until it counts as well again
MOST = 100_000  # works that wait while it hangs


class Disk(Protocol):
    """Carries out work on the files of a folder."""

    @property
    def trouble(self) -> str | None:
        """None when the folder answers, else a sentence."""
        ...

    def do(self, work: Work) -> None:
        """Have it done, in the order of these calls: it is when this returns, unless the folder hangs.

        ``work`` raises nothing.
        """
        ...

    async def done(self, work: Callable[[], T]) -> T:
        """Have it done in that same order, and give what it returns or raises, however long it takes."""
        ...

    async def beside(self, work: Callable[[], T]) -> T:
        """Likewise, but in no order with the others: nothing that is to be written waits for it."""
        ...


class AtOnce:
    """Implements `Disk` where the folder is on a disk of the machine's own."""

    trouble = None

    def do(self, work: Work) -> None:
        work()

    async def done(self, work: Callable[[], T]) -> T:
        return work()

    async def beside(self, work: Callable[[], T]) -> T:
        return await asyncio.to_thread(work)


AT_ONCE = AtOnce()


class DiskWriter:
    """Implements `Disk` in threads of its own, which end with the process, whatever they wait for.

    A work that is not done within ``patience`` seconds shows that the folder hangs. From then on nobody waits: works
    gather in memory, and are done in their order once it answers. For ``steady`` seconds it must then have been quick,
    so that a folder that is slow each time does not stop the calls each time.
    """

    def __init__(self, folder: Path, patience: float = PATIENCE, steady: float = STEADY) -> None:
        self._folder = folder
        self._patience = patience
        self._steady = steady
        self._hangs_since: float | None = None
        self._slow_at = 0.0  # when a work last took longer than it may
        self._given_up = 0
        self._works: SimpleQueue[tuple[Work, Lock]] = SimpleQueue()
        self._works_beside: SimpleQueue[Work] = SimpleQueue()
        for run in (self._work, self._work_beside):
            Thread(target=run, name=f"disk{run.__name__}", daemon=True).start()

    @property
    def trouble(self) -> str | None:
        since = self._hangs_since
        if since is None:
            return None
        return (
            f"The folder {self._folder} has not answered for {monotonic() - since:.0f} s; calls go on, and "
            "what is to be written waits in memory."
        )

    def do(self, work: Work) -> None:
        """As `Disk` has it. While it hangs, of more works than may wait those that come are given up."""
        if self._works.qsize() >= MOST:
            self._given_up += 1
            return
        is_done = self._put(work)
        if self._hangs_since is None and not is_done.acquire(timeout=self._patience):
            self._slow_at = monotonic()  # whatever the work itself took: it may have waited for another
            self._hangs_since = self._slow_at - self._patience
            log.error("disk.hangs", folder=str(self._folder), for_seconds=self._patience)
            self._put(_nothing)  # should all be done by now, somebody must find that it is

    async def done(self, work: Callable[[], T]) -> T:
        answer: Future[T] = Future()
        self._put(partial(_answer, work, answer))
        return await asyncio.wrap_future(answer)

    async def beside(self, work: Callable[[], T]) -> T:
        answer: Future[T] = Future()
        self._works_beside.put(partial(_answer, work, answer))
        return await asyncio.wrap_future(answer)

    def _put(self, work: Work) -> Lock:
        """The lock is free when it is done."""
        is_done = Lock()
        is_done.acquire()
        self._works.put((work, is_done))
        return is_done

    # in the threads

    def _work(self) -> None:
        while True:
            try:
                work, is_done = self._works.get(timeout=None if self._hangs_since is None else self._steady)
            except Empty:
                self._goes_on()
                continue
            began = monotonic()
            _carry_out(work)
            is_done.release()
            if self._hangs_since is not None:
                self._is_steady_since(began)

    def _is_steady_since(self, began: float) -> None:
        now = monotonic()
        if now - began > self._patience:
            self._slow_at = now
        elif self._works.empty() and now - self._slow_at > self._steady:
            self._goes_on()

    def _goes_on(self) -> None:
        if self._hangs_since is None:
            return
        hung = round(monotonic() - self._hangs_since, 1)
        given_up, self._given_up = self._given_up, 0
        log.warning("disk.goes_on", folder=str(self._folder), after_seconds=hung, given_up=given_up)
        self._hangs_since = None

    def _work_beside(self) -> None:
        while True:
            _carry_out(self._works_beside.get())


def _carry_out(work: Work) -> None:
    try:
        work()
    except Exception:  # a fault of ours, which must not end the thread that all wait for
        log.exception("disk.work_failed")


def _answer(work: Callable[[], T], answer: Future[T]) -> None:
    if not answer.set_running_or_notify_cancel():
        return
    try:
        answer.set_result(work())
    except Exception as error:  # noqa: BLE001 - whoever asked is given it
        answer.set_exception(error)


def _nothing() -> None:
    """Only to be carried out."""
