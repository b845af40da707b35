"""What the API's values are called on the pages of departments."""

from __future__ import annotations

from collections.abc import Mapping

from hanvisa.web.pages.translating import gettext


def details() -> Mapping[str, str]:
    """What may be flagged as wrong."""
    return {
        "name": gettext("name"),
        "title": gettext("title"),
        "function": gettext("functions"),
        "department": gettext("department"),
        "number": gettext("number"),
        "absence": gettext("absence"),
        "other": gettext("something else"),
    }
