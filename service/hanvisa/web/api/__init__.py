"""One file a resource; here all their routes together."""

from __future__ import annotations

from hanvisa.web.api import (
    absences,
    calls,
    coverage_alarms,
    decisions,
    exceptions,
    forwardings,
    live,
    mobiles,
    operators,
    persons,
    reasons,
    rules,
)

ROUTES = (
    *persons.ROUTES,
    *reasons.ROUTES,
    *absences.ROUTES,
    *coverage_alarms.ROUTES,
    *forwardings.ROUTES,
    *exceptions.ROUTES,
    *mobiles.ROUTES,
    *operators.ROUTES,
    *calls.ROUTES,
    *live.ROUTES,
    *decisions.ROUTES,
    *rules.ROUTES,
)
