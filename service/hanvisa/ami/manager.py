"""The manager interface, kept connected.

Why this is not panoramisk: docs/adr (An AMI client of our own).
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import structlog

from hanvisa.ami.connection import Account, Connection
from hanvisa.ami.wire import Message
from hanvisa.errors import Refused, TelephonyError, Unavailable

log = structlog.get_logger(__name__)

_TREE_WITHIN = (
    60.0  # seconds, for a hundred thousand entries on a busy machine; that it is dead is noticed before
)
_PIPELINED = 200  # actions under way at a time; Asterisk answers them in order


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds."""

    action: float = 5.0  # an action that takes longer has failed
    ping_every: float = 5.0  # a half-open connection is noticed within this and `action`
    connect: float = 2.0  # to be connected and logged in
    first_delay: float = 0.1
    longest_delay: float = 1.0


class Manager:
    """Actions and events of Asterisk's manager interface.

    Actions while there is no connection fail at once with `Unavailable`, and nothing is ever sent a second time.
    Lost connections are replaced, after growing and jittered delays.
    """

    def __init__(
        self,
        port: int,
        secret: str,
        *,
        host: str = "127.0.0.1",
        user: str = "hanvisa",
        timing: Timing | None = None,
    ) -> None:
        self._account = Account(host, port, user, secret)
        self._at = f"{host}:{port}"
        self._timing = timing or Timing()
        self._connection: Connection | None = None
        self._connected = asyncio.Event()
        self._callbacks: defaultdict[str, list[Callable[[Message], None]]] = defaultdict(list)
        self._on_connected: list[Callable[[], None]] = []
        self._keeper: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        return self._connected.is_set()

    async def start(self) -> None:
        """Begin to connect, and stay connected. Returns at once, whether Asterisk is there or not."""
        self._keeper = asyncio.create_task(self._keep_connected())

    async def stop(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
            self._keeper = None

    async def until_connected(self, within: float) -> None:
        """Raises `Unavailable` when there is no connection after ``within`` seconds."""
        try:
            async with asyncio.timeout(within):
                await self._connected.wait()
        except TimeoutError as error:
            raise Unavailable(f"Asterisk's AMI could not be reached within {within:g} s.") from error

    def on_event(self, name: str, callback: Callable[[Message], None]) -> None:
        """Call back with every event of this name; said before `start`. What the callback raises is logged only."""
        self._callbacks[name].append(callback)

    def on_connected(self, callback: Callable[[], None]) -> None:
        """Call back after each log-in: Asterisk may be another than before."""
        self._on_connected.append(callback)

    async def action(self, name: str, **headers: str) -> Message:
        """Carry out one action and give Asterisk's response.

        Raises:
            Unavailable: no connection, or no answer in time: whether it was carried out is not known then.
            Refused: Asterisk says no.
            InvalidInput: a header that can't be sent.
        """
        response, _ = await self._carry_out(name, headers)
        return response

    async def listing(self, name: str, **headers: str) -> list[Message]:
        """The events with which a list action answers. Raises as `action` does."""
        _, items = await self._carry_out(name, headers)
        return items

    async def command(self, line: str, within: float | None = None) -> str:
        """The output of a command of Asterisk's command line. Raises as `action` does."""
        response, _ = await self._carry_out("Command", {"Command": line}, within)
        return response.get("Output", "")

    async def db_put(self, family: str, key: str, value: str) -> None:
        await self.action("DBPut", Family=family, Key=key, Val=value)

    async def db_del(self, family: str, key: str) -> None:
        """Remove one entry of AstDB; one that is not there is `Refused`."""
        await self.action("DBDel", Family=family, Key=key)

    async def db_del_tree(self, family: str) -> None:
        """Remove a family of AstDB and all below it; one that is not there is no error."""
        try:
            await self.action("DBDelTree", Family=family)
        except Refused:
            if await self.db_tree(family):
                raise

    async def db_tree(self, family: str) -> dict[str, str]:
        """All of a family of AstDB and below: values by key, ``/family/key``."""
        try:
            _, entries = await self._carry_out("DBGetTree", {"Family": family}, _TREE_WITHIN)
        except Refused:  # an empty family is refused
            return {}
        return {entry["Key"]: entry["Val"] for entry in entries}

    async def pipelined(self, actions: Iterable[tuple[str, Mapping[str, str]]]) -> None:
        """Carry out many actions, many under way at a time. Raises as `action` does, at the first that fails."""
        waiting = iter(actions)

        async def work() -> None:
            for name, headers in waiting:
                await self._carry_out(name, headers)

        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(_PIPELINED):
                    workers.create_task(work())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures

    async def _carry_out(
        self, name: str, headers: Mapping[str, str], within: float | None = None
    ) -> tuple[Message, list[Message]]:
        if self._connection is None:
            raise Unavailable(f"There is no connection to Asterisk's AMI for {name}.")
        return await self._connection.action(name, headers, within or self._timing.action)

    async def _keep_connected(self) -> None:
        delays = self._delays()
        while True:
            try:
                connection = await Connection.open(self._account, self._dispatch, self._timing.connect)
            except TelephonyError as error:
                log.warning("ami.unreachable", at=self._at, why=str(error))
            else:
                delays = self._delays()
                await self._use(connection)
            await asyncio.sleep(next(delays))

    async def _use(self, connection: Connection) -> None:
        """Hold this connection until it is lost or stops answering."""
        try:
            await self._choose_events(connection)
            self._connection = connection
            self._connected.set()
            log.info("ami.connected", at=self._at)
            for callback in self._on_connected:
                _guarded(callback)
            await self._watch(connection)
            log.warning("ami.disconnected", at=self._at)
        except TelephonyError as error:
            log.warning("ami.silent", at=self._at, why=str(error))
        finally:
            self._connection = None
            self._connected.clear()
            await connection.close()

    async def _choose_events(self, connection: Connection) -> None:
        """Only those that somebody wants: Asterisk has some twenty events of each call to tell."""
        if not self._callbacks:
            await connection.action("Events", {"EventMask": "off"}, self._timing.action)
        for name in self._callbacks:
            wanted = {"Operation": "Add", "MatchCriteria": f"name({name})"}
            await connection.action("Filter", wanted, self._timing.action)

    async def _watch(self, connection: Connection) -> None:
        while not connection.lost.is_set():
            try:
                async with asyncio.timeout(max(0.0, self._timing.ping_every - connection.silence)):
                    await connection.lost.wait()
            except TimeoutError:
                if connection.silence >= self._timing.ping_every:
                    await connection.action("Ping", {}, self._timing.action)

    def _dispatch(self, event: Message) -> None:
        for callback in self._callbacks.get(event["Event"], ()):
            _guarded(callback, event)

    def _delays(self) -> Iterator[float]:
        delay = self._timing.first_delay
        while True:
            yield delay * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
            delay = min(delay * 2, self._timing.longest_delay)


def _guarded(callback: Callable[..., None], *args: Message) -> None:
    try:
        callback(*args)
    except Exception:  # whatever another part's callback does, the connection lives on
        log.exception("ami.callback_failed", callback=repr(callback))
