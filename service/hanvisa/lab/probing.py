"""Asking a server whether it is there, without a client's library: it is done at every start, and many times."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

WITHIN = 2.0  # seconds for one answer


@asynccontextmanager
async def connection(
    host: str, port: int
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A TCP connection, closed in the end. Raises OSError where nobody listens."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


async def http_status(host: str, port: int, path: str) -> int | None:
    """The status that a GET of ``path`` is answered with, None where there is no answer (yet)."""
    try:
        async with asyncio.timeout(WITHIN), connection(host, port) as (reader, writer):
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            first = (await reader.readline()).split()
    except (OSError, TimeoutError):
        return None
    return int(first[1]) if len(first) > 1 and first[1].isdigit() else None
