"""A department's week: who is there and who is away, day by day, and what can be done about a day with nobody."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from aiohttp import web

from hanvisa.policy.presence import Presence
from hanvisa.policy.swedish_time import LOCAL, local_time
from hanvisa.web.pages.asking import place
from hanvisa.web.pages.departments.reading import every
from hanvisa.web.pages.departments.weeks import monday_of, week_given, week_of
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.problems import Problem
from hanvisa.web.roles import Action

_WEEK = timedelta(days=7)
_WEEKDAYS = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One person on one day, with the absences that touch it."""

    presence: Presence
    absences: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Line:
    person: Any
    cells: Sequence[Cell]

    @property
    def is_away(self) -> bool:
        return any(cell.absences for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Day:
    """``day`` is the API's; ``away`` those who can't be reached for some of it, with their absences then."""

    day: Any
    away: Sequence[Line]


@dataclass(frozen=True)
class Shown:
    """What stands beside the week: the form for an absence, which is new or is there, and what was wrong with it."""

    person: UUID | None = None
    absence: Any = None
    version: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None

    @classmethod
    async def of(cls, page: Page, absence: str) -> Shown:
        answer = await page.api.ask("GET", f"/absences/{place(absence)}", {})
        found: Any = answer.body
        return cls(found.person.id, found, answer.etag or "", _form_of(found))

    @property
    def shows_note(self) -> bool:
        """Where an absence's reason is hidden, so is its note."""
        return self.absence is None or self.absence.reason is not None


async def show(page: Page) -> web.StreamResponse:
    query = page.request.query
    shown = Shown()
    if query.get("absence"):
        shown = await Shown.of(page, query["absence"])
    elif query.get("for"):
        shown = Shown((await page.api.get(f"/persons/{place(query['for'])}")).id)
    return await render(page, monday_of(query.get("week"), page.today), shown)


async def render(
    page: Page, monday: date, shown: Shown, template: str = "departments/week.html", status: int = 200
) -> web.Response:
    values = await _values(page, monday)
    return page.show(
        template,
        status=status,
        **_live(page, values),
        **values,
        shown=shown,
        reasons=(await page.api.get("/absence-reasons", limit=200)).items if shown.person else (),
        may_force=shown.person is not None and page.api.may_for(Action.FORCE_ABSENCES, shown.person),
        moment_now=page.api.services.clock.now(),
    )


async def now(page: Page) -> web.Response:
    """The week as it is now, where it is another than what the page has ``seen``."""
    values = await _values(page, monday_of(page.request.query.get("week"), page.today))
    live = _live(page, values)
    if live["seen"] == page.request.query.get("seen"):
        return web.Response(status=204)
    return page.show("departments/week_changed.html", said=gettext("The week has changed."), **live, **values)


def _live(page: Page, values: Mapping[str, Any]) -> dict[str, Any]:
    """What changes by itself, and what a page that has seen it is known by."""
    made = page.fill("departments/week_now.html", **values)
    return {"made": made, "seen": hashlib.sha256(made.encode()).hexdigest()[:16]}


async def _values(page: Page, monday: date) -> dict[str, Any]:
    id_ = page.request.match_info["id"]
    week = await page.api.get(f"/departments/{id_}/week", day=monday.isoformat())
    absences = await every(
        page, "/absences", department=id_, since=_begins(monday), until=_begins(monday + _WEEK)
    )
    days = [number for number, day in enumerate(week.days) if number < _WEEKDAYS or day.working or day.people]
    lines = _lines(week, days, absences)
    ahead = any(week.days[number].empty and week.days[number].day >= page.today for number in days)
    return {
        "week": week,
        "number": monday.isocalendar().week,
        "days": [_day(week.days[number], lines, at) for at, number in enumerate(days)],
        "lines": [line for line in lines if line.is_away]
        if page.request.query.get("show") == "away"
        else lines,
        "only_away": page.request.query.get("show") == "away",
        "here_is": f"/departments/{id_}?week={week_of(monday)}",
        "this": week_of(monday),
        "before": week_of(monday - _WEEK),
        "after": week_of(monday + _WEEK),
        "now": week_of(page.today),
        "numbers": await _numbers(page, id_) if ahead else {},
        "departments": await _stand_ins(page, week) if ahead and page.api.may(Action.NAME_STAND_INS) else (),
        "Presence": Presence,
    }


async def name_stand_in(page: Page) -> web.StreamResponse:
    id_, form = page.request.match_info["id"], await page.form()
    path = f"/departments/{id_}/stand-in"
    version = (await page.api.ask("GET", path, {})).etag
    await page.api.send("PUT", path, {"department": form.get("department")}, if_match=f'"{version}"')
    return page.go(f"/departments/{id_}?week={week_given(form, page.today)}")


def _form_of(absence: Any) -> dict[str, str]:
    """As it would be written in the form."""
    ends = absence.ends_at.astimezone(LOCAL) if absence.ends_at else None
    return {
        "ends_day": ends.date().isoformat() if ends else "",
        "ends_time": f"{ends:%H:%M}" if ends else "",
        "substitute": str(absence.substitute.id) if absence.substitute else "",
        "note": absence.note,
    }


def _lines(week: Any, days: Sequence[int], absences: Sequence[Any]) -> list[Line]:
    of: defaultdict[UUID, list[Any]] = defaultdict(list)
    for absence in absences:
        of[absence.person.id].append(absence)
    return [
        Line(
            one.person,
            [Cell(one.days[number], _then(of[one.person.id], week.days[number].day)) for number in days],
        )
        for one in week.people
    ]


def _then(absences: Sequence[Any], day: date) -> list[Any]:
    begins, ends = _begins(day), _begins(day + timedelta(days=1))
    return [one for one in absences if one.starts_at < ends and (one.ends_at is None or one.ends_at > begins)]


def _day(day: Any, lines: Sequence[Line], at: int) -> Day:
    gone = (Presence.AWAY, Presence.PARTLY, Presence.REACHABLE)
    return Day(day, [Line(one.person, [one.cells[at]]) for one in lines if one.cells[at].presence in gone])


async def _numbers(page: Page, id_: str) -> Mapping[UUID, str]:
    """Where those of the department may be rung: their mobile where it may be told, else the direct number."""
    found = {}
    for person in await every(page, "/persons", department=id_):
        mobile = next((one.number for one in person.mobiles if one.number), None)
        if number := mobile or person.direct_number:
            found[person.id] = number
    return found


async def _stand_ins(page: Page, week: Any) -> list[Any]:
    """Departments that may stand in: the others of the organisation."""
    own = await page.api.get(f"/departments/{week.department.id}")
    operations = await every(page, "/operations")
    organisations = {one.id: one.organisation.id for one in operations}
    organisation = organisations.get(own.operation.id)
    return [
        one
        for one in await every(page, "/departments")
        if organisations.get(one.operation.id) == organisation and one.id != own.id
    ]


def _begins(day: date) -> datetime:
    return local_time(day, time())


VIEWS = (
    View("GET", "/departments/{id}", Action.READ_ABSENCES, show),
    View("GET", "/departments/{id}/now", Action.READ_ABSENCES, now),
    View("POST", "/departments/{id}/stand-in", Action.NAME_STAND_INS, name_stand_in),
)
