"""The outbox of text messages: written down while the call goes on, sent by a task of the service, once.

What becomes of a message is known from the gateway's answer. Where that is lost (a time-out, a connection that breaks,
the service or the machine dying in the moment of sending) the gateway may have taken it or not. A gateway whose
template has an {id} recognises what it has had before: to such a one the message is sent again. To any other it is
not, and may so be lost: once only goes before at all costs, and a caller who gets nothing can ring again. It is set
aside, and the log says so ("texts.unsure").

The log names messages by their ids, which begin with the call's, and of a number no more than its beginning.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from hanvisa import disk_writer
from hanvisa.policy.texts import A_DAY, TextMessage
from hanvisa.texts import spool
from hanvisa.texts.gateway import Answer, Gateway, Outcome
from hanvisa.texts.spool import Spool, Waiting

if TYPE_CHECKING:
    from pathlib import Path

    from hanvisa.calls.ports import Clock
    from hanvisa.disk_writer import Disk

log = structlog.get_logger(__name__)

AT_ONCE = 4  # messages on their way at the same time
GIVEN_UP_AFTER = timedelta(days=1)
LET_END = 2.0  # seconds that a stop waits for the answers to what has been sent
LOCK_AGAIN = 1.0
SHOWN = 5  # characters of a number that the log may have: +4670


class TextOutbox:
    """Implements `calls.ports.Texts`. Run :meth:`run` beside the calls.

    ``retry`` is the first delay after a failure, which doubles up to ``retry_most`` (seconds).
    """

    def __init__(
        self,
        folder: Path,
        gateway: Gateway,
        clock: Clock,
        disk: Disk = disk_writer.AT_ONCE,
        *,
        retry: float = 2.0,
        retry_most: float = 600.0,
    ) -> None:
        self._spool = Spool(folder)
        self._gateway = gateway
        self._clock = clock
        self._disk = disk
        self._retry = retry
        self._retry_most = retry_most
        self._new: asyncio.Queue[str] = asyncio.Queue()
        # By number, in memory: a caller waits while they are counted.
        self._queued: defaultdict[str, list[datetime]] = defaultdict(list)
        for waiting in self._kept():
            self._queued[waiting.text.to].append(waiting.at)
        self._places = asyncio.Semaphore(AT_ONCE)

    def queue(self, id_: str, text: TextMessage) -> bool:
        """Hand it to the kernel, which keeps it when the process dies. False when the disk does not take it in time."""
        adding = _Adding(Waiting(id_, self._clock.now(), text))
        self._disk.do(partial(adding.carry_out, self._spool))
        if adding.is_new is None:
            adding.is_wanted = False
            log.warning("texts.not_queued", text=id_, why=adding.why)
            return False
        if adding.is_new:
            self._queued[text.to].append(adding.waiting.at)
            self._new.put_nowait(id_)
        return True

    def lately(self, number: str) -> int:
        since = self._clock.now() - A_DAY
        return sum(at >= since for at in self._queued.get(number, ()))

    async def run(self) -> None:
        """Send for ever. Cancelled, it lets what is being sent come to its end for two seconds."""
        async with self._alone(), asyncio.TaskGroup() as tasks:
            for id_ in self._left():
                tasks.create_task(self._deliver(id_))
            while True:
                tasks.create_task(self._deliver(await self._new.get()))

    def _kept(self) -> list[Waiting]:
        try:
            return list(self._spool.queued())
        except OSError as error:  # nothing can be written down then either, which `queue` tells
            log.warning("texts.not_counted", why=error.strerror)
            return []

    def _forget_counted(self, before: datetime) -> None:
        for number, moments in list(self._queued.items()):
            self._queued[number] = [at for at in moments if at >= before]
            if not self._queued[number]:
                del self._queued[number]

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Two who send from one folder would send twice: a second service waits until the first has ended."""
        with self._spool.lock() as lock:
            while not spool.take(lock):  # noqa: ASYNC110 - a file's lock sets no event
                await asyncio.sleep(LOCK_AGAIN)
            yield

    def _left(self) -> list[str]:
        """All that waits, from before this start and since."""
        while not self._new.empty():
            self._new.get_nowait()
        try:
            if not self._gateway.recognises_repeats:
                for id_ in self._spool.ids(spool.SENDING):
                    log.warning("texts.unsure", text=id_, why="the service ended while it was sent")
                    self._spool.set_aside(id_)
            return self._spool.ids(spool.SENDING) + self._spool.ids(spool.WAITING)
        except OSError as error:
            log.warning("texts.not_read", why=error.strerror)
            return []

    async def _deliver(self, id_: str) -> None:
        """Try until it is settled. What fails here must hold up neither the others nor the calls."""
        delay = self._retry
        try:
            while not await self._attempt(id_, delay):
                await asyncio.sleep(delay)
                delay = min(2 * delay, self._retry_most)
        except Exception:  # a fault of ours; the file stays for the next start
            log.exception("texts.broken", text=id_)

    async def _attempt(self, id_: str, delay: float) -> bool:
        """Send it, uninterrupted. Whether it is settled: sent, or set aside."""
        async with self._places:
            sending = asyncio.ensure_future(self._send(id_, delay))
            try:
                return await asyncio.shield(sending)
            except asyncio.CancelledError:
                await asyncio.wait([sending], timeout=LET_END)
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
                raise

    async def _send(self, id_: str, delay: float) -> bool:
        try:
            waiting = await asyncio.to_thread(self._spool.read, id_)
            if waiting is None:  # torn, and set aside, or somebody has taken it away
                return True
            if self._clock.now() - waiting.at >= GIVEN_UP_AFTER:
                return await self._set_aside(waiting, "texts.given_up", f"not taken within {GIVEN_UP_AFTER}")
            await asyncio.to_thread(self._spool.begin, id_)
        except OSError as error:
            log.warning("texts.disk", text=id_, why=error.strerror, again_in=delay)
            return False
        return await self._settle(waiting, await self._gateway.send(id_, waiting.text), delay)

    async def _settle(self, waiting: Waiting, answer: Answer, delay: float) -> bool:
        match answer.outcome:
            case Outcome.TAKEN:
                log.info("texts.sent", text=waiting.id, to=_shown(waiting), why=answer.why)
                self._forget_counted(self._clock.now() - A_DAY)
                return await self._put_away(self._spool.keep_sent, waiting.id)
            case Outcome.REFUSED:
                return await self._set_aside(waiting, "texts.refused", answer.why)
            case Outcome.UNSURE if not self._gateway.recognises_repeats:
                return await self._set_aside(waiting, "texts.unsure", answer.why)
        log.warning("texts.not_now", text=waiting.id, to=_shown(waiting), why=answer.why, again_in=delay)
        await self._put_away(self._spool.wait_again, waiting.id)
        return False

    async def _set_aside(self, waiting: Waiting, event: str, why: str) -> bool:
        log.error(event, text=waiting.id, to=_shown(waiting), why=why)
        return await self._put_away(self._spool.set_aside, waiting.id)

    async def _put_away(self, move: Callable[[str], None], id_: str) -> bool:
        """Always True: where the file can't be moved the message stays settled all the same."""
        try:
            await asyncio.to_thread(move, id_)
        except OSError as error:
            log.warning("texts.disk", text=id_, why=error.strerror)
        return True


@dataclass
class _Adding:
    """A message that is being written down. ``is_new`` is None until it is, ``is_wanted`` as long as somebody waits."""

    waiting: Waiting
    is_new: bool | None = None
    is_wanted: bool = True
    why: str | None = "The folder does not answer."

    def carry_out(self, spool: Spool) -> None:
        if not self.is_wanted:
            return
        try:
            self.is_new = spool.add(self.waiting)
            if not self.is_wanted:  # the caller has been told that it could not be
                spool.set_aside(self.waiting.id)
        except OSError as error:
            self.why = error.strerror


def _shown(waiting: Waiting) -> str:
    return f"{waiting.text.to[:SHOWN]}…"
