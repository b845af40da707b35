"""The two steps of signing in elsewhere: the browser is sent to the provider, and comes back from there."""

from __future__ import annotations

import hmac
import html
import secrets

from aiohttp import web
from pydantic import Field

from hanvisa.directory.repositories.users import Credentials, Users
from hanvisa.policy.model import Text
from hanvisa.web.cookies import read_cookie, set_cookie
from hanvisa.web.fields import Incoming
from hanvisa.web.oidc import CALLBACK, OIDC, Flow, OidcClient, failed
from hanvisa.web.origin import LOCAL_PAGE, address_of
from hanvisa.web.problems import NOT_FOUND, NOT_SIGNED_IN, Problem
from hanvisa.web.routing import Anyone, Direct
from hanvisa.web.services import SERVICES, Services
from hanvisa.web.signing_in import begin_session
from hanvisa.web.validation import parse_query

PATH = "/session/oidc"
FLOW = "hanvisa_oidc"
_LASTS = 600  # seconds in which somebody finds their password
_PAGE = (
    '<!doctype html><html lang="sv"><head><meta charset="utf-8"><title>hanvisa</title>'
    '<meta http-equiv="refresh" content="0;url={to}"></head><body><a href="{to}">hanvisa</a></body></html>'
)


class Wanted(Incoming):
    to: str = Field(default="/", description="the page on which the sign-in ends, one of ours")


class CameBack(Incoming):
    """As the provider sends the browser back (RFC 6749, RFC 9207)."""

    state: str = ""
    code: str = ""
    iss: str = ""
    error: str = ""


async def go(request: web.Request) -> web.Response:
    client, services = _client(request), request.app[SERVICES]
    to = parse_query(Wanted, list(request.query.items())).to
    if not LOCAL_PAGE.fullmatch(to):
        raise failed(Text(sv="Dit leder ingen inloggning.", en="No sign-in leads there."))
    flow = Flow(secrets.token_urlsafe(32))
    # Lax: the provider's page sends the browser back here, which is another site's doing.
    cookie = set_cookie(FLOW, f"{flow.secret}:{to.encode().hex()}", _LASTS, services.settings, "Lax")
    headers = {"Location": await client.way_there(flow), "Set-Cookie": cookie, "Cache-Control": "no-store"}
    return web.Response(status=302, headers=headers)


async def come_back(request: web.Request) -> web.Response:
    """A page that goes on at once: a redirect would still be the other site's, and our cookie not be sent along."""
    client, services = _client(request), request.app[SERVICES]
    flow, to = _flow(request, services)
    _must_be_ours(request, client, flow)
    claims = await client.claims(flow, request.query.get("code", ""))
    address = address_of(request, services.settings)
    user = await _user(services, client.name(claims))
    began = await begin_session(services, user, address)
    response = web.Response(text=_PAGE.format(to=html.escape(to)), content_type="text/html")
    response.headers["Cache-Control"] = "no-store"
    response.headers.add("Set-Cookie", began.cookie)
    response.headers.add("Set-Cookie", set_cookie(FLOW, "", 0, services.settings, "Lax"))
    return response


def _client(request: web.Request) -> OidcClient:
    if OIDC not in request.app:
        raise Problem(
            NOT_FOUND,
            Text(
                sv="Här loggar man bara in med lösenord (HANVISA_OIDC_ISSUER är inte satt).",
                en="One signs in by password only here (HANVISA_OIDC_ISSUER is not set).",
            ),
        )
    return request.app[OIDC]


def _flow(request: web.Request, services: Services) -> tuple[Flow, str]:
    secret, _, to = (read_cookie(request, FLOW, services.settings) or "").partition(":")
    try:
        page = bytes.fromhex(to).decode("ascii")
    except ValueError:
        page = ""
    if not secret or not LOCAL_PAGE.fullmatch(page):
        raise failed(
            Text(
                sv="Inloggningen började inte här, eller tog för lång tid.",
                en="The sign-in did not begin here, or took too long.",
            )
        )
    return Flow(secret), page


def _must_be_ours(request: web.Request, client: OidcClient, flow: Flow) -> None:
    """Raises Problem for an answer to another question (RFC 6749, 10.12), or of another provider (RFC 9207)."""
    state = request.query.get("state", "")
    issuer = request.query.get("iss", client.issuer).rstrip("/")
    if (
        not hmac.compare_digest(state.encode(errors="surrogateescape"), flow.state.encode())
        or issuer != client.issuer
    ):
        raise failed(
            Text(sv="Svaret hör till en annan inloggning.", en="The answer belongs to another sign-in.")
        )
    if "error" in request.query:
        why = request.query["error"][:100]
        raise failed(Text(sv=f"Inloggningstjänsten säger nej: {why}.", en=f"The provider refuses: {why}."))


async def _user(services: Services, name: str) -> Credentials:
    """The user of that name. Raises Problem: a mail address in the register is none, for many may change it."""
    user = await Users(services.database).credentials(name)
    if user is None:
        raise Problem(
            NOT_SIGNED_IN,
            Text(
                sv=f"”{name[:100]}” har inget konto här. Be administratören om ett.",
                en=f"“{name[:100]}” has no account here. Ask the administrator for one.",
            ),
            claimed=name[:200],
        )
    return user


_REFUSALS = (NOT_SIGNED_IN, NOT_FOUND)

OPERATIONS = (
    Direct(
        "GET",
        PATH,
        Anyone.AT_ALL,
        go,
        "Send a browser to the provider to sign in there (OpenID Connect)",
        query=Wanted,
        status=302,
        refusals=_REFUSALS,
    ),
    Direct(
        "GET",
        CALLBACK,
        Anyone.AT_ALL,
        come_back,
        "Where the provider sends the browser back: it is signed in, and brought to its page",
        query=CameBack,
        media="text/html",
        refusals=_REFUSALS,
    ),
)
