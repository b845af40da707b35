"""The API as a table of routes, and what happens to a request before and after its handler.

In order: who asks (401), is it meant (403, of a change that comes with a cookie), may they at all (403), is the path's
id one (400), is the query of the model, or empty where there is none (422), is If-Match there where a change needs it
(428), is the body JSON of the model (415, 400, 422). Then the handler, which is given what was found.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, auto
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

from hanvisa.directory.repositories.scoping import Within
from hanvisa.policy.model import Language, Text
from hanvisa.policy.register import Register
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.web.auth import GATE, must_be_meant
from hanvisa.web.cookies import session_cookie
from hanvisa.web.fields import Incoming
from hanvisa.web.languages import accepted
from hanvisa.web.origin import address_of
from hanvisa.web.principals import Principal, nobody
from hanvisa.web.problems import FORBIDDEN, INVALID_ID, MISSING_MATCH, NOT_JSON, Kind, Problem
from hanvisa.web.roles import NAMES, Action, Scope, who_may
from hanvisa.web.services import SERVICES, Services
from hanvisa.web.uploads import Files, files_of
from hanvisa.web.using import note_use
from hanvisa.web.validation import parse_body, parse_query

BASE = "/api/v1"

Body = TypeVar("Body")
Query = TypeVar("Query")

PARAMETERS: dict[str, TypeAdapter[Any]] = {
    "id": TypeAdapter(UUID),
    "person": TypeAdapter(UUID),
    "key": TypeAdapter(Annotated[str, StringConstraints(pattern="^[a-z_]{1,50}$")]),
    "code": TypeAdapter(Annotated[str, StringConstraints(pattern="^[0-9]{1,2}$")]),
    "report": TypeAdapter(Annotated[str, StringConstraints(pattern="^[a-z-]{1,50}$")]),
    "sound": TypeAdapter(Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]),
    "seq": TypeAdapter(Annotated[int, Field(ge=0, lt=2**63)]),
    "language": TypeAdapter(Language),
    "call": TypeAdapter(Annotated[str, StringConstraints(pattern="^[A-Za-z0-9._-]{1,100}$")]),
}


WHO: web.RequestKey[Principal] = web.RequestKey("who", Principal)


class Anyone(Enum):
    """What is not in the table of roles, for it needs none."""

    SIGNED_IN = auto()  # whoever is known, with whatever roles
    AT_ALL = auto()


@dataclass(frozen=True, slots=True)
class Ask(Generic[Body, Query]):
    """A request as its handler sees it. ``scope`` is what the asker's roles reach for the route's action."""

    services: Services
    who: Principal
    scope: Scope
    language: Language
    path: Mapping[str, Any]
    body: Body
    query: Query
    if_match: str
    cookie: str | None = None

    @property
    def register(self) -> Register:
        return self.services.directory.register

    @property
    def now(self) -> datetime:
        return self.services.clock.now()

    @property
    def within(self) -> Within | None:
        """Whose rows the asker may be shown in a list; None: everybody's."""
        return self.scope.within(self.now.astimezone(LOCAL).date())

    def scope_for(self, action: Action) -> Scope:
        return self.who.scope(action, self.register)


@dataclass(frozen=True, slots=True)
class Document:
    """What is no JSON, to be kept in a file of that name."""

    content: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """``etag`` is the resource's version, ``location`` the address of what was made, ``cookie`` one to be set."""

    body: BaseModel | Document | str | bytes | None = None
    status: int = 200
    etag: str | None = None
    location: str | None = None
    cookie: str | None = None


