"""The switchboard's calls as server-sent events: the versioned envelope, replayed from `Last-Event-ID`."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

from aiohttp import web

from hanvisa.calls.live_ports import Envelope, LiveCall
from hanvisa.policy.emergency import EmergencyCaller
from hanvisa.web.api.live import emergency, live_call
from hanvisa.web.fields import STOCKHOLM, Outgoing
from hanvisa.web.roles import Action
from hanvisa.web.routing import Ask, ask_for

BEAT = 15.0  # seconds: a comment, so that whoever is in between keeps the connection
PATH = "/live/events"


async def live_events(request: web.Request) -> web.StreamResponse:
    """Each event is `id`, `event` (the type) and `data`: {id, type, version, at, data}. Never ends by itself."""
    ask = await ask_for(request, Action.READ_LIVE)
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    events = ask.services.live_calls.events(request.headers.get("Last-Event-ID"))
    await response.write(b": welcome\n\n")
    coming = asyncio.ensure_future(anext(events))
    try:
        while True:
            done, _ = await asyncio.wait((coming,), timeout=BEAT)
            if not done:
                await response.write(b": beat\n\n")
                continue
            await response.write(_written(ask, coming.result()))
            coming = asyncio.ensure_future(anext(events))
    except (StopAsyncIteration, ConnectionResetError):
        return response
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await coming


def _shown(ask: Ask[None, None], data: LiveCall | EmergencyCaller) -> Outgoing:
    return emergency(ask, data) if isinstance(data, EmergencyCaller) else live_call(ask, data)


def _written(ask: Ask[None, None], event: Envelope) -> bytes:
    envelope = {
        "id": event.id,
        "type": event.type,
        "version": event.version,
        "at": event.at.astimezone(STOCKHOLM).isoformat(),
        "data": _shown(ask, event.data).model_dump(mode="json"),
    }
    data = json.dumps(envelope, ensure_ascii=False)
    return f"id: {event.id}\nevent: {event.type}\ndata: {data}\n\n".encode()
