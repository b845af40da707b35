"""From where a request comes, also through a proxy in front that is trusted."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from aiohttp import web

from hanvisa.config import Settings

LOCAL_PAGE = re.compile(r"/(?![/\\])[\x21-\x7e]{0,500}")
"""The address of a page of ours, without a host: nowhere else is anybody sent on to."""
OWN_PAGE = "/me"  # where persons set their absences
DETAILS = "/details"  # the page on which persons confirm their details, with what opens it after it


def address_of(request: web.Request, settings: Settings) -> str | None:
    """The asker's address: what a trusted proxy says, else who has connected."""
    forwarded = request.headers.getall("X-Forwarded-For", [""])[-1]
    if request.remote in settings.proxies and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()[:100]  # the last one is the proxy's own word
    return request.remote


def origin(settings: Settings) -> str:
    """The address at which people reach the web, without a slash at its end."""
    return settings.web_url.rstrip("/") or f"http://{settings.web_host}:{settings.web_port}"


def is_encrypted(settings: Settings) -> bool:
    return origin(settings).startswith("https://")


def is_from_here(request: web.Request, settings: Settings) -> bool:
    """A form was sent from a page of ours, as far as the browser tells (RFC 6454).

    Where it is encrypted, what is not is somebody else's: whoever sits in between can write such a page.
    """
    sent_from = request.headers.get("Origin")
    if sent_from is None or sent_from == origin(settings):
        return True
    scheme, host = urlsplit(sent_from)[:2]
    return host == request.host and (scheme == "https" or not is_encrypted(settings))
