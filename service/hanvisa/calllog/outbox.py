"""The outbox: what happens in calls is first written here, then shipped to the database.

`record` appends to the current segment, which survives the process; once a second it is synced to the disk, so that
a power cut costs a second. Shipping closes the segment, sends its entries, and deletes it when the database has
acknowledged them. While the database is away segments are kept; what is left at a restart is shipped then.

All that is done with files is done by a `Disk`, for which no call waits when the folder hangs.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from hanvisa.calllog import segment
from hanvisa.calllog.entry import CallEntry
from hanvisa.calllog.segment import SUFFIX, SegmentWriter
from hanvisa.disk_writer import AT_ONCE
from hanvisa.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hanvisa.calllog.entry import CallRecords
    from hanvisa.calls.ports import Clock
    from hanvisa.disk_writer import Disk

log = structlog.get_logger(__name__)

SEGMENT_SIZE = 4_000_000  # bytes, while the database is away
BATCH = 200  # entries in one append to the database: calls wait some 4 ms while so many are made ready
MANY = 100  # entries in a linger, after which shipping rests: calls need the processor
RESTS = 4  # times the linger; of what a round costs much is the same however few it ships
SYNC_EVERY = 1.0
COMPLAIN_EVERY = 60.0
UNWRITTEN = 100_000  # entries that wait in memory for the disk; then the oldest are lost
REFUSED = ".refused"


def rests_after(shipped: int, rested: int) -> int:
    """How many lingers shipping rests after a round of so many entries, where it ``rested`` before that round."""
    return RESTS if shipped > MANY * (1 + rested) else 0


class Outbox:
    """Implements `calls.ports.CallLog`. Run :meth:`run` beside the calls.

    ``linger`` is how long entries are gathered before they are shipped (a large batch costs less an entry), five times
    as long in a rush; ``retry`` the first delay after a failure, which doubles up to ``retry_most`` (seconds).
    """

    def __init__(
        self,
        folder: Path,
        records: CallRecords,
        clock: Clock,
        disk: Disk = AT_ONCE,
        *,
        linger: float = 1.0,
        retry: float = 0.5,
        retry_most: float = 30.0,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.records = records
        self.clock = clock
        self._disk = disk
        self.linger = linger
        self.retry = retry
        self.retry_most = retry_most
        self._writer: SegmentWriter | None = None
        self._seq = self._last_segment = 0
        self._unsynced: set[Path] = set()
        self._unreadable: set[Path] = set()
        self._waiting = asyncio.Event()
        self._shipping = asyncio.Lock()
        self._shipped = 0  # entries, in the last round
        self._complain_after = 0.0
        self._failed = 0
        self._refused: OSError | None = None  # why the disk took the last one not
        self.lost = 0  # for too many waited
        self._unwritten: deque[tuple[int, bytes]] = deque(maxlen=UNWRITTEN)  # numbers and lines
        self._in_hand: tuple[int, bytes] | None = None  # what is being written, or could not be

    @property
    def waiting(self) -> int:
        """How many entries the disk has not taken yet."""
        return len(self._unwritten) + (self._in_hand is not None)

    @property
    def trouble(self) -> str | None:
        """None when the disk takes what is recorded, else a sentence."""
        if self._refused is None:
            return None
        return (
            f"The folder {self.folder} takes nothing ({self._refused.strerror or self._refused}): {self.waiting} "
            "entries of the call log wait in memory, and a stop of the service would lose them."
        )

    def record(self, call_id: str, kind: str, data: dict[str, Any]) -> None:
        """Append to the call's story. Never waits, never raises; what the disk does not take waits in memory."""
        at = self.clock.now()
        # Microseconds since 1970, so that the order holds when another process takes the call on.
        self._seq = max(self._seq + 1, int(at.timestamp() * 1_000_000))
        try:
            line = segment.to_line(CallEntry(call_id, self._seq, at, kind, data))
        except (ValueError, TypeError, RecursionError) as error:
            self._complain(error)
            return
        self.lost += len(self._unwritten) == self._unwritten.maxlen
        self._unwritten.append((self._seq, line))
        self._disk.do(self._write)
        self._waiting.set()

    async def run(self) -> None:
        """Sync and ship for ever. Cancelled, it syncs a last time; what is not shipped waits for the next start."""
        try:
            await self._disk.beside(self._tidy_up)
            self._waiting.set()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._sync_for_ever())
                tasks.create_task(self._ship_for_ever())
        finally:
            self._disk.do(self._end)

    async def ship(self) -> bool:
        """Ship all there is. False when some is kept: the database did not take it, or the folder fails."""
        return await self._ship() and not self._unreadable

    # writing, which is the disk's to carry out: `record` goes on beside it

    def _write(self) -> None:
        """All that is not written yet, in its order."""
        try:
            while self._in_hand is not None or self._unwritten:
                if self._in_hand is None:
                    self._in_hand = self._unwritten.popleft()
                self._append(*self._in_hand)
                self._in_hand = None
        except OSError as error:
            self._refused = error
            self._complain(error)
        else:
            self._refused = None

    def _append(self, seq: int, line: bytes) -> None:
        if self._writer is not None and self._writer.size >= SEGMENT_SIZE:
            self._close_current()
        if self._writer is None:
            # Never a name that there has been: that segment may be on its way, to be removed then.
            self._last_segment = max(self._last_segment + 1, seq)
            self._writer = SegmentWriter(self.folder / f"{self._last_segment:020d}{SUFFIX}")
        self._writer.append(line)
        self._unsynced.add(self._writer.path)

    def _complain(self, error: Exception) -> None:
        self._failed += 1
        now = self.clock.now().timestamp()
        if now >= self._complain_after:
            self._complain_after = now + COMPLAIN_EVERY
            log.error("calllog.not_recorded", failed=self._failed, folder=str(self.folder), why=str(error))
            self._failed = 0

    def _close_current(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    async def _sync_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SYNC_EVERY)
            self._disk.do(self._write)
            if self._unsynced:
                self._waiting.set()
                await self._disk.beside(self._sync)

    def _sync(self) -> None:
        for path in tuple(self._unsynced):
            self._unsynced.discard(path)  # before: what is written meanwhile is for the next time
            try:
                segment.sync(path)
            except OSError as error:
                log.warning("calllog.not_synced", file=path.name, why=str(error))

    def _end(self) -> None:
        self._write()
        self._sync()
        if self.waiting or self.lost:
            log.error("calllog.lost", entries=self.waiting + self.lost, folder=str(self.folder))

    # shipping

    async def _ship_for_ever(self) -> None:
        rests = 0
        while True:
            await self._some_wait()
            await asyncio.sleep(self.linger)
            self._waiting.clear()
            self._shipped = 0
            delay = self.retry
            while not await self._ship():
                await asyncio.sleep(delay)
                delay = min(2 * delay, self.retry_most)
            rests = rests_after(self._shipped, rests)
            await asyncio.sleep(rests * self.linger)

    async def _some_wait(self) -> None:
        """Until there is something to ship. What could not be read is tried now and then."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.retry_most if self._unreadable else None):
                await self._waiting.wait()

    async def _ship(self) -> bool:
        """Ship all that can be read. False when the database did not take it, or the folder fails."""
        async with self._shipping:
            try:
                if not await self._ship_closed():
                    return False
                await self._disk.done(self._close_current)
                return await self._ship_closed()
            except OSError as error:
                log.warning("calllog.not_shipped", folder=str(self.folder), why=str(error))
                return False

    async def _ship_closed(self) -> bool:
        for path in await self._disk.beside(self._closed_segments):
            if not await self._ship_segment(path):
                return False
        return True

    def _closed_segments(self) -> list[Path]:
        """The oldest first; without those that a process still writes, this one or another, or that can't be opened."""
        paths = sorted(self.folder.glob(f"*{SUFFIX}"))
        self._unreadable.intersection_update(paths)
        return [path for path in paths if self._is_closed(path)]

    def _is_closed(self, path: Path) -> bool:
        try:
            return not segment.is_being_written(path)
        except OSError as error:
            self._pass_over(path, error)
            return False

    def _pass_over(self, path: Path, error: OSError) -> None:
        """The others are shipped; told once of each."""
        if path not in self._unreadable:
            log.error("calllog.not_read", file=path.name, why=str(error))
        self._unreadable.add(path)

    async def _ship_segment(self, path: Path) -> bool:
        try:
            entries = await self._disk.beside(partial(segment.read, path))
        except OSError as error:
            self._pass_over(path, error)
            return True
        self._unreadable.discard(path)
        try:
            for first in range(0, len(entries), BATCH):
                await self.records.append(entries[first : first + BATCH])
        except (StorageError, OSError) as error:
            log.warning("calllog.kept", entries=len(entries), file=path.name, why=str(error))
            return False
        except Exception:  # what the database refuses must not hold up all that comes after it
            log.exception("calllog.refused", entries=len(entries), kept_as=f"{path.name}{REFUSED}")
            await self._disk.beside(partial(_set_aside, path))
        else:
            self._shipped += len(entries)
            await self._disk.beside(partial(segment.remove, path))
        return True

    def _tidy_up(self) -> None:
        """Another version of the program may be able to ship what the last one could not. What a kill left is empty.

        What the folder refuses is left to the next start: calls are logged all the same.
        """
        with _or_left(self.folder):
            for path in self.folder.glob(f"*{segment.NEW}"):
                with _or_left(path):
                    segment.remove(path)
            for path in self.folder.glob(f"*{SUFFIX}{REFUSED}"):
                with _or_left(path):
                    path.rename(path.with_name(path.name.removesuffix(REFUSED)))


def _set_aside(path: Path) -> None:
    path.rename(path.with_name(f"{path.name}{REFUSED}"))


@contextmanager
def _or_left(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        log.warning("calllog.not_tidied", file=path.name, why=str(error))
