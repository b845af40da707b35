"""The switchboard's calls as server-sent events: the versioned envelope, replayed from `Last-Event-ID`."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress

from aiohttp import web

from hanvisa.calls.live_ports import Envelope
from hanvisa.errors import StorageError
from hanvisa.web.api.live import live_event
from hanvisa.web.fields import STOCKHOLM
from hanvisa.web.problems import Problem
from hanvisa.web.roles import Action
from hanvisa.web.routing import Ask, ask_for

BEAT = 15.0  # seconds: a comment, so that whoever is in between keeps the connection
PATH = "/live/events"


async def live_events(request: web.Request) -> web.StreamResponse:
    """Each event is `id`, `event` (the type) and `data`: {id, type, version, at, data}.

    It ends when who asks has signed out, or may no more: that is asked again at every beat, events or not.
    """
    ask = await ask_for(request, Action.READ_LIVE)
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    events = ask.services.live_calls.events(request.headers.get("Last-Event-ID"))
    await response.write(b": welcome\n\n")
    coming = asyncio.ensure_future(anext(events))
    beat = time.monotonic() + BEAT
    try:
        while True:
            done, _ = await asyncio.wait((coming,), timeout=max(0.0, beat - time.monotonic()))
            if time.monotonic() >= beat:
                ask = await ask_for(request, Action.READ_LIVE)
                await response.write(b": beat\n\n")
                beat = time.monotonic() + BEAT
            if not done:
                continue
            await response.write(_written(ask, coming.result()))
            coming = asyncio.ensure_future(anext(events))
    except (StopAsyncIteration, ConnectionResetError, Problem, StorageError):
        return response
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await coming


def _written(ask: Ask[None, None], event: Envelope) -> bytes:
    envelope = {
        "id": event.id,
        "type": event.type,
        "version": event.version,
        "at": event.at.astimezone(STOCKHOLM).isoformat(),
        "data": live_event(ask, event.data).model_dump(mode="json"),
    }
    data = json.dumps(envelope, ensure_ascii=False)
    return f"id: {event.id}\nevent: {event.type}\ndata: {data}\n\n".encode()
