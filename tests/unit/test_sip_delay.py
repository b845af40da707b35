"""How long SIP waits is the time until the answer, whatever it says, or until now where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hanvisa.lab.waiting import until
from hanvisa.sip_delay import SipDelay


class Switch(asyncio.DatagramProtocol):
    """Answers to each OPTIONS after a while, None: never."""

    def __init__(self) -> None:
        self.after: float | None = 0.0
        self.asked = 0
        self.transport: asyncio.DatagramTransport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert data.startswith(b"OPTIONS sip:")
        self.asked += 1
        answer = data.replace(data.partition(b"\r\n")[0], b"SIP/2.0 404 Not Found", 1)
        if self.after is not None:
            asyncio.get_running_loop().call_later(self.after, self.transport.sendto, answer, addr)


@asynccontextmanager
async def measuring() -> AsyncIterator[tuple[SipDelay, Switch]]:
    switch = Switch()
    loop = asyncio.get_running_loop()
    switch.transport, _ = await loop.create_datagram_endpoint(lambda: switch, ("127.0.0.1", 0))
    delay = SipDelay("0.0.0.0", switch.transport.get_extra_info("sockname")[1])  # noqa: S104 - as Asterisk may
    running = asyncio.create_task(delay.run())
    yield delay, switch
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    switch.transport.close()


async def test_an_answer_tells_how_long_it_took() -> None:
    async with measuring() as (delay, switch):
        switch.after = 0.1
        waited = await until(lambda: (delay.measured() or 0) >= 0.1, within=2, what="a wait of 0.1 s")
    assert waited


async def test_once_nothing_is_answered_the_oldest_waits() -> None:
    async with measuring() as (delay, switch):
        assert delay.measured() is None
        await until(lambda: delay.measured() is not None, within=2, what="an answer")
        switch.after = None
        await until(lambda: (delay.measured() or 0) > 0.5, within=2, what="a wait that grows")


async def test_where_nothing_ever_answers_nothing_is_measured() -> None:
    async with measuring() as (delay, switch):
        switch.after = None
        await until(lambda: switch.asked > 1, within=2, what="a second OPTIONS")
        assert delay.measured() is None
