"""One file a resource; here all their routes together."""

from __future__ import annotations

from hanvisa.web.api import (
    absences,
    audit,
    calls,
    decisions,
    exceptions,
    extracts,
    forwardings,
    live,
    operators,
    persons,
    reasons,
    rules,
    session,
    tokens,
    users,
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
    *session.ROUTES,
    *users.ROUTES,
    *tokens.ROUTES,
    *audit.ROUTES,
    *extracts.ROUTES,
)
