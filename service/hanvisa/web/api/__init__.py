"""One file a resource; here all their routes together."""

from __future__ import annotations

from hanvisa.web.api import (
    absences,
    calls,
    decisions,
    exceptions,
    forwardings,
    live,
    messages,
    operators,
    persons,
    register,
    rules,
)

ROUTES = (
    *persons.ROUTES,
    *register.ROUTES,
    *absences.ROUTES,
    *forwardings.ROUTES,
    *exceptions.ROUTES,
    *messages.ROUTES,
    *operators.ROUTES,
    *calls.ROUTES,
    *live.ROUTES,
    *decisions.ROUTES,
    *rules.ROUTES,
)
