"""An absence of somebody else, set, changed and ended from their department's week; a refusal (G3) is told in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from aiohttp import web

from hanvisa.policy.model import Text
from hanvisa.policy.swedish_time import WORKDAY_STARTS, local_time
from hanvisa.web.middleware import TELLER, Teller
from hanvisa.web.pages.days import day_given
from hanvisa.web.pages.departments.week import Shown, render
from hanvisa.web.pages.departments.weeks import monday_of, week_given
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import View
from hanvisa.web.problems import FORBIDDEN, Problem, invalid
from hanvisa.web.roles import Action


async def create(page: Page) -> web.StreamResponse:
    form = await page.form()
    try:
        whose = {"person": form.get("person", ""), "reason": form.get("reason", "")}
        begins = _at(form, "begins", page.today)
        await page.api.send("POST", "/absences", {**whose, "starts_at": begins, **_rest(form)})
    except Problem as problem:
        await _tell_in_place(page, form, problem, Shown(_person(form)))
        raise
    return _back(page, form)


async def change(page: Page) -> web.StreamResponse:
    form, id_ = await page.form(), page.request.match_info["absence"]
    shown = await Shown.of(page, id_)
    try:
        changed = _rest(form)
        if not shown.shows_note:
            del changed["note"]  # it stays
        await page.api.send("PATCH", f"/absences/{id_}", changed, if_match=f'"{form.get("version", "")}"')
    except Problem as problem:
        await _tell_in_place(page, form, problem, shown)
        raise
    return _back(page, form)


async def end(page: Page) -> web.StreamResponse:
    form, path = await page.form(), f"/absences/{page.request.match_info['absence']}"
    await page.api.send("POST", f"{path}/end", if_match=f'"{form.get("version", "")}"')
    return _back(page, form)


def _rest(form: Mapping[str, str]) -> dict[str, Any]:
    """What an absence has beside who and why. Without a day on which they are back it lasts until cancelled."""
    return {
        "ends_at": _at(form, "ends", None),
        "substitute": form.get("substitute"),
        "note": form.get("note", ""),
        "force_reason": form.get("force_reason"),
    }


def _at(form: Mapping[str, str], which: str, today: date | None) -> datetime | None:
    """The day and the time of the form; today (``today``) without a time is now.

    Without a time an absence begins with the day, and whoever is back is so when the working day starts.
    """
    day, clock = form.get(f"{which}_day"), form.get(f"{which}_time")
    if not day or (clock is None and today is not None and day == today.isoformat()):
        return None
    usual = WORKDAY_STARTS if today is None else time()
    try:
        return local_time(day_given(day), time.fromisoformat(clock) if clock else usual)
    except ValueError:
        raise invalid(which, Text(sv="är ingen tid som finns", en="is no time that exists")) from None


def _person(form: Mapping[str, str]) -> UUID | None:
    try:
        return UUID(form.get("person", ""))
    except ValueError:
        return None


async def _tell_in_place(page: Page, form: Mapping[str, str], problem: Problem, shown: Shown) -> None:
    """The problem will be told in the form, with what was written, unless it can't be mended there."""
    if shown.person is None or problem.kind is FORBIDDEN:
        return
    monday = monday_of(form.get("week"), page.today)
    told = replace(shown, form=form, problem=problem)
    answer = await render(page, monday, told, "departments/absence.html", problem.kind.status)
    page.request[TELLER] = Teller(lambda _: answer)


def _back(page: Page, form: Mapping[str, str]) -> web.StreamResponse:
    return page.go(f"/departments/{page.request.match_info['id']}?week={week_given(form, page.today)}")


VIEWS = (
    View("POST", "/departments/{id}/absences", Action.SET_ABSENCES, create),
    View("POST", "/departments/{id}/absences/{absence}", Action.SET_ABSENCES, change),
    View("POST", "/departments/{id}/absences/{absence}/end", Action.SET_ABSENCES, end),
)
