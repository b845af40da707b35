"""Around every request: errors become problems, refusals are kept, answers get security headers and are counted."""

from __future__ import annotations

import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import uuid4

import structlog
from aiohttp import web

from hanvisa.directory.repositories.refusals import FieldRefused, NotPossible
from hanvisa.errors import (
    ConfigurationError,
    Conflict,
    HanvisaError,
    InvalidInput,
    Locked,
    NotFound,
    PolicyRefused,
    PrintingError,
    StorageError,
    TelephonyError,
)
from hanvisa.policy.model import Text
from hanvisa.web.languages import accepted
from hanvisa.web.metrics import METRICS
from hanvisa.web.problems import (
    BAD_REQUEST,
    BUSY,
    CONFLICT,
    INTERNAL,
    INVALID,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    TOO_LARGE,
    UNAVAILABLE,
    Kind,
    Problem,
    invalid,
    refused,
)
from hanvisa.web.refusals import is_refusal, keep_refusal

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Teller:
    """How a request's problem is told, where that is not as JSON."""

    tell: Callable[[Problem], web.StreamResponse]


TELLER: web.RequestKey[Teller] = web.RequestKey("teller", Teller)


@dataclass(frozen=True, slots=True)
class Browsers:
    """How a problem is told to who looks with a browser at what is neither a page nor the API."""

    teller: Callable[[web.Request], Teller]


BROWSERS: web.AppKey[Browsers] = web.AppKey("browsers", Browsers)

SECURITY_HEADERS = {
    "Cache-Control": "no-store",  # refusals too may name somebody
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

_SIGN, _NAME = "X-Answered-By", "hanvisa"

_TRY_AGAIN_AFTER = "5"  # seconds: a database is found within two of its being back, and most imports are done

_KINDS: tuple[tuple[type[HanvisaError], Kind], ...] = (
    (InvalidInput, INVALID),
    (TelephonyError, UNAVAILABLE),
    (PrintingError, UNAVAILABLE),
)


@web.middleware
async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Counts by the route's pattern, never by the address: an address may hold an id."""
    started = time.perf_counter()
    response = await handler(request)
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "unknown"
    request.app[METRICS].request(request.method, route, response.status, time.perf_counter() - started)
    return response


async def harden(_request: web.Request, response: web.StreamResponse) -> None:
    """Before the first byte of every answer, a stream's too."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)


async def sign(_request: web.Request, response: web.StreamResponse) -> None:
    """Every answer: by this a page tells ours from what a proxy says in our place (hanvisa.js)."""
    response.headers[_SIGN] = _NAME


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error as a problem in the asker's language; what nobody foresaw as a 500 with a reference to the log."""
    try:
        return await handler(request)
    except Problem as error:
        problem = error
    except web.HTTPException as error:
        problem = _of_http(request, error)
    except HanvisaError as error:
        problem = problem_of(error)
    except Exception as error:  # noqa: BLE001 - the last boundary: the asker gets a sentence, the log the place
        problem = _unforeseen(request, error)
    if is_refusal(problem):
        await keep_refusal(request, problem)
    if TELLER in request:
        return request[TELLER].tell(problem)
    if _looks_with_a_browser(request):
        return request.app[BROWSERS].teller(request).tell(problem)
    return problem.response(accepted(request.headers.get("Accept-Language")))


def _looks_with_a_browser(request: web.Request) -> bool:
    asks_for_a_page = "text/html" in request.headers.get("Accept", "")
    return asks_for_a_page and not request.path.startswith("/api/") and BROWSERS in request.app


def _of_http(request: web.Request, error: web.HTTPException) -> Problem:
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return Problem(
            METHOD_NOT_ALLOWED,
            Text(
                sv=f"{request.method} går inte här; {allowed} går.",
                en=f"{request.method} is not possible here; {allowed} is.",
            ),
            headers={"Allow": allowed},
        )
    if isinstance(error, web.HTTPNotFound):
        path = request.path[:200]
        return Problem(
            NOT_FOUND, Text(sv=f"Här finns ingenting: {path}", en=f"There is nothing here: {path}")
        )
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return Problem(
            TOO_LARGE,
            Text(sv="Innehållet är större än vad som tas emot.", en="The body is larger than what is taken."),
        )
    return Problem(BAD_REQUEST, Text(sv="Begäran är felaktig.", en="The request is faulty."))


def problem_of(error: HanvisaError) -> Problem:
    """One of our own errors as it is told."""
    if (told := _telling(error)) is not None:
        return told
    if isinstance(error, StorageError):
        return _of_storage(error)
    if isinstance(error, NotFound):
        return Problem(
            NOT_FOUND, Text(sv="Det finns inget med det id:t.", en="There is nothing with that id.")
        )
    if isinstance(error, Conflict):
        log.info("web.conflict", why=str(error))
        return Problem(
            CONFLICT,
            Text(
                sv="Ändringen krockar med något som redan gäller.",
                en="The change contradicts what holds already.",
            ),
        )
    if isinstance(error, ConfigurationError):
        log.error("web.configuration", why=str(error))
        return Problem(
            INTERNAL,
            Text(
                sv="Något är fel på servern. Vad står i dess logg.",
                en="Something is wrong at the server. Its log says what.",
            ),
        )
    kind = next((kind for type_, kind in _KINDS if isinstance(error, type_)), INTERNAL)
    return Problem(kind, Text(sv=str(error), en=str(error)))


def _of_storage(error: StorageError) -> Problem:
    if isinstance(error, Locked):
        log.info("web.others_are_changing_the_register")
        kind = BUSY
        what = Text(sv="Andra ändrar i registret just nu.", en="Others are changing the register just now.")
    else:
        log.warning("web.database_does_not_answer", why=str(error))
        kind = UNAVAILABLE
        what = Text(sv="Databasen svarar inte.", en="The database does not answer.")
    return Problem(kind, what, headers={"Retry-After": _TRY_AGAIN_AFTER})


def _telling(error: HanvisaError) -> Problem | None:
    """Of an error that says itself, in both languages, what is wrong."""
    match error:
        case FieldRefused():
            return invalid(error.where, error.what)
        case NotPossible():
            return Problem(CONFLICT, error.what)
        case PolicyRefused():
            return refused(error.decision)
    return None


def _unforeseen(request: web.Request, error: Exception) -> Problem:
    reference = uuid4().hex[:12]
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error(
        "web.unforeseen_error",
        reference=reference,
        method=request.method,
        path=request.path,
        error=f"{type(error).__name__}: {error}",
        place=f"{place.filename}:{place.lineno}",
    )
    return Problem(INTERNAL, Text(sv=f"Referens: {reference}.", en=f"Reference: {reference}."))
