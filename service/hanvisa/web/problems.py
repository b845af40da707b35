"""Errors as RFC 9457 problem details: every kind there is, and how one is written.

A kind has a stable ``error_id``, which is also its place on the page of the API (``/api/docs#problem-...``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from hanvisa.policy.model import Alternative, Decision, Language, Text

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    error_id: str
    status: int
    title: Text
    what_to_do: Text


@dataclass(frozen=True, slots=True)
class FieldFault:
    """``where`` is the field's path with dots ("scope.id"); "" is the whole body. ``place`` tells people where."""

    where: str
    what: Text
    place: Text | None = None


class Problem(Exception):  # noqa: N818 - RFC 9457's word
    """A request that is answered with a problem. ``rules`` are those of the policy that decided.

    ``claimed`` is who the asker said they are, where that is not known.
    """

    def __init__(
        self,
        kind: Kind,
        detail: Text,
        *,
        rules: tuple[str, ...] = (),
        alternatives: tuple[Alternative, ...] = (),
        faults: tuple[FieldFault, ...] = (),
        headers: Mapping[str, str] | None = None,
        claimed: str = "",
    ) -> None:
        super().__init__(detail.en)
        self.kind = kind
        self.detail = detail
        self.rules = rules
        self.alternatives = alternatives
        self.faults = faults
        self.headers = dict(headers or {})
        self.claimed = claimed

    def response(self, language: Language) -> web.Response:
        body: dict[str, object] = {
            "type": f"/api/docs#problem-{self.kind.error_id}",
            "title": self.kind.title.in_(language),
            "status": self.kind.status,
            "detail": self.detail.in_(language),
            "error_id": self.kind.error_id,
            "what_to_do": self.kind.what_to_do.in_(language),
        }
        if self.rules:
            body["rules"] = list(self.rules)
        if self.kind is REFUSED:
            body["because"] = self.detail.in_(language)
            body["alternatives"] = [
                {"kind": one.kind, "text": one.text.in_(language), "number": one.number}
                for one in self.alternatives
            ]
        if self.faults:
            body["errors"] = [
                {"where": fault.where, "what": fault.what.in_(language)} for fault in self.faults
            ]
        return web.Response(
            status=self.kind.status,
            body=json.dumps(body, ensure_ascii=False).encode(),
            content_type=MEDIA_TYPE,
            headers={**self.headers, "Content-Language": language.value},
        )


def invalid(where: str, what: Text, *, rules: tuple[str, ...] = ()) -> Problem:
    """One field that is wrong, in its own words."""
    return Problem(INVALID, what, rules=rules, faults=(FieldFault(where, what),))


def refused(decision: Decision) -> Problem:
    """The policy said no: by which rules, why, and what is allowed instead."""
    return Problem(REFUSED, decision.because, rules=decision.rules, alternatives=decision.alternatives)


def not_found(what: Text) -> Problem:
    return Problem(NOT_FOUND, what)


