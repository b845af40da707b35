"""The fields of a form that a page of ours has sent."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDictProxy

from hanvisa.policy.model import Text
from hanvisa.web.problems import BAD_REQUEST, Problem


async def read_form(request: web.Request) -> MultiDictProxy[Any]:
    """Raises Problem for what is no form, or in no encoding."""
    try:
        return await request.post()
    except (ValueError, LookupError, HttpProcessingError) as error:
        raise Problem(
            BAD_REQUEST, Text(sv="Formuläret går inte att läsa.", en="The form can't be read.")
        ) from error
