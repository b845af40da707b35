"""From a bearer token to who asks (RFC 6750). Tokens are random, so a plain SHA-256 of them is enough to store.

Whom a token belongs to is kept in memory for some seconds, and longer while the database does not answer: reading
goes on without it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from hanvisa.errors import StorageError
from hanvisa.policy.model import Text
from hanvisa.web.principals import Principal
from hanvisa.web.problems import UNAUTHENTICATED, Problem

Lookup = Callable[[str], Awaitable[Principal | None]]
"""From a token's hash to whom it belongs; None when it is unknown or has ended."""

_FRESH = 2.0  # seconds: how long a token that was ended may still be taken
_MOST = 1000


def new_token() -> str:
    return "hv_" + secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True)
class _Known:
    principal: Principal
    at: float


class Gate:
    """Lets in whoever has a valid token."""

    def __init__(self, lookup: Lookup, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._lookup = lookup
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}

    async def principal(self, authorization: str | None) -> Principal:
        """Who the Authorization header speaks for. Raises Problem (401) when it speaks for nobody."""
        if not authorization:
            raise _refused(
                Text(sv="Rubriken Authorization saknas.", en="The Authorization header is missing.")
            )
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _refused(
                Text(
                    sv="Rubriken Authorization är ingen Bearer.", en="The Authorization header is no Bearer."
                )
            )
        principal = await self._find(hashed(token.strip()))
        if principal is None:
            raise _refused(
                Text(sv="Nyckeln är okänd eller har upphört.", en="The token is unknown or has ended.")
            )
        return principal

    async def _find(self, key: str) -> Principal | None:
        known = self._known.get(key)
        if known is not None and self._monotonic() - known.at < _FRESH:
            return known.principal
        try:
            principal = await self._lookup(key)
        except StorageError:
            if known is None:
                raise
            return known.principal
        self._known.pop(key, None)
        if principal is not None:
            self._known[key] = _Known(principal, self._monotonic())
            if len(self._known) > _MOST:
                self._known.pop(next(iter(self._known)))
        return principal


GATE: web.AppKey[Gate] = web.AppKey("gate", Gate)


def _refused(detail: Text) -> Problem:
    return Problem(UNAUTHENTICATED, detail, headers={"WWW-Authenticate": 'Bearer realm="hanvisa"'})
