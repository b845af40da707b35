"""Signing in with somebody else's accounts: OpenID Connect by authorisation code with PKCE (Core 1.0; RFC 7636, 9207).

Nothing is kept between the two steps but one random value in the browser's cookie, from which state, nonce and PKCE's
verifier are made.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import aiohttp
from aiohttp import web

from hanvisa.bodies import read_body
from hanvisa.config import Settings
from hanvisa.errors import ConfigurationError
from hanvisa.policy.model import Text
from hanvisa.web.origin import origin
from hanvisa.web.problems import NOT_SIGNED_IN, UNAVAILABLE, Problem
from hanvisa.web.routing import BASE

CALLBACK = "/session/oidc/callback"  # of the API
_DISCOVERY = "/.well-known/openid-configuration"
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_LARGEST = 1024 * 1024
_LEEWAY = 60  # seconds that two clocks may differ
_SIGNED_BY = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)


@dataclass(frozen=True, slots=True)
class Flow:
    """One sign-in, from the way there to the way back. ``secret`` stands in the cookie alone."""

    secret: str

    @property
    def state(self) -> str:
        return self._made("state")

    @property
    def nonce(self) -> str:
        return self._made("nonce")

    @property
    def verifier(self) -> str:
        return self._made("verifier")

    @property
    def challenge(self) -> str:
        return _plain(hashlib.sha256(self.verifier.encode()).digest())

    def _made(self, what: str) -> str:
        return _plain(hashlib.sha256(f"{what} {self.secret}".encode()).digest())


@dataclass(frozen=True, slots=True)
class Provider:
    """What the provider says of itself (Discovery 1.0, section 3)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    algorithms: tuple[str, ...]
    by_post: bool


