"""The API, asked within the process in the name of whoever looks at the page.

The same roles, rules, refusals, audit and masking as over HTTP, for it is the same routes: there is no second way to
decide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from hanvisa.errors import HanvisaError
from hanvisa.policy.model import Language
from hanvisa.web.api import ROUTES
from hanvisa.web.middleware import problem_of
from hanvisa.web.principals import Principal
from hanvisa.web.problems import NOT_FOUND, Problem
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Route, asked_by
from hanvisa.web.services import Services
from hanvisa.web.uploads import Files

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Api:
    services: Services
    who: Principal
    language: Language
    cookie: str | None

    def may(self, action: Action) -> bool:
        """Whether the asker's roles reach anything for the action, for what a page offers."""
        return bool(self.who.scope(action, self.services.directory.register))

    def may_for(self, action: Action, person: UUID) -> bool:
        """Whether they reach this person."""
        register = self.services.directory.register
        found = register.person(person)
        return found is not None and self.who.scope(action, register).covers(found)

    async def get(self, path: str, **query: Any) -> Any:
        """The body of the answer, a model or a document. What is None in the query is left out. Raises Problem."""
        return (await self.ask("GET", path, query)).body

    async def find(self, path: str, **query: Any) -> Any | None:
        """As ``get``; None where there is no such thing (any more)."""
        try:
            return await self.get(path, **query)
        except Problem as problem:
            if problem.kind is not NOT_FOUND:
                raise
            return None

    async def send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, if_match: str = ""
    ) -> Answer:
        """A change. ``body`` is what would be its JSON; times and ids may be Python's. Raises Problem."""
        return await self.ask(method, path, {}, body, if_match)

    async def upload(self, path: str, files: Files, *, if_match: str = "", **query: Any) -> Answer:
        """Files for a route that takes some. Raises Problem."""
        return await self._answer("POST", path, query, files, if_match)

    async def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any],
        body: Mapping[str, Any] | None = None,
        if_match: str = "",
    ) -> Answer:
        sent = json.dumps(body or {}, default=_written).encode()
        return await self._answer(method, path, query, sent, if_match)

    async def _answer(
        self, method: str, path: str, query: Mapping[str, Any], sent: bytes | Files, if_match: str
    ) -> Answer:
        route, found = _route(method, path)
        asked = asked_by(self.services, self.who, route.action, self.language, self.cookie)
        given = [(name, _written(value)) for name, value in query.items() if value is not None]
        try:
            return await route.answer(asked, found, given, if_match, sent)
        except HanvisaError as error:
            raise problem_of(error) from error


def place(given: str) -> str:
    """What somebody has sent, as one step of a path: it leads to no other route."""
    return quote(given, safe="")


def _written(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat()
        case int() | str() | UUID():
            return str(value)
    raise TypeError(f"{value!r} can't be sent to the API.")


def _route(method: str, path: str) -> tuple[Route, Mapping[str, str]]:
    """The route of that address, and what stands in its places. LookupError: the page is wrong."""
    for pattern, route in _PATTERNS:
        if route.method == method and (found := pattern.fullmatch(path)):
            return route, found.groupdict()
    raise LookupError(f"The API has no {method} {path}.")


_PATTERNS = tuple((re.compile(_PLACE.sub(r"(?P<\1>[^/]+)", route.path)), route) for route in ROUTES)
