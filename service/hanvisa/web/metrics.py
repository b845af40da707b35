"""What Prometheus is told of the web: requests by route and status, and how long they took."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hanvisa.web.routing import Anyone, ask_for

if TYPE_CHECKING:
    from hanvisa.calls.live_ports import CallLoad
    from hanvisa.web.services import Guessers, Logged

_BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3)


class Metrics:
    """The web's own counters in a registry that others may add theirs to."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._requests = Counter(
            "hanvisa_web_requests", "Requests to the API", ("method", "route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "hanvisa_web_request_seconds", "Time to answer", ("route",), buckets=_BUCKETS, registry=registry
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


class PhonePasswords(Collector):
    """How many wrong passwords phones have given, and how many addresses are shut out for it."""

    def __init__(self, guessers: Guessers) -> None:
        self._guessers = guessers

    def collect(self) -> Iterator[Metric]:
        yield CounterMetricFamily(
            "hanvisa_phone_wrong_passwords", "Wrong passwords of phones", value=self._guessers.counted
        )
        yield GaugeMetricFamily(
            "hanvisa_phone_addresses_shut_out",
            "Addresses that are shut out for them",
            value=sum(one.shut_out_until is not None for one in self._guessers.recent()),
        )


class Work(Collector):
    """What goes on at once (a number that only grows is a leak), and how many calls there were, and were too much."""

    def __init__(self, load: Callable[[], CallLoad]) -> None:
        self._load = load

    def collect(self) -> Iterator[Metric]:
        load = self._load()
        yield GaugeMetricFamily("hanvisa_tasks", "Tasks of the event loop", value=len(asyncio.all_tasks()))
        for name, what, count in (
            ("taken", "Calls that this service has taken", load.taken),
            (
                "not_taken",
                "Calls that were offered and went without this service: too late, or to another",
                load.not_taken,
            ),
            ("turned_away", "Calls that the overload sent to the fallback at once", load.turned_away),
            ("refused", "Calls from the carrier that the overload had refused (503)", load.refused),
        ):
            yield CounterMetricFamily(f"hanvisa_calls_{name}", what, value=count)
        shares = GaugeMetricFamily(
            "hanvisa_calls_share", "What becomes of the carrier's next calls", labels=("outcome",)
        )
        for outcome in ("offered", "turned_away", "refused"):
            shares.add_metric((outcome,), getattr(load.admitted, outcome))
        yield shares


class CallLog(Collector):
    """How many entries wait for a disk that takes nothing, and how many it never took."""

    def __init__(self, logged: Logged) -> None:
        self._logged = logged

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "hanvisa_call_log_waiting",
            "Entries of the call log that the disk has not taken yet",
            value=self._logged.waiting,
        )
        yield CounterMetricFamily(
            "hanvisa_call_log_lost",
            "Entries of the call log that were lost, for too many waited",
            value=self._logged.lost,
        )


METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


async def metrics(request: web.Request) -> web.Response:
    """To whoever is known: Prometheus has a token (docs/access.md)."""
    await ask_for(request, Anyone.SIGNED_IN)
    return web.Response(
        body=generate_latest(request.app[METRICS].registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
    )
