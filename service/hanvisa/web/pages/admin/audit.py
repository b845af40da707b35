"""The audit trail: searched by who, what, where and when, with the search in the address."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from hanvisa.policy.swedish_time import LOCAL
from hanvisa.web.api.audit import AuditShown
from hanvisa.web.pages.admin import labels
from hanvisa.web.pages.admin.choosing import Choice
from hanvisa.web.pages.admin.showing import show
from hanvisa.web.pages.days import day_given
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.roles import Action

_SEARCHED = ("by", "action", "table", "row", "address")
_DAYS = ("since", "until")


@dataclass(frozen=True, slots=True)
class Difference:
    column: str
    before: str
    after: str


async def search(page: Page) -> web.StreamResponse:
    query = page.request.query
    given = {name: query[name].strip() for name in (*_SEARCHED, *_DAYS) if query.get(name, "").strip()}
    came = await page.api.get(
        "/audit",
        **{name: value for name, value in given.items() if name in _SEARCHED},
        since=_midnight(given.get("since")),
        until=_midnight(given.get("until"), after=1),
        cursor=query.get("cursor"),
        limit=50,
    )
    return show(
        page,
        "admin/audit.html",
        entries=came.items,
        guessers=(await page.api.get("/wrong-phone-passwords")).items,
        given=given,
        more=f"/admin/audit?{urlencode({**given, 'cursor': came.next})}" if came.next else "",
        actions=[Choice(value, name) for value, name in _actions().items()],
        tables=[Choice(*one) for one in sorted(labels.tables().items(), key=lambda one: one[1])],
        action_called=_actions(),
        table_called=labels.table,
        differences=lambda entry: list(differences(entry)),
    )


def differences(entry: AuditShown) -> Iterator[Difference]:
    """What differs, column by column."""
    before, after = entry.before or {}, entry.after or {}
    for column in dict.fromkeys((*before, *after)):
        yield Difference(column, _written(before, column), _written(after, column))


def _written(values: Mapping[str, Any], column: str) -> str:
    value = values.get(column)
    if value in (None, "", [], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _midnight(day: str | None, after: int = 0) -> datetime | None:
    """When the day begins in Sweden. What is no day is left out: browsers send none."""
    try:
        on = day_given(day) + timedelta(days=after)
    except ValueError:
        return None
    return datetime.combine(on, time(), LOCAL)


def _actions() -> dict[str, str]:
    return {
        "created": gettext("made"),
        "changed": gettext("changed"),
        "deleted": gettext("deleted"),
        "refused": gettext("was refused"),
        "purged": gettext("purged"),
        "removed": gettext("removed"),
    }


VIEWS = (View("GET", "/admin/audit", Action.READ_AUDIT, search),)
