"""A password is tried, a session begins: for the API and for signing in elsewhere alike."""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from hanvisa.config import Settings
from hanvisa.counting import counted
from hanvisa.directory.auditing import Actor
from hanvisa.directory.repositories.signing_in import Sessions, SignInTries
from hanvisa.directory.repositories.users import Credentials, Users
from hanvisa.policy.model import Text
from hanvisa.policy.networks import network_of
from hanvisa.policy.sign_in import SignInLimits, account_key
from hanvisa.web.auth import hashed
from hanvisa.web.cookies import SESSION, set_cookie
from hanvisa.web.problems import NOT_SIGNED_IN, TOO_MANY_TRIES, Problem
from hanvisa.web.services import Services


async def prove(services: Services, name: str, password: str, address: str | None) -> Credentials:
    """The user, who knows the password. Raises Problem: it is wrong (401), or tried too soon (429)."""
    tries = SignInTries(services.database, limits(services.settings))
    account, where = account_key(name), network_of(address or "")
    known = await Users(services.database).credentials(name)
    claimed = known.name if known else ""  # what is no user may be a password in the wrong field
    again = await tries.begin(account, where, services.clock.now())
    if again is not None:
        raise _too_soon(again - services.clock.now(), claimed)
    if (
        not await services.passwords.is_right(known.password_hash if known else None, password)
        or known is None
    ):
        raise Problem(
            NOT_SIGNED_IN,
            Text(sv="Namnet eller lösenordet är fel.", en="The name or the password is wrong."),
            claimed=claimed,
        )
    await tries.right(account, where)
    return known


@dataclass(frozen=True, slots=True)
class Began:
    """``cookie`` is a header, ``secret`` what stands in it."""

    secret: str
    cookie: str
    ends_at: datetime


async def begin_session(services: Services, user: Credentials, address: str | None) -> Began:
    settings = services.settings
    now = services.clock.now()
    lasts = timedelta(hours=settings.session_hours)
    secret = secrets.token_urlsafe(32)
    by = Actor(user.name, user.user_id, address)
    await Sessions(services.database).begin(user.user_id, hashed(secret), now, now + lasts, by)
    cookie = set_cookie(SESSION, secret, round(lasts.total_seconds()), settings)
    return Began(secret, cookie, now + lasts)


def limits(settings: Settings) -> SignInLimits:
    return SignInLimits(
        settings.sign_in_tries, settings.sign_in_tries_address, timedelta(seconds=settings.sign_in_locked)
    )


def _too_soon(wait: timedelta, claimed: str) -> Problem:
    seconds = math.ceil(wait.total_seconds())
    return Problem(
        TOO_MANY_TRIES,
        Text(
            sv=f"Efter flera fel i rad: försök igen om {counted(seconds, 'sekund', 'sekunder')}.",
            en=f"After several wrong ones in a row: try again in {counted(seconds, 'second', 'seconds')}.",
        ),
        headers={"Retry-After": str(seconds)},
        claimed=claimed,
    )
