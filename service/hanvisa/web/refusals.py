"""Every refusal stands in the audit trail: who asked for what, from where, and why they were refused.

Of what the policy refuses, by which rules: why it did may name others, and the trail is kept for years.
"""

from __future__ import annotations

import structlog
from aiohttp import web

from hanvisa.directory.repositories.audit import Audit
from hanvisa.errors import StorageError
from hanvisa.policy.model import Language
from hanvisa.web.origin import address_of
from hanvisa.web.principals import nobody
from hanvisa.web.problems import Problem
from hanvisa.web.routing import WHO
from hanvisa.web.services import SERVICES

log = structlog.get_logger(__name__)

_STATUSES = (401, 403, 429)


def is_refusal(problem: Problem) -> bool:
    return problem.kind.status in _STATUSES or bool(problem.rules)


async def keep_refusal(request: web.Request, problem: Problem) -> None:
    """The answer does not wait for a database that is away: then the log alone tells of it."""
    services = request.app[SERVICES]
    who = request.get(WHO) or nobody(address_of(request, services.settings))
    asked = f"{request.method} {request.rel_url.raw_path[:200]}"
    answer = {
        "status": problem.kind.status,
        "error_id": problem.kind.error_id,
        **({"rules": list(problem.rules)} if problem.rules else {"detail": problem.detail.in_(Language.EN)}),
        **({"claimed": problem.claimed} if problem.claimed else {}),
    }
    try:
        await Audit(services.database).refused(asked, answer, who.actor)
    except StorageError as error:
        log.warning("web.refusal_not_kept", asked=asked, by=who.name, address=who.address, why=str(error))
