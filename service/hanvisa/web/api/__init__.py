"""One file a resource; here all their routes together."""

from __future__ import annotations

from hanvisa.web.api import (
    absences,
    calls,
    decisions,
    exceptions,
    forwardings,
    live,
    on_the_spot,
    operators,
    persons,
    reasons,
    rules,
)

ROUTES = (
    *persons.ROUTES,
    *reasons.ROUTES,
    *absences.ROUTES,
    *forwardings.ROUTES,
    *exceptions.ROUTES,
    *operators.ROUTES,
    *calls.ROUTES,
    *live.ROUTES,
    *on_the_spot.ROUTES,
    *decisions.ROUTES,
    *rules.ROUTES,
)
