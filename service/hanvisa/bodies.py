"""What another server answers, as far as anybody wants to hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import aiohttp


async def read_body(answer: aiohttp.ClientResponse, most: int) -> bytes | None:
    """All of it, in however many parts it comes. None: it is longer than ``most`` bytes, and not read to its end."""
    body = bytearray()
    async for part in answer.content.iter_any():
        body += part
        if len(body) > most:
            return None
    return bytes(body)
