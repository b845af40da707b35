"""A line that passes, is cut, and loses every packet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import ClassVar

import pytest

from hanvisa.lab.faulty_line import FaultyLine

SOON = 5.0  # seconds
NOTHING = 0.2  # seconds in which an answer that passes would long be there


@pytest.fixture
async def line() -> AsyncIterator[FaultyLine]:
    """To somebody who gives back what is said."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while said := await reader.readline():
                writer.write(said)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with FaultyLine(server.sockets[0].getsockname()[1]) as line:
        yield line
        for speaking in Speaking.all:
            speaking.close()
        Speaking.all.clear()
    server.close()


async def test_it_passes_what_is_said_both_ways_and_takes_its_time(line: FaultyLine) -> None:
    speaking = await Speaking.on(line)
    assert await speaking.answer() == b"hello\n"
    line.delay = NOTHING
    assert await speaking.answer(within=NOTHING) is None


async def test_cut_it_resets_what_is_there_and_what_comes_and_mended_it_passes_again(
    line: FaultyLine,
) -> None:
    before = await Speaking.on(line)
    assert await before.answer() == b"hello\n"
    line.cut()
    for speaking in (before, await Speaking.on(line)):
        with pytest.raises(ConnectionError):
            await speaking.answer()
    line.mend()
    assert await (await Speaking.on(line)).answer() == b"hello\n"


async def test_half_open_nothing_comes_and_nothing_is_closed_and_mended_only_new_ones_live(
    line: FaultyLine,
) -> None:
    before = await Speaking.on(line)
    line.drop_packets()
    meanwhile = await Speaking.on(line)
    assert await before.answer(within=NOTHING) is None
    assert await meanwhile.answer(within=NOTHING) is None
    line.mend()
    assert await before.answer(within=NOTHING) is None
    assert await (await Speaking.on(line)).answer() == b"hello\n"


class Speaking:
    all: ClassVar[list["Speaking"]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.all.append(self)

    @classmethod
    async def on(cls, line: FaultyLine) -> "Speaking":
        return cls(*await asyncio.open_connection("127.0.0.1", line.port))

    def close(self) -> None:
        self._writer.transport.abort()

    async def answer(self, within: float = SOON) -> bytes | None:
        """What comes back, None when nothing does; ConnectionError when it is reset or closed."""
        self._writer.write(b"hello\n")
        try:
            async with asyncio.timeout(within):
                said = await self._reader.readline()
        except TimeoutError:
            return None
        if not said:
            raise ConnectionResetError("closed")
        return said
