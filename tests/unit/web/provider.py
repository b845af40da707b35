"""A real provider of OpenID Connect on loopback: Authlib's, which verifies client, redirection and PKCE."""

# ruff: noqa: ARG002 - the parameters are Authlib's

from __future__ import annotations

import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, Response, current_app, jsonify, request
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

CLIENT, WORD = "hanvisa", "mellan-oss"
CALLBACK = "https://telefoni.test/api/v1/session/oidc/callback"


@dataclass
class Client(ClientMixin):
    """The one that is known here."""

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return CALLBACK

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == CALLBACK

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == WORD

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code(AuthorizationCodeMixin):
    user: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return 0


@dataclass
class Provider:
    """``people`` are its accounts with what it says of them; ``lies`` it says of whoever signs in."""

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}))
    signs_with: RSAKey | None = None  # another than it publishes
    unsigned: bool = False
    issuer: str = ""
    says_issuer: str = ""  # another than it is
    more_with_keys: int = 0  # bytes, so that its keys come in many parts


@contextmanager
def serving(provider: Provider) -> Iterator[Provider]:
    """The provider, on a port of loopback."""
    server = make_server("127.0.0.1", 0, _app(provider), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _provider() -> Provider:
    """The one that serves this request."""
    found: Provider = current_app.config["PROVIDER"]
    return found


class Grant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def save_authorization_code(self, code: str, asked: Any) -> None:
        given = asked.payload
        _provider().codes[code] = Code(
            asked.user,
            given.redirect_uri,
            given.scope,
            given.data.get("nonce"),
            given.data.get("code_challenge"),
            given.data.get("code_challenge_method"),
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return _provider().codes.get(code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        _provider().codes.clear()

    def authenticate_user(self, authorization_code: Code) -> str:
        return authorization_code.user


class Says(OpenIDCode):
    def encode_id_token(self, token: Any, asked: Any) -> str:
        signed: str = super().encode_id_token(token, asked)
        unsigned = urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
        return f"{unsigned}.{signed.split('.')[1]}." if _provider().unsigned else signed

    def exists_nonce(self, nonce: str, asked: Any) -> bool:
        return any(code.nonce == nonce for code in _provider().codes.values())

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return _provider().signs_with or _provider().key

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": "RS256", "kid": "1"}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": _provider().issuer, "aud": [CLIENT]}

    def generate_user_info(self, user: str, scope: str) -> dict[str, Any]:
        return {"sub": user, **_provider().people[user], **_provider().lies}


def _app(provider: Provider) -> Flask:
    app = Flask("provider")
    app.config["PROVIDER"] = provider
    known = Client()
    server = AuthorizationServer(
        app, query_client=lambda id_: known if id_ == CLIENT else None, save_token=lambda *_: None
    )
    server.register_grant(Grant, [CodeChallenge(required=True), Says(require_nonce=True)])

    @app.get("/.well-known/openid-configuration")
    def configuration() -> Response:
        return jsonify(
            issuer=provider.says_issuer or provider.issuer,
            authorization_endpoint=f"{provider.issuer}/authorize",
            token_endpoint=f"{provider.issuer}/token",
            jwks_uri=f"{provider.issuer}/keys",
            id_token_signing_alg_values_supported=["RS256", "none"],
        )

    @app.get("/keys")
    def keys() -> Response:
        published = KeySet([provider.key]).as_dict(private=False)
        return jsonify({"more": "x" * provider.more_with_keys, **published})

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> Any:
        """A browser would see a form; who has filled it in is `user`, nobody where they said no."""
        grant = server.get_consent_grant(end_user=None)
        return server.create_authorization_response(grant_user=request.form.get("user") or None, grant=grant)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    return app
