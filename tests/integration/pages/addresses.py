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


NO_PAGE = None
"""What a view gives that is none: a part of a page, a picture, a file, the way to another page."""

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
}
"""By the view's path, with the patterns of its places left out."""
