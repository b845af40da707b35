"""That a session is used: by what somebody asks for, not by what a page of theirs follows by itself."""

from __future__ import annotations

from datetime import timedelta

import structlog
from aiohttp import web

from hanvisa.directory.repositories.signing_in import Sessions
from hanvisa.errors import StorageError
from hanvisa.web.principals import Principal
from hanvisa.web.services import SERVICES

log = structlog.get_logger(__name__)

_WRITTEN_EVERY = timedelta(minutes=1)
_STREAM = "text/event-stream"
FOLLOWS = "X-Follows"  # what a page asks for by itself, for something has changed (live.js)


async def note_use(request: web.Request, who: Principal) -> None:
    """Written down once a minute at most. Where that can't be, what was asked for is answered all the same."""
    services = request.app[SERVICES]
    session, now = who.session, services.clock.now()
    if (
        session is None
        or now - session.used_at < _WRITTEN_EVERY
        or _STREAM in request.headers.get("Accept", "")
        or FOLLOWS in request.headers
    ):
        return
    try:
        await Sessions(services.database).use(session.id, now, now - _WRITTEN_EVERY)
    except StorageError as error:
        log.warning("web.use_not_written", why=str(error))