@dataclass(frozen=True)
class OidcClient:
    """``claim`` is what of the ID token is a user's name here."""

    issuer: str
    client: str
    password: str = field(repr=False)
    callback: str
    claim: str

    async def way_there(self, flow: Flow) -> str:
        """The address at the provider to which the browser is sent. Raises Problem."""
        provider = await self._provider()
        asked = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": self.callback,
            "scope": "openid email profile",
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": flow.challenge,
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in provider.authorization_endpoint else "?"
        return f"{provider.authorization_endpoint}{joint}{urlencode(asked)}"

    async def claims(self, flow: Flow, code: str) -> Mapping[str, Any]:
        """What the provider says of who has signed in there. Raises Problem."""
        provider = await self._provider()
        token = await self._exchange(provider, flow, code)
        return self._verified(token, await _fetch("GET", provider.jwks_uri), provider, flow)

    def name(self, claims: Mapping[str, Any]) -> str:
        """The user's name here. Raises Problem where there is none, or an address that nobody has verified."""
        name = claims.get(self.claim)
        if not isinstance(name, str) or not name.strip():
            raise failed(
                Text(
                    sv=f"Inloggningstjänsten säger inget om ”{self.claim}”.",
                    en=f"The provider says nothing of “{self.claim}”.",
                )
            )
        if self.claim == "email" and claims.get("email_verified") is not True:
            raise failed(
                Text(
                    sv="E-postadressen är inte bekräftad hos inloggningstjänsten.",
                    en="The provider has not verified the mail address.",
                )
            )
        return name

    async def _provider(self) -> Provider:
        said = await _fetch("GET", self.issuer + _DISCOVERY)
        try:
            if said["issuer"].rstrip("/") != self.issuer:
                raise _unusable(f"its issuer is {said['issuer']}")
            offered = said.get("id_token_signing_alg_values_supported", ["RS256"])
            methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            return Provider(
                _encrypted(said["authorization_endpoint"]),
                _encrypted(said["token_endpoint"]),
                _encrypted(said["jwks_uri"]),
                tuple(sorted(_SIGNED_BY.intersection(offered))),
                "client_secret_basic" not in methods,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise _unusable(f"its description lacks {error}") from error

    async def _exchange(self, provider: Provider, flow: Flow, code: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": flow.verifier,
        }
        headers = {}
        if self.password and not provider.by_post:  # RFC 6749, 2.3.1: both as in a form
            headers["Authorization"] = aiohttp.encode_basic_auth(
                quote_plus(self.client), quote_plus(self.password)
            )
        else:
            form |= {"client_id": self.client}
            form |= {"client_secret": self.password} if self.password else {}
        said = await _fetch("POST", provider.token_endpoint, data=form, headers=headers)
        token = said.get("id_token")
        if not isinstance(token, str):
            raise _unusable("its answer has no ID token")
        return token

    def _verified(self, token: str, keys: Any, provider: Provider, flow: Flow) -> Mapping[str, Any]:
        """Core 1.0, section 3.1.3.7. Raises Problem."""
        from joserfc import jwt  # noqa: PLC0415 - an extra: who signs in by passwords has no need of it
        from joserfc.errors import JoseError  # noqa: PLC0415
        from joserfc.jwk import KeySet  # noqa: PLC0415

        checks = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "values": [self.issuer, f"{self.issuer}/"]},
            aud={"essential": True, "value": self.client},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": flow.nonce},
        )
        try:
            found = jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(provider.algorithms))
            checks.validate(found.claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise failed(
                Text(
                    sv=f"Inloggningstjänstens intyg duger inte: {error}.",
                    en=f"The provider's ID token won't do: {error}.",
                )
            ) from error
        if found.claims.get("azp", self.client) != self.client:
            raise failed(Text(sv="Intyget är för någon annan.", en="The ID token is for somebody else."))
        return found.claims


def open_client(settings: Settings) -> OidcClient | None:
    """None where no provider is set. Raises ConfigurationError."""
    if not settings.oidc_issuer:
        return None
    issuer = settings.oidc_issuer.rstrip("/")
    if not settings.oidc_client or not _is_encrypted(issuer):
        raise ConfigurationError(
            f"HANVISA_OIDC_ISSUER is “{issuer}”. It must begin with https://, and HANVISA_OIDC_CLIENT must say what we "
            "are called there."
        )
    try:
        import joserfc  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise ConfigurationError(
            "HANVISA_OIDC_ISSUER is set, and the package for it is missing: install hanvisa[oidc]."
        ) from error
    password = settings.oidc_password.get_secret_value()
    return OidcClient(
        issuer, settings.oidc_client, password, origin(settings) + BASE + CALLBACK, settings.oidc_claim
    )


def failed(detail: Text) -> Problem:
    return Problem(NOT_SIGNED_IN, detail)


async def _fetch(method: str, address: str, **request: Any) -> Any:
    """The answer's JSON object. Raises Problem: it does not answer (503), or refuses (401)."""
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.request(method, address, allow_redirects=False, **request) as response,
        ):
            body = await read_body(response, _LARGEST)
            if body is None:
                raise _unusable(f"its answer is longer than {_LARGEST} bytes")
            said = json.loads(body)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise _unusable(f"{type(error).__name__}: {error}") from error
    if not isinstance(said, dict):
        raise _unusable("its answer is no object")
    if response.status != 200:
        why = str(said.get("error", response.status))[:100]
        raise failed(Text(sv=f"Inloggningstjänsten säger nej: {why}.", en=f"The provider refuses: {why}."))
    return said


def _unusable(why: str) -> Problem:
    return Problem(
        UNAVAILABLE,
        Text(
            sv=f"Inloggningstjänsten går inte att använda: {why}.", en=f"The provider can't be used: {why}."
        ),
    )


def _encrypted(address: str) -> str:
    if not _is_encrypted(address):
        raise _unusable(f"{address} is not encrypted")
    return address


def _is_encrypted(address: str) -> bool:
    """On this machine itself nobody listens in."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _plain(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


OIDC: web.AppKey[OidcClient] = web.AppKey("oidc", OidcClient)
