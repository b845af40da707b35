"""All that the API can be asked, in the order in which it is described."""

from __future__ import annotations

from hanvisa.web import live_events, signing_in_elsewhere
from hanvisa.web.api import ROUTES
from hanvisa.web.routing import Operation

OPERATIONS: tuple[Operation, ...] = (*ROUTES, *live_events.OPERATIONS, *signing_in_elsewhere.OPERATIONS)
