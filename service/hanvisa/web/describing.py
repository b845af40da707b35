"""The API's description, for programs and for people who have an account.

Made when it is first asked for: a start has no time for it.
"""

from __future__ import annotations

import asyncio
import json
from functools import cache

from aiohttp import web

from hanvisa.web import docs
from hanvisa.web.openapi import document
from hanvisa.web.operations import OPERATIONS
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import View
from hanvisa.web.routing import Anyone, ask_for


async def openapi(request: web.Request) -> web.Response:
    await ask_for(request, Anyone.SIGNED_IN)
    as_json, _ = await asyncio.to_thread(_described)
    return web.Response(body=as_json, content_type="application/json")


async def _browse(_page: Page) -> web.Response:
    _, as_page = await asyncio.to_thread(_described)
    headers = {"Content-Security-Policy": docs.CONTENT_SECURITY_POLICY}
    return web.Response(text=as_page, content_type="text/html", headers=headers)


DOCS = View("GET", "/api/docs", Anyone.SIGNED_IN, _browse)


@cache
def _described() -> tuple[bytes, str]:
    described = document(OPERATIONS)
    return json.dumps(described, ensure_ascii=False).encode(), docs.page(described)
