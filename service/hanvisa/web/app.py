"""The web application: the API's routes, its description, health and metrics."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from aiohttp import web

from hanvisa.web import confirming, describing, event_stream, health, pages
from hanvisa.web.auth import GATE, Gate
from hanvisa.web.finding import FOUND_IN, find_by_session, find_by_token
from hanvisa.web.metrics import METRICS, CallLog, Metrics, PhonePasswords, Work, metrics
from hanvisa.web.middleware import counted, harden, problems, sign
from hanvisa.web.oidc import OIDC, open_client
from hanvisa.web.operations import OPERATIONS
from hanvisa.web.quiet import quieten
from hanvisa.web.refusals import STRANGERS, Strangers, keep_strangers
from hanvisa.web.routing import BASE
from hanvisa.web.services import SERVICES, Services
from hanvisa.web.uploads import ROOM, Room

_LARGEST_BODY = 64 * 1024


def create_app(services: Services) -> web.Application:
    """The application, ready for a runner. It starts nothing and holds nothing open."""
    quieten()
    app = web.Application(middlewares=[counted, problems], client_max_size=_LARGEST_BODY)
    app.on_response_prepare.extend((harden, sign))
    app[SERVICES] = services
    app[METRICS] = Metrics(services.metrics)
    services.metrics.register(PhonePasswords(services.guessers))
    services.metrics.register(Work(services.load))
    services.metrics.register(CallLog(services.call_log))
    database, clock = services.database, services.clock
    app[GATE] = gate = Gate(
        lambda hash_: find_by_token(database, hash_, clock.now()),
        lambda hash_: find_by_session(
            database, hash_, clock.now(), timedelta(seconds=services.settings.session_idle)
        ),
        clock.now,
    )
    _forget_what_changes(gate, services)
    event_stream.add_to(app)
    app[ROOM] = Room()
    app[STRANGERS] = Strangers()
    app.cleanup_ctx.append(keep_strangers)
    if (client := open_client(services.settings)) is not None:
        app[OIDC] = client
    pages.add_to(app)
    for resource in _resources():
        app.router.register_resource(resource)
    return app


def _forget_what_changes(gate: Gate, services: Services) -> None:
    """Ours before the change is answered, others' when the register hears of them."""

    def changed(tables: frozenset[str]) -> None:
        if tables & FOUND_IN:
            gate.forget()

    async def changed_by_us(tables: frozenset[str]) -> None:
        changed(tables)

    services.database.listen(changed_by_us)
    services.directory.on_stored(changed)


@cache
def _resources() -> tuple[web.AbstractResource, ...]:
    """Every address. They know nothing of an application, and to make hundreds of them takes a while."""
    router = web.UrlDispatcher()
    for operation in OPERATIONS:
        operation.add_to(router)
    router.add_get(BASE + "/openapi.json", describing.openapi)
    describing.DOCS.add_to(router)
    confirming.add_to(router)
    pages.add_addresses(router)
    router.add_get("/health/live", health.live)
    router.add_get("/health/ready", health.ready)
    router.add_get("/metrics", metrics)
    return tuple(router.resources())
