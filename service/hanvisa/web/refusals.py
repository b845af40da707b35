"""Every refusal stands in the audit trail: who asked for what, from where, and why they were refused.

Of what the policy refuses, by which rules: why it did may name others, and the trail is kept for years. Who is not
known is counted, whatever they are refused: however many ask, they don't fill the trail, and callers' messages don't
wait in the database for the rows about them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web

from hanvisa.directory.repositories.audit import Audit, Refusal
from hanvisa.errors import StorageError
from hanvisa.policy.model import Language
from hanvisa.policy.networks import network_of
from hanvisa.web.origin import address_of
from hanvisa.web.principals import nobody
from hanvisa.web.problems import Problem
from hanvisa.web.routing import WHO
from hanvisa.web.services import SERVICES

log = structlog.get_logger(__name__)

_CLAIMED = "claimed"
_STATUSES = (401, 403, 429)
_EVERY = 60.0  # seconds
_MOST = 1000  # addresses, with a reason and a user each, that are told apart in that time


@dataclass
class _Counted:
    first: Refusal
    times: int = 0


class Strangers:
    """Refusals of who is not known, until they are written: one row for each address, reason and user they claim to be.

    The reason is the problem's ``error_id``: its detail may differ each time. Addresses of IPv6 are one by their /64.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._counted: dict[tuple[str, str, str], _Counted] = {}

    def count(self, refusal: Refusal) -> None:
        """When there are too many, the others are counted together by their reason alone."""
        reason = refusal.answer["error_id"]
        key = network_of(refusal.by.address or ""), reason, refusal.answer.get(_CLAIMED, "")
        if key not in self._counted and len(self._counted) >= self._most:
            answer = {name: value for name, value in refusal.answer.items() if name != _CLAIMED}
            refusal = Refusal(refusal.request, answer, nobody(None).actor)
            key = "", reason, ""
        self._counted.setdefault(key, _Counted(refusal)).times += 1

    def take(self) -> list[Refusal]:
        counted, self._counted = self._counted, {}
        return [
            Refusal(one.first.request, {**one.first.answer, "times": one.times}, one.first.by)
            for one in counted.values()
        ]


STRANGERS: web.AppKey[Strangers] = web.AppKey("strangers", Strangers)


def is_refusal(problem: Problem) -> bool:
    return problem.kind.status in _STATUSES or bool(problem.rules)


async def keep_refusal(request: web.Request, problem: Problem) -> None:
    services = request.app[SERVICES]
    known = request.get(WHO)
    who = known or nobody(address_of(request, services.settings))
    answer: dict[str, Any] = {
        "status": problem.kind.status,
        "error_id": problem.kind.error_id,
        **({"rules": list(problem.rules)} if problem.rules else {"detail": problem.detail.in_(Language.EN)}),
        **({_CLAIMED: problem.claimed} if problem.claimed else {}),
    }
    refusal = Refusal(f"{request.method} {request.rel_url.raw_path[:200]}", answer, who.actor)
    if known is None:
        request.app[STRANGERS].count(refusal)
    else:
        await _write(request.app, [refusal])


async def keep_strangers(app: web.Application) -> AsyncIterator[None]:
    """Writes them now and then while the application runs, and at its end."""
    ending = asyncio.Event()

    async def write() -> None:
        while not ending.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), _EVERY)
            await _write(app, app[STRANGERS].take())

    writing = asyncio.create_task(write())
    yield
    ending.set()
    await writing


async def _write(app: web.Application, refusals: list[Refusal]) -> None:
    """Nobody waits for a database that is away: then the log alone tells of it."""
    if not refusals:
        return
    try:
        await Audit(app[SERVICES].database).refused(*refusals)
    except StorageError as error:
        for one in refusals:
            log.warning(
                "web.refusal_not_kept",
                asked=one.request,
                by=one.by.name,
                address=one.by.address,
                times=one.answer.get("times", 1),
                why=str(error),
            )
