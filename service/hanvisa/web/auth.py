"""From a bearer token (RFC 6750) or a session's cookie to who asks.

Both are random, so a plain SHA-256 of them is enough to store.

Whom a token belongs to is kept in memory for some seconds, and both are longer while the database does not answer:
reading goes on without it, until their own end. When accounts, sessions or tokens change all are forgotten, so that
none that was ended comes back.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from hanvisa.errors import StorageError
from hanvisa.policy.model import Text
from hanvisa.web.principals import Principal
from hanvisa.web.problems import NOT_MEANT, UNAUTHENTICATED, Problem

Lookup = Callable[[str], Awaitable[Principal | None]]
"""From a hash to whom it belongs; None when it is unknown or has ended."""

CSRF_HEADER = "X-CSRF-Token"
_FRESH = 2.0  # seconds: how long a token that was ended elsewhere may still be taken
_MOST = 1000
_TOKEN, _SESSION = "token", "session"  # who signs out is out at once


def new_token() -> str:
    return "hv_" + secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True)
class _Known:
    principal: Principal
    at: float


class Gate:
    """Lets in whoever has a valid token, or has signed in."""

    def __init__(
        self,
        tokens: Lookup,
        sessions: Lookup,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lookups = {_TOKEN: tokens, _SESSION: sessions}
        self._now = now
        self._monotonic = monotonic
        self._known: dict[tuple[str, str], _Known] = {}

    def forget(self) -> None:
        """Whom tokens and sessions speak for may have changed."""
        self._known = {}  # another one: what is being looked up meanwhile goes into the one that is forgotten

    async def principal(self, authorization: str | None, cookie: str | None = None) -> Principal:
        """Who the Authorization header speaks for, else the cookie. Raises Problem (401) when it is nobody."""
        if authorization:
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                raise _refused(_NO_BEARER)
            principal = await self._find(_TOKEN, token.strip())
            unknown = _UNKNOWN_TOKEN
        elif cookie:
            principal = await self._find(_SESSION, cookie)
            unknown = _UNKNOWN_SESSION
        else:
            raise _refused(_NEITHER)
        if principal is None:
            raise _refused(unknown)
        return principal

    async def _find(self, kind: str, secret: str) -> Principal | None:
        principal = await self._look_up(kind, hashed(secret))
        if principal is not None and principal.ends_at is not None and principal.ends_at <= self._now():
            return None
        return principal

    async def _look_up(self, kind: str, hash_: str) -> Principal | None:
        key, known = (kind, hash_), self._known
        had = known.get(key)
        if kind == _TOKEN and had is not None and self._monotonic() - had.at < _FRESH:
            return had.principal
        try:
            principal = await self._lookups[kind](hash_)
        except StorageError:
            if had is None or known is not self._known:
                raise
            return had.principal
        known.pop(key, None)
        if principal is not None:
            known[key] = _Known(principal, self._monotonic())
            if len(known) > _MOST:
                known.pop(next(iter(known)))
        return principal


GATE: web.AppKey[Gate] = web.AppKey("gate", Gate)


def must_be_meant(request: web.Request, who: Principal) -> None:
    """A change that comes with a cookie must bring along what no other site can know. Raises Problem (403)."""
    if who.session is None or request.method in ("GET", "HEAD"):
        return
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(errors="surrogateescape"), who.session.csrf.encode()):
        raise Problem(
            NOT_MEANT,
            Text(
                sv=f"Rubriken {CSRF_HEADER} saknas eller är fel.",
                en=f"The header {CSRF_HEADER} is missing or wrong.",
            ),
        )


def _refused(detail: Text) -> Problem:
    return Problem(UNAUTHENTICATED, detail, headers={"WWW-Authenticate": 'Bearer realm="hanvisa"'})


_NEITHER = Text(
    sv="Rubriken Authorization saknas, och ingen är inloggad.",
    en="The Authorization header is missing, and nobody has signed in.",
)
_NO_BEARER = Text(sv="Rubriken Authorization är ingen Bearer.", en="The Authorization header is no Bearer.")
_UNKNOWN_TOKEN = Text(sv="Nyckeln är okänd eller har upphört.", en="The token is unknown or has ended.")
_UNKNOWN_SESSION = Text(sv="Inloggningen har upphört.", en="The session has ended.")
