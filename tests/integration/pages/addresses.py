"""Every page of the service, and as whom it is opened: a new page is one line."""

from __future__ import annotations

from dataclasses import dataclass

JULY = "month=2026-07"
REPORT = "/follow-up/unreferred-absences"


@dataclass(frozen=True, slots=True)
class Example:
    """``who`` is one of :data:`ACCOUNTS`; "" has not signed in. ``path`` None: that of the view."""

    who: str
    path: str | None = None


_LISTED = (
    "carriers",
    "codes",
    "cost-centres",
    "departments",
    "extensions",
    "groups",
    "mobiles",
    "numbers",
    "operations",
    "organisations",
    "phones",
    "sites",
    "switchboards",
    "users",
)
OF_THE_REGISTER = (
    *(f"{kind}{part}" for kind in _LISTED for part in ("", "/new", "/{id}")),
    "absence-reasons",
    "absence-reasons/{code}",
    "audit",
    "exceptions/{id}",
    "imports",
    "operators",
    "operators/new",
    "operators/{person}",
    "persons/new",
    "persons/{id}",
    "recordings",
    "settings",
    "settings/{key}",
)
"""One list and one form for all of them, and a few of their own: test_admin.py."""

NO_PAGE = None
"""What a view gives that is none: a part of a page, a picture, a file, the way to another page."""

ELSEWHERE: tuple[Example, ...] = ()
"""A page that a test of its own looks at in the same way, in more states than one."""

ADDRESSES: dict[str, tuple[Example, ...] | None] = {
    "/": NO_PAGE,
    "/sign-in": (Example(""),),
    "/follow-up": (Example("admin", f"/follow-up?{JULY}"), Example("head")),
    "/follow-up/{report}": (
        Example("admin", f"{REPORT}?{JULY}"),
        Example("head", f"/follow-up/refusals?{JULY}"),
        Example("admin", f"/follow-up/invoice?{JULY}"),
    ),
    "/follow-up/{report}/rows": (Example("admin", f"{REPORT}/rows?{JULY}"),),
    "/follow-up/{report}/key-figure": NO_PAGE,
    "/follow-up/{report}/chart": NO_PAGE,
    "/follow-up/{report}/csv": NO_PAGE,
    "/follow-up/{report}/rows/csv": NO_PAGE,
    "/follow-up/{report}/pdf": NO_PAGE,
    "/extracts": (Example("admin"), Example("manager")),
    "/extracts/new": (Example("manager"),),
    "/extracts/persons": NO_PAGE,
    "/extracts/{id}": (Example("admin", "/extracts/{asked}"), Example("admin", "/extracts/{approved}")),
    "/extracts/{id}/traffic": (Example("admin", "/extracts/{approved}/traffic"),),
    "/extracts/{id}/traffic.csv": NO_PAGE,
    "/extracts/{id}/traffic.pdf": NO_PAGE,
    "/switchboard": (Example("operator"),),
    "/switchboard/found": NO_PAGE,
    "/switchboard/events": NO_PAGE,
    "/switchboard/persons/{id}/message": NO_PAGE,
    "/me": (Example("person"),),
    "/me/week": NO_PAGE,
    "/me/draft": NO_PAGE,
    "/me/ends": NO_PAGE,
    "/me/heard": NO_PAGE,
    "/me/colleagues": NO_PAGE,
    "/me/sign-ins": (Example("person"),),
    "/departments": (Example("head"),),
    "/departments/choices": NO_PAGE,
    "/departments/events": NO_PAGE,
    "/departments/{id}/now": NO_PAGE,
    "/departments/training": ELSEWHERE,
    "/departments/notices": ELSEWHERE,
    "/departments/flags": ELSEWHERE,
    "/departments/{id}": ELSEWHERE,
    "/departments/{id}/people": ELSEWHERE,
    "/departments/{id}/people/{person}": ELSEWHERE,
    "/calls": (Example("admin"),),
    "/calls/{call}": ELSEWHERE,
    "/rules": (Example("admin"),),
    "/admin": NO_PAGE,
    "/admin/choose": NO_PAGE,
    "/admin/exceptions": (Example("admin"),),
    "/admin/exceptions/new": (Example("admin"),),
    "/admin/persons": (Example("admin"),),
    **dict.fromkeys((f"/admin/{page}" for page in OF_THE_REGISTER), ELSEWHERE),
}
"""By the view's path, with the patterns of its places left out."""
