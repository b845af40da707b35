"""Events from Asterisk over one websocket: read, decoded, queued, and nothing else.

A reader that stalls makes Asterisk's buffers run full and its task processors overload, so this task only drains.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator

import aiohttp
import structlog
from pydantic_core import from_json

from hanvisa.ari.client import Client
from hanvisa.ari.events import DECODERS, decode
from hanvisa.calls.signals import NodeLost, Reconnected, Signal
from hanvisa.errors import TelephonyError

log = structlog.get_logger()

FIRST_DELAY = 0.1  # seconds
LONGEST_DELAY = 1.0  # to the same machine: trying costs nothing, and callers wait for it
EVENTS = {"allowed": [{"type": name} for name in DECODERS]}  # Asterisk sends no others
CLOSING = aiohttp.ClientWSTimeout(ws_close=1.0)  # seconds that a connection we give up is waited for
CONNECTED_WITHIN = 2.0  # seconds; on a half-open line nothing else ends the waiting, for minutes
# A half-open connection is noticed within this and half of it: five seconds. Asterisk answers from a thread that has
# nothing else to do, and a line that is wrongly taken for dead costs a tenth of a second and a look at what was missed.
HEARTBEAT = 3.3
# seconds; one of several that is away for so long is lost with its calls: an Asterisk that starts anew has none, and
# whoever spoke there must not count as engaged
LOST_AFTER = 4.0
# seconds; a node whose first connection comes later was not there as we began, and counts as one that is back: where it
# was cut off, a service there may have its calls still. TCP asks a machine that says nothing again after one second.
LATE = 0.9


class Stream:
    """The event stream of one application. ``deliver`` is called with each signal and must not wait.

    ``node`` is the name of this Asterisk where there are several: then its loss is told too, after `LOST_AFTER`.
    """

    def __init__(self, client: Client, app: str, deliver: Callable[[Signal], None], node: str = "") -> None:
        self.connected = False
        self.node = node
        self._client = client
        self._app = app
        self._deliver = deliver

    async def run(self) -> None:
        """Read for ever: reconnect after growing, jittered delays. Each connection begins with `Reconnected`."""
        delays = _delays()
        lost: asyncio.TimerHandle | None = None
        time = asyncio.get_running_loop().time
        began, is_first = time(), True
        while True:
            try:
                async for signal in self._connection():
                    if isinstance(signal, Reconnected):
                        if self.node and is_first and time() - began >= LATE:
                            self._deliver(NodeLost(self.node))
                        is_first = False
                        delays = _delays()
                        if lost is not None:
                            lost.cancel()
                            lost = None
                    self._deliver(signal)
            except (aiohttp.ClientError, TelephonyError, TimeoutError, OSError) as error:
                log.warning("ari.disconnected", node=self.node, why=str(error) or type(error).__name__)
            self.connected = False
            if self.node and lost is None:
                lost = asyncio.get_running_loop().call_later(LOST_AFTER, self._deliver, NodeLost(self.node))
            await asyncio.sleep(next(delays))

    async def _connection(self) -> AsyncIterator[Signal]:
        # What was kept before the loss may be as dead as what was lost.
        self._client.close()
        async with aiohttp.ClientSession(headers=self._client.headers) as session:
            socket = await self._open(session)
            try:
                await self._client.command("PUT", f"/applications/{self._app}/eventFilter", body=EVENTS)
                log.info("ari.connected", app=self._app, node=self.node)
                self.connected = True
                yield Reconnected(self.node)
                async for message in socket:
                    if (
                        message.type is aiohttp.WSMsgType.TEXT
                        and (signal := _understood(message.data)) is not None
                    ):
                        yield signal
            finally:
                await socket.close()
        log.warning("ari.closed", code=socket.close_code)

    async def _open(self, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        async with asyncio.timeout(CONNECTED_WITHIN):
            return await session.ws_connect(
                f"{self._client.url}/events",
                params={"app": self._app},
                heartbeat=HEARTBEAT,
                max_msg_size=0,
                timeout=CLOSING,
            )


def _understood(text: str) -> Signal | None:
    """The signal, or None: an event that can't be decoded is logged and must not end the reading."""
    try:
        return decode(from_json(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("ari.undecodable", why=repr(error), text=text[:2000])
        return None


def _delays() -> Iterator[float]:
    delay = FIRST_DELAY
    while True:
        yield delay * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
        delay = min(delay * 2, LONGEST_DELAY)
