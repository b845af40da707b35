"""Is the service alive, and can it do its work?"""

from __future__ import annotations

from aiohttp import web

from hanvisa.web.services import SERVICES


async def live(_request: web.Request) -> web.Response:
    """200 as long as the process answers at all."""
    return web.json_response({"status": "live"})


async def ready(request: web.Request) -> web.Response:
    """200 when nothing is missing; 503 with a sentence for each component that is.

    And one for each of several nodes that is ``away``, which is no reason for 503: the others have the calls.
    """
    services = request.app[SERVICES]
    missing = {name: what for name, what in services.health().items() if what is not None}
    status = "not ready" if missing else "ready"
    told = {"status": status, "missing": missing, "away": dict(services.away())}
    return web.json_response(told, status=503 if missing else 200)
