"""Answers of the API that are no page: files to keep, and drawings."""

from __future__ import annotations

import mimetypes

from aiohttp import web

from hanvisa.web.routing import Document

_NEVER_KEPT = {"Cache-Control": "no-store"}
_DRAWN = "default-src 'none'; style-src 'unsafe-inline'"
"""The policy of a drawing that is opened by itself: it has its styles in it, and runs nothing."""


def file(document: Document) -> web.Response:
    type_, _ = mimetypes.guess_type(document.name)
    kept_as = {"Content-Disposition": f'attachment; filename="{document.name}"'}
    return web.Response(body=document.content, content_type=type_, headers=kept_as | _NEVER_KEPT)


def drawing(svg: bytes) -> web.Response:
    policy = {"Content-Security-Policy": _DRAWN}
    return web.Response(body=svg, content_type="image/svg+xml", headers=policy | _NEVER_KEPT)
