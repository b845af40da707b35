"""What of the reports is shown, as it stands in the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from hanvisa.reports.model import NONE
from hanvisa.reports.months import Month
from hanvisa.web.pages.asking import Api
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.roles import Action

_BACK = 24  # months to choose from


@dataclass(frozen=True, slots=True)
class Filters:
    """As the API's queries have them: None is any."""

    month: str | None = None
    organisation: str | None = None
    operation: str | None = None
    cost_centre: str | None = None
    of: str | None = None

    @classmethod
    def asked(cls, request: web.Request) -> Filters:
        return cls(**{one.name: request.query.get(one.name) or None for one in fields(cls)})

    def but(self, **changed: str | None) -> Filters:
        return replace(self, **changed)

    def query(self) -> dict[str, str | None]:
        return asdict(self)

    def at(self, path: str, **more: str) -> str:
        """The address of a page that shows the same."""
        given = {name: value for name, value in (self.query() | more).items() if value is not None}
        return f"{path}?{urlencode(given)}" if given else path


@dataclass(frozen=True, slots=True)
class Choice:
    """``group`` is what it belongs to, where several are offered."""

    value: str
    name: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """One that is offered. ``chosen`` None: any."""

    name: str
    title: str
    choices: Sequence[Choice]
    chosen: str | None

    @property
    def chosen_name(self) -> str:
        return next((one.name for one in self.choices if one.value == self.chosen), "")


async def offered(api: Api, filters: Filters) -> list[Filter]:
    """Who is responsible for several places may choose among them, and an administrator among all."""
    scope = api.who.scope(Action.READ_REPORTS, api.services.directory.register)
    own = scope.operations | scope.cost_centres

    def places(items: list[Any], title: str) -> list[Choice]:
        theirs = [_choice(one) for one in items if scope.everything or one.id in own]
        return [*theirs, Choice(NONE, title)] if scope.everything else theirs

    found = (
        Filter(
            "organisation",
            gettext("Organisation"),
            places(await everything(api, "/organisations"), gettext("without organisation")),
            filters.organisation,
        ),
        Filter(
            "operation",
            gettext("Operation"),
            places(await everything(api, "/operations"), gettext("without operation")),
            filters.operation,
        ),
        Filter(
            "cost_centre",
            gettext("Cost centre"),
            places(await everything(api, "/cost-centres"), gettext("without cost centre")),
            filters.cost_centre,
        ),
    )
    return [one for one in found if len(one.choices) > 1]


async def everything(api: Api, path: str) -> list[Any]:
    """All items of a list of the API, page after page."""
    items: list[Any] = []
    cursor: str | None = None
    while True:
        page = await api.get(path, limit=200, cursor=cursor)
        items += page.items
        if (cursor := page.next) is None:
            return items


def months(page: Page, chosen: str) -> list[date]:
    """The first days of the months that are offered, this one first, and the chosen one in any case."""
    month = Month(page.today.replace(day=1))
    found = {Month.read(chosen)}
    for _ in range(_BACK):
        found.add(month)
        month = month.before
    return [one.first for one in sorted(found, reverse=True)]


def _choice(one: Any) -> Choice:
    organisation = getattr(one, "organisation", None)
    code = getattr(one, "code", "")
    return Choice(str(one.id), f"{code} {one.name}".strip(), organisation.name if organisation else "")
