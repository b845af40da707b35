"""The cookies that are set: none that a script can read, none that another site sends along."""

from __future__ import annotations

from aiohttp import web

from hanvisa.config import Settings
from hanvisa.web.origin import is_encrypted

SESSION = "hanvisa_session"
_HOST_ONLY = (
    "__Host-"  # where it is encrypted: browsers take such a cookie from this host only (RFC 6265bis, 4.1.3)
)


def session_cookie(request: web.Request, settings: Settings) -> str | None:
    return read_cookie(request, SESSION, settings)


def read_cookie(request: web.Request, name: str, settings: Settings) -> str | None:
    return request.cookies.get(_name(name, settings))


def set_cookie(name: str, value: str, seconds: int, settings: Settings, same_site: str = "Strict") -> str:
    """As a Set-Cookie header. "" with 0 seconds takes it away."""
    secure = "; Secure" if is_encrypted(settings) else ""
    return (
        f"{_name(name, settings)}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={same_site}{secure}"
    )


def _name(name: str, settings: Settings) -> str:
    return f"{_HOST_ONLY}{name}" if is_encrypted(settings) else name
