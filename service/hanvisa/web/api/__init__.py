"""One file a resource; here all their routes together."""

from __future__ import annotations

from hanvisa.web.api import (
    absences,
    calls,
    decisions,
    exceptions,
    forwardings,
    live,
    operators,
    persons,
    reasons,
    reports,
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
    *decisions.ROUTES,
    *rules.ROUTES,
    *reports.ROUTES,
)
