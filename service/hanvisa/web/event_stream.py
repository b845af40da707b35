"""Server-sent events: a stream that beats, and ends when its reader may no more, or when the service stops."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from hanvisa.errors import StorageError
from hanvisa.web.problems import Problem

TAKEN_WITHIN = 30.0  # seconds: who takes nothing for so long is let go, and comes back
MEDIA = "text/event-stream"
HEADERS = {
    "Content-Type": f"{MEDIA}; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # a proxy in between passes each event on at once (nginx)
}
_STOPPING: web.AppKey[asyncio.Event] = web.AppKey("stopping", asyncio.Event)


def add_to(app: web.Application) -> None:
    app[_STOPPING] = asyncio.Event()
    app.on_shutdown.append(_stop)


async def _stop(app: web.Application) -> None:
    app[_STOPPING].set()


def event(name: str, data: str, id_: str = "") -> bytes:
    known_by = f"id: {id_}\n" if id_ else ""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"{known_by}event: {name}\n{lines}\n".encode()


async def stream(
    request: web.Request,
    events: AsyncIterator[bytes],
    may_still: Callable[[], Awaitable[None]],
    *,
    first: bytes,
    beat: Callable[[], bytes],
    every: float,
    last: bytes = b"",
) -> web.StreamResponse:
    """Send the events as they come, and a beat every so many seconds.

    At each beat, events or not, it is asked whether the reader ``may_still``. A Problem from there ends the stream with
    ``last``; so does the end of the events, without it.
    """
    response = web.StreamResponse(headers=HEADERS)
    await response.prepare(request)
    stopping = asyncio.ensure_future(request.app[_STOPPING].wait())
    coming = asyncio.ensure_future(anext(events))
    due = time.monotonic() + every
    try:
        await _write(response, first)
        while not stopping.done():
            done, _ = await asyncio.wait(
                (coming, stopping),
                timeout=max(0.0, due - time.monotonic()),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if time.monotonic() >= due:
                await may_still()
                await _write(response, beat())
                due = time.monotonic() + every
            if coming in done:
                await _write(response, coming.result())
                coming = asyncio.ensure_future(anext(events))
    except Problem:
        with suppress(ConnectionResetError, TimeoutError):
            await _write(response, last)
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
    except (StopAsyncIteration, ConnectionResetError, StorageError):
        pass
    finally:
        stopping.cancel()
        coming.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await coming
    return response


async def _write(response: web.StreamResponse, what: bytes) -> None:
    async with asyncio.timeout(TAKEN_WITHIN):
        await response.write(what)
