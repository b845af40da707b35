"""One AMI connection, from log-in to its loss. It is never mended: a new one takes its place."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic

from hanvisa.ami import wire
from hanvisa.ami.wire import Message
from hanvisa.errors import Refused, Unavailable

_LONGEST_BLOCK = 1 << 24  # bytes; a command's output is one block


@dataclass(frozen=True, slots=True)
class Account:
    """Where Asterisk's AMI is, and who we are there."""

    host: str
    port: int
    user: str
    secret: str = field(repr=False)


@dataclass
class _Pending:
    """An action that waits. ``items`` are the events of its list, when it answers with one."""

    answer: asyncio.Future[tuple[Message, list[Message]]]
    response: Message = field(default_factory=dict)
    items: list[Message] = field(default_factory=list)

    @property
    def is_list(self) -> bool:
        return self.response.get("EventList") == "start"


class Connection:
    """``deliver`` gets every event that belongs to no action; it must neither wait nor raise."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deliver: Callable[[Message], None]
    ) -> None:
        self.lost = asyncio.Event()
        self._reader = reader
        self._writer = writer
        self._deliver = deliver
        self._pending: dict[str, _Pending] = {}
        self._ids = itertools.count(1)
        self._heard_at = monotonic()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, account: Account, deliver: Callable[[Message], None], within: float) -> Connection:
        """Connect and log in. Raises `Unavailable`, or `Refused` when the password is wrong."""
        try:
            async with asyncio.timeout(within):
                reader, writer = await asyncio.open_connection(
                    account.host, account.port, limit=_LONGEST_BLOCK
                )
        except (OSError, TimeoutError) as error:
            raise Unavailable(
                f"Asterisk's AMI at {account.host}:{account.port} can't be reached: {error or 'time-out'}."
            ) from error
        connection = cls(reader, writer, deliver)
        try:
            await connection.action("Login", {"Username": account.user, "Secret": account.secret}, within)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def action(
        self, name: str, headers: Mapping[str, str], within: float
    ) -> tuple[Message, list[Message]]:
        """The response, and the events of its list when it is an action that answers with one.

        Raises `Unavailable` (lost, or no answer within so many seconds), `Refused` (with Asterisk's reason) and
        `InvalidInput` (a header that can't be sent).
        """
        action_id = str(next(self._ids))
        block = wire.encode(name, action_id, headers)
        if self.lost.is_set():
            raise Unavailable(f"There is no connection to Asterisk's AMI for {name}.")
        answer: asyncio.Future[tuple[Message, list[Message]]] = asyncio.get_running_loop().create_future()
        self._pending[action_id] = _Pending(answer)
        try:
            async with asyncio.timeout(within):
                self._writer.write(block)
                await self._writer.drain()
                return await answer
        except TimeoutError as error:
            raise Unavailable(f"Asterisk's AMI did not answer {name} within {within:g} s.") from error
        except OSError as error:  # reset, or no way to its machine any more
            raise Unavailable(f"The connection to Asterisk's AMI was lost at {name}: {error}.") from error
        except Refused as error:
            raise Refused(f"Asterisk refused {name}: {error}") from error
        finally:
            del self._pending[action_id]

    @property
    def silence(self) -> float:
        """Seconds since something was heard: in the midst of a long list Asterisk answers nothing else."""
        return monotonic() - self._heard_at

    async def close(self) -> None:
        """End it. What still waits gets `Unavailable`."""
        self._reading.cancel()
        await asyncio.wait([self._reading])

    async def _read(self) -> None:
        try:
            await self._reader.readuntil(wire.END_OF_LINE)  # the greeting: "Asterisk Call Manager/12.0.0"
            while True:
                message = wire.decode(await self._reader.readuntil(wire.END))
                self._heard_at = monotonic()
                self._take(message)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # lost: whoever waits is told below, and the owner by `lost`
        finally:
            self.lost.set()
            self._writer.transport.abort()
            for pending in self._pending.values():
                if not pending.answer.done():
                    pending.answer.set_exception(Unavailable("The connection to Asterisk's AMI was lost."))

    def _take(self, message: Message) -> None:
        pending = self._pending.get(message.get("ActionID", ""))
        if "Event" in message and (pending is None or not pending.is_list):
            self._deliver(message)  # some events carry the id of the action that caused them
        elif pending is None or pending.answer.done():
            return
        elif message.get("Response") == "Error":
            pending.answer.set_exception(Refused(message.get("Message", "no reason given")))
        elif "Response" in message:
            pending.response = message
            if not pending.is_list:
                pending.answer.set_result((message, []))
        elif message.get("EventList") == "Complete":
            pending.answer.set_result((pending.response, pending.items))
        else:
            pending.items.append(message)
