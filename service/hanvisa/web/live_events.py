"""The switchboard's calls as server-sent events: the versioned envelope, replayed from `Last-Event-ID`."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web
from pydantic import Field

from hanvisa.calls.live_ports import Envelope, EventType
from hanvisa.web.api.live import EmergencyShown, LiveCallShown, PausedOperatorShown, live_event
from hanvisa.web.event_stream import MEDIA, event, stream
from hanvisa.web.fields import Incoming, Moment, Outgoing
from hanvisa.web.roles import Action
from hanvisa.web.routing import Ask, Direct, ask_for
from hanvisa.web.validation import parse_query

BEAT = 15.0  # seconds: a comment, so that whoever is in between keeps the connection
LAST = "Last-Event-ID"


class LiveEventShown(Outgoing):
    """What follows `data:` in `/live/events`."""

    id: str
    type: EventType
    version: int = Field(description="of the envelope and what it holds")
    at: Moment
    data: LiveCallShown | PausedOperatorShown | EmergencyShown | None = Field(
        description="the call; of `operator.paused` the operator, of `emergency` who dials 112, of `calls.reset` null"
    )


async def live_events(request: web.Request) -> web.StreamResponse:
    """It ends when who asks has signed out, or may no more: that is asked again at every beat, events or not."""
    ask = await ask_for(request, Action.READ_LIVE)
    parse_query(Incoming, list(request.query.items()))

    async def may_still() -> None:
        nonlocal ask
        ask = await ask_for(request, Action.READ_LIVE)

    async def written() -> AsyncIterator[bytes]:
        async for one in ask.services.live_calls.events(request.headers.get(LAST)):
            yield _written(ask, one)

    return await stream(
        request, written(), may_still, first=b": welcome\n\n", beat=lambda: b": beat\n\n", every=BEAT
    )


def _written(ask: Ask[None, None], one: Envelope) -> bytes:
    shown = LiveEventShown(
        id=one.id, type=one.type, version=one.version, at=one.at, data=live_event(ask, one.data)
    )
    return event(one.type, shown.model_dump_json(), one.id)


OPERATIONS = (
    Direct(
        "GET",
        "/live/events",
        Action.READ_LIVE,
        live_events,
        "What happens in the switchboard's calls, as server-sent events",
        reply=LiveEventShown,
        media=MEDIA,
        about="Each has the lines `id`, `event` (its type) and `data`. Ask for /live/calls once the stream has begun, "
        "so that nothing falls between the two, and anew at `calls.reset`: events are missing then, and calls may have "
        f"ended. Every {BEAT:g} seconds there is a comment. It ends when who asks may no more, or lags too far behind.",
        headers={LAST: "the id of the last event one has had: what came since is sent first"},
    ),
)
