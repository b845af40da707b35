"""The directory in memory, kept fresh by notices of change: what calls read while a caller waits.

With the database gone the last snapshot serves on, and says so (:attr:`SnapshotDirectory.healthy`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import aclosing
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from sqlalchemy import func, select

from hanvisa.directory.auditing import SYSTEM, read_counters
from hanvisa.directory.callbacks import KeptCallbacks
from hanvisa.directory.engine import Database
from hanvisa.directory.loading import LOADERS, LOCAL, load
from hanvisa.directory.notices import notices
from hanvisa.directory.phone_changes import ChangesByPhone
from hanvisa.directory.repositories.exceptions import Exceptions
from hanvisa.directory.repositories.operators import Operators
from hanvisa.directory.tables import PersonRow
from hanvisa.errors import Conflict, InDoubt, StorageError
from hanvisa.ids import new_id
from hanvisa.policy.facts import OperatorState
from hanvisa.policy.register import Register
from hanvisa.processor import threads

if TYPE_CHECKING:
    from collections.abc import Iterable


log = structlog.get_logger()

Changed = Callable[[frozenset[str]], None]
"""Called with the names of the tables that have changed. Must not wait."""

LARGE = 10_000  # persons
_RETRY = 1.0  # seconds
_STOP_WITHIN = 2.0  # seconds
_PREPARING = threads(1, "register")  # its own: Python's may be full of what waits for a folder


class SnapshotDirectory:
    """Implements :class:`hanvisa.calls.ports.Directory`.

    ``reserve_within`` is how long, in seconds, a caller may be held for one use of an exception, ``store_within`` how
    long somebody may hear nothing for what they have asked to be kept: by a code on the phone, or by leaving a number.
    """

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        reserve_within: float = 0.2,
        store_within: float = 2.0,
    ) -> None:
        self._database = database
        self._now = now
        self._reserve_within = reserve_within
        self._register = Register()
        self._counters: dict[str, int] = {}
        self._day: date | None = None
        self._callbacks: list[Changed] = []
        self._stored_callbacks: list[Changed] = []
        self._one_refresh = asyncio.Lock()
        self._following: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._stopping = False
        # Uses being taken, also where nobody waits for them any more, or given back.
        self.late: set[asyncio.Task[object]] = set()
        self.healthy = False
        self._hurried = database.hurried(store_within)
        self.phone_changes = ChangesByPhone(self._hurried)
        self.callbacks = KeptCallbacks(self._hurried)

    @property
    def register(self) -> Register:
        return self._register

    def on_change(self, callback: Changed) -> None:
        """Call back after each change of the register. Those that come before :meth:`start` hear of all its tables."""
        self._callbacks.append(callback)

    def on_stored(self, callback: Changed) -> None:
        """Call back after each change of the database, by whomever, also of what the register does not hold."""
        self._stored_callbacks.append(callback)

    async def is_large(self) -> bool:
        """It takes so long to load that something else can be done meanwhile. Raises StorageError."""
        persons = select(PersonRow.id).limit(LARGE).subquery()
        async with self._database.reading() as session:
            return await session.scalar(select(func.count()).select_from(persons)) == LARGE

    async def start(self) -> None:
        """Load all, and follow what changes. Raises StorageError when the database does not answer."""
        await self.refresh(LOADERS)
        self.healthy = True
        self._database.listen(self._our_change)
        self._watching = asyncio.create_task(self._database.watch(), name="database-watch")
        self._following = asyncio.create_task(self._follow_for_ever(), name="directory-follow")

    async def stop(self) -> None:
        """Follow no more; what is under way is finished, unless the database keeps it waiting."""
        self._stopping = True
        self._wake.set()
        under_way = [*self.late, *([self._following] if self._following else [])]
        if under_way:
            _, hanging = await asyncio.wait(under_way, timeout=_STOP_WITHIN)
            for task in hanging:
                task.cancel()
        if self._watching:
            self._watching.cancel()

    async def refresh(self, tables: Iterable[str] = ()) -> None:
        """Load the named tables of the register, and those that have changed since they were loaded.

        Raises StorageError when the database does not answer; the register stays as it was.
        """
        async with self._one_refresh:
            now = self._now()
            try:
                async with self._database.reading() as session:
                    counters = await read_counters(session)
                    due = {*tables, *self._changed(counters, now)}
                    # In this order: persons, whose rows are the largest, while the others' facts take no room yet.
                    names = [name for name in LOADERS if name in due]
                    rows = await load(session, names, now)
            except (ValueError, LookupError, TypeError) as error:
                raise StorageError(f"What is stored can't be read: {error!r}.") from error
            if rows:
                register = self._register.replace(**rows)
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(_PREPARING, register.prepare, self._register)
                self._register = register
            stored = self._stored(counters)
            self._counters, self._day = counters, now.astimezone(LOCAL).date()
        if names:
            _tell(self._callbacks, frozenset(names))
        if stored:
            _tell(self._stored_callbacks, stored)

    async def reserve_uses(self, exceptions: Collection[UUID], call_id: str) -> frozenset[UUID]:
        """Take a use of each, or of none. Those that have none left, are revoked or ended, or take too long.

        An exception without a number of uses needs no count: with the database gone it holds as the register has it.
        Where what is stored contradicts it, none holds: a rule that can't be looked at gives the strictest answer.
        Cancelled, it gives back what it takes: whoever goes on with the call knows nothing of it.
        """
        counted = frozenset(
            row.id
            for row in self._register.exceptions.rows
            if row.id in exceptions and row.max_uses is not None
        )
        given_up = asyncio.Event()
        task = asyncio.create_task(self._reserve(exceptions, call_id, bool(counted), given_up))
        self._finish(task)
        try:
            done, _ = await asyncio.wait({task}, timeout=self._reserve_within)
        except asyncio.CancelledError:
            given_up.set()
            if task.done() and task.exception() is None and not task.result():
                self.give_back_uses(exceptions, call_id)
            raise
        names = [*map(str, exceptions)]
        if not done:
            log.warning("directory.reserve_too_late", exceptions=names, call=call_id)
            if counted:
                given_up.set()
            return counted
        try:
            return task.result()
        except StorageError as error:
            log.warning("directory.reserve_failed", exceptions=names, call=call_id, why=str(error))
            return counted
        except Conflict as error:  # the database answers, and says no
            log.warning("directory.reserve_contradicted", exceptions=names, call=call_id, why=str(error))
            return frozenset(exceptions)

    def give_back_uses(self, exceptions: Collection[UUID], call_id: str) -> None:
        self._finish(asyncio.create_task(self._give_back(exceptions, call_id)))

    async def set_operator_state(self, person_id: UUID, state: OperatorState) -> None:
        """Raises NotFound when the person is no operator, StorageError when the database does not answer."""
        await Operators(self._hurried).set_state(person_id, state, SYSTEM, at=self._now())

    async def _reserve(
        self, ids: Collection[UUID], call_id: str, are_counted: bool, given_up: asyncio.Event
    ) -> frozenset[UUID]:
        """What was stored only when the caller had been refused is given back, and so is what may have been stored."""
        loop, exceptions = asyncio.get_running_loop(), Exceptions(self._database)
        until = loop.time() + self._reserve_within
        uses = {id_: new_id() for id_ in ids}
        try:
            missing = await exceptions.reserve_uses(
                uses, call_id, at=self._now(), too_late=lambda: loop.time() > until
            )
        except InDoubt:
            if are_counted or given_up.is_set():
                self._finish(asyncio.create_task(self._undo(uses, call_id)))
            raise
        if not missing and given_up.is_set():
            await self._undo(uses, call_id)
        return missing

    async def _undo(self, uses: Mapping[UUID, UUID], call_id: str) -> None:
        """When the database answers; only where the service is stopped before are they lost."""
        try:
            while True:
                try:
                    return await Exceptions(self._database).undo_uses(uses)
                except StorageError:
                    await asyncio.sleep(_RETRY)
        except asyncio.CancelledError:
            log.warning("directory.uses_lost", exceptions=[*map(str, uses)], call=call_id, why="stopped")
            raise

    async def _give_back(self, ids: Collection[UUID], call_id: str) -> None:
        try:
            await Exceptions(self._database).give_back_uses(ids, call_id)
        except StorageError as error:
            log.warning("directory.uses_lost", exceptions=[*map(str, ids)], call=call_id, why=str(error))

    def _finish(self, task: asyncio.Task[Any]) -> None:
        """It goes on to its end, also where nobody waits for it."""
        self.late.add(task)
        task.add_done_callback(self._is_late_no_more)

    def _is_late_no_more(self, task: asyncio.Task[object]) -> None:
        self.late.discard(task)
        if not task.cancelled():
            task.exception()  # whoever would be told has gone

    def _changed(self, counters: dict[str, int], now: datetime) -> set[str]:
        if now.astimezone(LOCAL).date() != self._day:  # memberships begin and end with the day
            return set(LOADERS)
        changed = self._stored(counters)
        return {name for name, loader in LOADERS.items() if loader.sources & changed}

    def _stored(self, counters: dict[str, int]) -> frozenset[str]:
        """The database's tables that have changed."""
        return frozenset(name for name, counter in counters.items() if counter != self._counters.get(name))

    async def _our_change(self, _: frozenset[str]) -> None:
        try:
            await self.refresh()
        except StorageError as error:  # it was stored; the watch tries again until it is read
            self._lost(error)

    async def _follow_for_ever(self) -> None:
        while not self._stopping:
            try:
                await self._follow()
            except Exception as error:
                if not isinstance(
                    error, StorageError
                ):  # a fault of ours, or of the driver's: others' changes must count
                    log.exception("directory.not_followed")
                self._lost(error)
                await asyncio.sleep(_RETRY)

    async def _follow(self) -> None:
        async with aclosing(notices(self._database, self._wake)) as told:
            async for _ in told:
                if self._stopping:
                    return
                await self.refresh()
                self._found()

    def _lost(self, error: Exception) -> None:
        if self.healthy:
            log.error("directory.database_lost", why=str(error), meaning="calls go on with what is in memory")
        self.healthy = False

    def _found(self) -> None:
        if not self.healthy:
            log.info("directory.database_found")
        self.healthy = True


def _tell(callbacks: Iterable[Changed], tables: frozenset[str]) -> None:
    for callback in callbacks:
        callback(tables)
