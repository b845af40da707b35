"""Is the service alive, and can it do its work?"""

from __future__ import annotations

from aiohttp import web

from hanvisa.web.services import SERVICES


async def live(_request: web.Request) -> web.Response:
    """200 as long as the process answers at all."""
    return web.json_response({"status": "live"})


async def ready(request: web.Request) -> web.Response:
    """200 when nothing is missing; 503 with a sentence for each component that is."""
    missing = {name: what for name, what in request.app[SERVICES].health().items() if what is not None}
    if missing:
        return web.json_response({"status": "not ready", "missing": missing}, status=503)
    return web.json_response({"status": "ready", "missing": {}})