Handler = Callable[[Ask[Any, Any]], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Operation(ABC):
    """One operation of the API. ``refusals`` are kinds of problem beside those that follow from the rest.

    ``media`` is the type of an answer that is no JSON. ``uploads``: it takes files, so many bytes together at most.
    ``about`` is what else to know of it; ``headers`` are its own ones, of the request, and what each says.
    """

    method: str
    path: str
    action: Action | Anyone
    handler: Callable[..., Awaitable[Any]]
    summary: str
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    reply: type[BaseModel] | None = None
    media: str = ""
    status: int = 200
    if_match: bool = False
    etag: bool = False
    refusals: tuple[Kind, ...] = field(default=())
    uploads: int = 0
    about: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @abstractmethod
    def add_to(self, router: web.UrlDispatcher) -> None: ...


@dataclass(frozen=True, slots=True)
class Direct(Operation):
    """One that answers the request itself: with a stream, or by sending a browser on."""

    handler: Callable[[web.Request], Awaitable[web.StreamResponse]]

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_route(self.method, BASE + self.path, self.handler)


@dataclass(frozen=True, slots=True)
class Route(Operation):
    """One whose handler is given what was asked, and says what is to be answered."""

    handler: Handler

    def add_to(self, router: web.UrlDispatcher) -> None:
        if self.method == "GET":
            router.add_get(BASE + self.path, self._serve)
        else:
            router.add_route(self.method, BASE + self.path, self._serve)

    async def _serve(self, request: web.Request) -> web.Response:
        asked = await ask_for(request, self.action)
        await note_use(request, asked.who)
        found = self._found(
            asked, request.match_info, list(request.query.items()), request.headers.get("If-Match", "")
        )
        if self.uploads:
            async with files_of(request, self.uploads) as sent:
                return await self._respond(replace(found, body=sent.files))
        return await self._respond(replace(found, body=await self._read_body(request)))

    async def _respond(self, ask: Ask[Any, Any]) -> web.Response:
        return _response(await self.handler(ask), ask.language, self.media)

    async def answer(
        self,
        asked: Ask[Any, Any],
        path: Mapping[str, str],
        query: list[tuple[str, str]],
        if_match: str,
        body: bytes | Files,
    ) -> Answer:
        """The same for who asks within the process: the pages. Raises Problem."""
        found = self._found(asked, path, query, if_match)
        read = parse_body(self.body, body) if self.body and isinstance(body, bytes) else body
        return await self.handler(replace(found, body=read))

    def _found(
        self, asked: Ask[Any, Any], path: Mapping[str, str], query: list[tuple[str, str]], if_match: str
    ) -> Ask[Any, Any]:
        return replace(
            asked,
            path=_path(path),
            query=parse_query(self.query or Incoming, query),
            if_match=self._match(if_match),
        )

    async def _read_body(self, request: web.Request) -> BaseModel | None:
        if self.body is None:
            return None
        if request.content_type != "application/json":
            raise Problem(
                NOT_JSON,
                Text(
                    sv=f"Innehållet är av typen {request.content_type}.",
                    en=f"The body is of type {request.content_type}.",
                ),
            )
        return parse_body(self.body, await request.read())

    def _match(self, if_match: str) -> str:
        if self.if_match and not if_match:
            raise Problem(
                MISSING_MATCH,
                Text(
                    sv="En ändring måste säga vilken version den utgår från.",
                    en="A change must say which version it starts from.",
                ),
            )
        return if_match


async def ask_for(request: web.Request, action: Action | Anyone) -> Ask[Any, Any]:
    """Who asks, and what they reach. Raises Problem: nobody known (401), not meant or nothing reached (403)."""
    services = request.app[SERVICES]
    cookie = session_cookie(request, services.settings)
    who = await who_asks(request, cookie, action)
    return asked_by(services, who, action, accepted(request.headers.get("Accept-Language")), cookie)


def asked_by(
    services: Services, who: Principal, action: Action | Anyone, language: Language, cookie: str | None
) -> Ask[Any, Any]:
    """What is asked in somebody's name. Raises Problem: they reach nothing (403)."""
    scope = Scope()
    if isinstance(action, Action):
        scope = who.scope(action, services.directory.register)
        if not scope:
            raise _forbidden(action)
    return Ask(services, who, scope, language, path={}, body=None, query=None, if_match="", cookie=cookie)


async def who_asks(request: web.Request, cookie: str | None, action: Action | Anyone) -> Principal:
    """Raises Problem: nobody known (401), not meant (403)."""
    address = address_of(request, request.app[SERVICES].settings)
    if action is Anyone.AT_ALL:
        return nobody(address)
    known = await request.app[GATE].principal(request.headers.get("Authorization"), cookie)
    who = request[WHO] = replace(known, address=address)
    must_be_meant(request, who)
    return who


def _path(match_info: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for name, text in match_info.items():
        try:
            values[name] = PARAMETERS[name].validate_strings(text)
        except ValidationError:
            raise Problem(
                INVALID_ID, Text(sv=f"”{text[:100]}” är inget id.", en=f"“{text[:100]}” is not an id.")
            ) from None
    return values


def _forbidden(action: Action) -> Problem:
    roles = who_may(action)
    return Problem(
        FORBIDDEN,
        Text(
            sv="Det kräver en av rollerna " + ", ".join(NAMES[role].sv for role in roles) + ".",
            en=f"To {action.value} one needs one of the roles "
            + ", ".join(NAMES[role].en for role in roles)
            + ".",
        ),
    )


def _response(answer: Answer, language: Language, media: str) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    if answer.etag is not None:
        headers["ETag"] = f'"{answer.etag}"'
    if answer.location is not None:
        headers["Location"] = BASE + answer.location
    if answer.cookie is not None:
        headers["Set-Cookie"] = answer.cookie
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    if isinstance(answer.body, Document):
        headers["Content-Disposition"] = f'attachment; filename="{answer.body.name}"'
        return web.Response(
            status=answer.status, body=answer.body.content, content_type=media, headers=headers
        )
    if isinstance(answer.body, str):
        headers["Content-Language"] = language.value
        return web.Response(status=answer.status, text=answer.body, headers=headers)
    if isinstance(answer.body, bytes):
        return web.Response(status=answer.status, body=answer.body, content_type=media, headers=headers)
    return web.Response(
        status=answer.status,
        body=answer.body.model_dump_json().encode(),
        content_type="application/json",
        headers=headers,
    )