MALFORMED = Kind(
    "malformed",
    400,
    Text(sv="Går inte att läsa", en="Not readable"),
    Text(sv="Skicka JSON i UTF-8 med ett objekt ytterst.", en="Send JSON in UTF-8 with an object outermost."),
)
INVALID_ID = Kind(
    "invalid-id",
    400,
    Text(sv="Ogiltigt id", en="Invalid id"),
    Text(
        sv="Använd id:t så som det står i resursens lista.",
        en="Use the id as it stands in the resource's list.",
    ),
)
UNAUTHENTICATED = Kind(
    "unauthenticated",
    401,
    Text(sv="Vem frågar?", en="Who is asking?"),
    Text(
        sv="Logga in, eller skicka rubriken ”Authorization: Bearer …” med en giltig nyckel (”hanvisa token create”).",
        en="Sign in, or send the header “Authorization: Bearer …” with a valid token (“hanvisa token create”).",
    ),
)
NOT_SIGNED_IN = Kind(
    "sign-in-failed",
    401,
    Text(sv="Inloggningen misslyckades", en="The sign-in failed"),
    Text(
        sv="Försök igen. Ett glömt lösenord byts av administratören.",
        en="Try again. The administrator changes a password that is forgotten.",
    ),
)
TOO_MANY_TRIES = Kind(
    "too-many-tries",
    429,
    Text(sv="För många försök", en="Too many tries"),
    Text(
        sv="Vänta så många sekunder som rubriken Retry-After säger.",
        en="Wait as many seconds as the Retry-After header says.",
    ),
)
NOT_MEANT = Kind(
    "csrf",
    403,
    Text(sv="Kanske inte menat", en="Perhaps not meant"),
    Text(
        sv="Skicka det som ”csrf” säger i svaret från GET /api/v1/session i rubriken X-CSRF-Token.",
        en="Send what “csrf” says in the answer of GET /api/v1/session in the header X-CSRF-Token.",
    ),
)
FORBIDDEN = Kind(
    "forbidden",
    403,
    Text(sv="Inte tillåtet", en="Not permitted"),
    Text(
        sv="Be någon som har rollen, eller be administratören om den.",
        en="Ask somebody who has the role, or ask the administrator for it.",
    ),
)
NOT_FOUND = Kind(
    "not-found",
    404,
    Text(sv="Finns inte", en="Not found"),
    Text(
        sv="Se efter i resursens lista, eller i /api/docs vilka adresser som finns.",
        en="Look in the resource's list, or in /api/docs for the addresses there are.",
    ),
)
METHOD_NOT_ALLOWED = Kind(
    "method-not-allowed",
    405,
    Text(sv="Fel metod", en="Wrong method"),
    Text(sv="Använd en av metoderna i rubriken Allow.", en="Use one of the methods in the Allow header."),
)
CONFLICT = Kind(
    "conflict",
    409,
    Text(sv="Konflikt", en="Conflict"),
    Text(sv="Läs om och försök igen med det som gäller nu.", en="Read again and retry with what holds now."),
)
REFUSED = Kind(
    "refused-by-policy",
    409,
    Text(sv="Policyn säger nej", en="The policy says no"),
    Text(
        sv="Läs i detail vad som är tillåtet i stället; reglerna står i rules.",
        en="Read in detail what is allowed instead; the rules stand in rules.",
    ),
)
CHANGED = Kind(
    "changed-meanwhile",
    412,
    Text(sv="Ändrad under tiden", en="Changed meanwhile"),
    Text(
        sv="Läs om resursen, se efter vad som ändrats, och skicka ändringen med den nya ETag:en i If-Match.",
        en="Read the resource again, see what has changed, and send the change with the new ETag in If-Match.",
    ),
)
TOO_LARGE = Kind(
    "too-large",
    413,
    Text(sv="För stort", en="Too large"),
    Text(
        sv="Skicka högst 64 KiB, eller så mycket som adressen tar av filer.",
        en="Send at most 64 KiB, or as much as the address takes of files.",
    ),
)
NOT_JSON = Kind(
    "not-json",
    415,
    Text(sv="Inte JSON", en="Not JSON"),
    Text(sv="Skicka ”Content-Type: application/json”.", en="Send “Content-Type: application/json”."),
)
NOT_FILES = Kind(
    "not-files",
    415,
    Text(sv="Inga filer", en="No files"),
    Text(
        sv="Skicka filerna som ett formulär, ”Content-Type: multipart/form-data”.",
        en="Send the files as a form, “Content-Type: multipart/form-data”.",
    ),
)
INVALID = Kind(
    "invalid-input",
    422,
    Text(sv="Något i begäran är fel", en="Something in the request is wrong"),
    Text(
        sv="Rätta de fält som står i errors. /api/docs visar vad varje fält tar.",
        en="Correct the fields named in errors. /api/docs shows what each field takes.",
    ),
)
MISSING_MATCH = Kind(
    "precondition-required",
    428,
    Text(sv="If-Match saknas", en="If-Match is missing"),
    Text(
        sv="Läs resursen först och skicka dess ETag i If-Match, så att ingen annans ändring skrivs över.",
        en="Read the resource first and send its ETag in If-Match, so that nobody else's change is overwritten.",
    ),
)
BAD_REQUEST = Kind(
    "bad-request",
    400,
    Text(sv="Begäran går inte att förstå", en="The request can't be understood"),
    Text(sv="/api/docs visar hur en begäran ser ut.", en="/api/docs shows what a request looks like."),
)
INTERNAL = Kind(
    "internal",
    500,
    Text(sv="Något gick fel hos oss", en="Something went wrong on our side"),
    Text(
        sv="Försök igen. Om felet kvarstår: lämna referensen till driften, den står i loggen.",
        en="Try again. If it persists, give operations the reference; it is in the log.",
    ),
)
BUSY = Kind(
    "busy",
    503,
    Text(sv="Upptaget just nu", en="Busy just now"),
    Text(sv="Försök igen om en stund.", en="Try again in a while."),
)
UNAVAILABLE = Kind(
    "unavailable",
    503,
    Text(sv="Just nu inte tillgängligt", en="Unavailable just now"),
    Text(
        sv="Försök igen om en stund. /health/ready säger vad som saknas.",
        en="Try again in a while. /health/ready says what is missing.",
    ),
)

KINDS = (
    MALFORMED,
    BAD_REQUEST,
    INVALID_ID,
    UNAUTHENTICATED,
    NOT_SIGNED_IN,
    FORBIDDEN,
    NOT_MEANT,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    CONFLICT,
    REFUSED,
    CHANGED,
    TOO_LARGE,
    NOT_JSON,
    NOT_FILES,
    INVALID,
    MISSING_MATCH,
    TOO_MANY_TRIES,
    INTERNAL,
    BUSY,
    UNAVAILABLE,
)
