"""One file a resource; here all their routes together."""

from __future__ import annotations

from hanvisa.web.api import (
    absences,
    calls,
    decisions,
    exceptions,
    flags,
    forwardings,
    live,
    on_the_spot,
    messages,
    notices,
    operators,
    persons,
    recordings,
    register,
    rules,
    trainings,
)

ROUTES = (
    *persons.ROUTES,
    *register.ROUTES,
    *absences.ROUTES,
    *forwardings.ROUTES,
    *exceptions.ROUTES,
    *messages.ROUTES,
    *recordings.ROUTES,
    *flags.ROUTES,
    *notices.ROUTES,
    *trainings.ROUTES,
    *operators.ROUTES,
    *calls.ROUTES,
    *live.ROUTES,
    *on_the_spot.ROUTES,
    *decisions.ROUTES,
    *rules.ROUTES,
)
