"""The switchboard's calls as server-sent events: the versioned envelope, replayed from `Last-Event-ID`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from aiohttp import web

from hanvisa.calls.live_ports import Envelope
from hanvisa.web.api.live import live_event
from hanvisa.web.event_stream import event, stream
from hanvisa.web.fields import STOCKHOLM
from hanvisa.web.roles import Action
from hanvisa.web.routing import Ask, ask_for

BEAT = 15.0  # seconds: a comment, so that whoever is in between keeps the connection
PATH = "/live/events"


async def live_events(request: web.Request) -> web.StreamResponse:
    """Each event is `id`, `event` (the type) and `data`: {id, type, version, at, data}.

    It ends when who asks has signed out, or may no more: that is asked again at every beat, events or not.
    """
    ask = await ask_for(request, Action.READ_LIVE)

    async def may_still() -> None:
        nonlocal ask
        ask = await ask_for(request, Action.READ_LIVE)

    async def written() -> AsyncIterator[bytes]:
        async for one in ask.services.live_calls.events(request.headers.get("Last-Event-ID")):
            yield _written(ask, one)

    return await stream(
        request, written(), may_still, first=b": welcome\n\n", beat=lambda: b": beat\n\n", every=BEAT
    )


def _written(ask: Ask[None, None], one: Envelope) -> bytes:
    data = live_event(ask, one.data)
    envelope = {
        "id": one.id,
        "type": one.type,
        "version": one.version,
        "at": one.at.astimezone(STOCKHOLM).isoformat(),
        "data": data.model_dump(mode="json") if data else None,
    }
    return event(one.type, json.dumps(envelope, ensure_ascii=False), one.id)
