"""My absence: set in two clicks, with what callers will hear; ended when I am back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from aiohttp import web

from hanvisa.policy.facts import AbsenceReason, TimeKind
from hanvisa.policy.model import Text
from hanvisa.policy.swedish_time import LOCAL, WORKDAY_ENDS, WORKDAY_STARTS, local_time
from hanvisa.policy.timing import default_until
from hanvisa.policy.workdays import next_working_day
from hanvisa.web.middleware import TELLER, Teller
from hanvisa.web.pages.asking import place
from hanvisa.web.pages.me import week
from hanvisa.web.pages.me.asking import absences, change_now, forwarded, mine, moment_given
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.pages.writing import number
from hanvisa.web.problems import Problem, invalid
from hanvisa.web.roles import Action

OWN, OTHER, NONE = "own", "other", "none"
_WORKING_DAYS = [1, 2, 3, 4, 5]
_LUNCH_ENDS = time(13)


@dataclass(frozen=True, slots=True)
class End:
    """One that is offered. ``at`` None is until cancelled."""

    value: str
    name: str
    at: datetime | None


async def section(page: Page) -> dict[str, Any]:
    """How it is now, and what is to come."""
    found, now = await absences(page), page.api.services.clock.now()
    current = [one for one in found if one.starts_at <= now]
    return {
        "current": current,
        "coming": [one for one in found if one.starts_at > now],
        "hears": await page.api.get(f"/absences/{current[0].id}/heard") if current else None,
        "reasons": (await page.api.get("/absence-reasons", limit=200)).items,
        "forwarded": await forwarded(page),
    }


async def draft(page: Page) -> web.StreamResponse:
    """What is asked of a reason that was chosen, with its own end and what callers will hear then."""
    form = _given(page.request.query)
    ends = await _offered(page, form)
    return page.show("me/draft.html", colleagues=await _colleagues(page), substitute="", **ends)


async def ends(page: Page) -> web.StreamResponse:
    """What is offered, and heard, of another beginning: nothing else of the draft is touched while it is typed."""
    return page.show("me/ends_changed.html", **await _offered(page, _given(page.request.query)))


async def heard(page: Page) -> web.StreamResponse:
    return page.show("me/heard.html", **await _told(page, _given(page.request.query)))


async def colleagues(page: Page) -> web.StreamResponse:
    """Who may be a substitute, by what was typed of them. Who is chosen already stays so, whomever it finds."""
    query = _given(page.request.query)
    found = await _colleagues(page, query.get("q", "").strip())
    substitute = query.get("substitute", "")
    if substitute and substitute not in (str(id_) for id_, _ in found):
        found.append(_named(await page.api.get(f"/persons/{place(substitute)}")))
    return page.show("me/colleagues.html", colleagues=found, substitute=substitute)


async def create(page: Page) -> web.StreamResponse:
    """A department that would be empty (G3) is told in place, and who may leaves it so with a reason."""
    form = await page.form()
    body = await _body(page, form)
    if "force_reason" in form:
        body["force_reason"] = form["force_reason"]
    page.request[TELLER] = Teller(partial(_refused, page))
    await page.api.send("POST", "/absences", body)
    return await _changed(page, gettext("Your absence is set."))


async def end(page: Page) -> web.StreamResponse:
    absence = await change_now(page, "POST", f"/absences/{page.request.match_info['id']}", "/end")
    was_coming = absence.starts_at >= absence.ends_at
    return await _changed(page, gettext("The absence is taken back.") if was_coming else await _back(page))


async def end_all(page: Page) -> web.StreamResponse:
    """I am back: whatever lasts now ends."""
    for one in (await section(page))["current"]:
        await change_now(page, "POST", f"/absences/{one.id}", "/end")
    return await _changed(page, await _back(page))


async def _back(page: Page) -> str:
    if elsewhere := await forwarded(page):
        said = gettext("You are back, and your phone is forwarded to %(number)s.")
        return said % {"number": number(elsewhere.target)}
    return gettext("You are back: your phone rings.")


async def _changed(page: Page, said: str) -> web.Response:
    return page.show("me/absence_changed.html", said=said, **await section(page), **await week.section(page))


def _refused(page: Page, problem: Problem) -> web.Response:
    if "G3" not in problem.rules:
        return page.tell(problem)
    return page.show(
        "me/refused.html",
        status=problem.kind.status,
        headers={"HX-Retarget": "#refused", "HX-Reswap": "innerHTML"},
        problem=problem,
        may_force=page.api.may_for(Action.FORCE_ABSENCES, mine(page)),
    )


async def _offered(page: Page, form: Mapping[str, str]) -> dict[str, Any]:
    """The ends that may be chosen, which one is, and what callers will hear then."""
    reason = await _reason(page, form)
    offered = _ends(page, reason, form)
    chosen = form.get("ends", OWN)
    return {
        "reason": reason,
        "form": form,
        "ends": offered,
        "chosen": chosen
        if chosen == OTHER or any(one.value == chosen for one in offered)
        else offered[0].value,
        **await _told(page, form),
    }


async def _told(page: Page, form: Mapping[str, str]) -> dict[str, Any]:
    """What callers will hear; what is wrong with the times is told in its place."""
    try:
        hears = await _hears(page, form)
    except Problem as problem:
        return {"hears": None, "wrong": problem, "later": False}
    return {"hears": hears, "wrong": None, "later": hears.starts_at > page.api.services.clock.now()}


async def _hears(page: Page, form: Mapping[str, str]) -> Any:
    return (await page.api.send("POST", "/absences/heard", await _body(page, form))).body


async def _body(page: Page, form: Mapping[str, str]) -> dict[str, Any]:
    """What the form asks for, as the API takes it. Raises Problem."""
    starts_at = _starts_at(page, form)
    body: dict[str, Any] = {
        "person": mine(page),
        "reason": form.get("reason", ""),
        "note": form.get("note", ""),
    }
    if starts_at is not None:
        body["starts_at"] = starts_at
    chosen = form.get("ends", OWN)
    if chosen == OTHER:
        day = form.get("back_day") or (form.get("begins_day") if "back_clock" in form else None)
        ends_at = moment_given(page, "ends_at", day, form.get("back_clock"))
        if ends_at is None:
            raise invalid("ends_at", _NO_END)
        body["ends_at"] = ends_at
    elif chosen != OWN:
        offered = _ends(page, await _reason(page, form), form)
        body["ends_at"] = next((one.at for one in offered if one.value == chosen), None)
    if "substitute" in form:
        body["substitute"] = form["substitute"]
    if "reached_from" in form and "reached_to" in form:
        body["best_reached"] = [
            {"days": _WORKING_DAYS, "start": form["reached_from"], "end": form["reached_to"]}
        ]
    return body


async def _reason(page: Page, form: Mapping[str, str]) -> Any:
    return await page.api.get(f"/absence-reasons/{place(form.get('reason', '-'))}")


def _starts_at(page: Page, form: Mapping[str, str]) -> datetime | None:
    return moment_given(page, "starts_at", form.get("begins_day"), form.get("begins_clock"))


def _ends(page: Page, reason: Any, form: Mapping[str, str]) -> list[End]:
    """The reason's own end, and others that make sense for it, each moment once."""
    try:
        starts_at = _starts_at(page, form)
    except Problem:
        starts_at = None
    at = starts_at or page.api.services.clock.now()
    today = at.astimezone(LOCAL).date()
    next_day = next_working_day(today)
    sunday = today + timedelta(days=6 - today.weekday())
    offered = [End(OWN, gettext("As usual"), _own_end(reason, at))]
    if reason.time_kind is TimeKind.TIME:
        offered += [
            End("30", gettext("30 minutes"), at + timedelta(minutes=30)),
            End("60", gettext("1 hour"), at + timedelta(hours=1)),
            End("120", gettext("2 hours"), at + timedelta(hours=2)),
            End("lunch", gettext("After lunch"), local_time(today, _LUNCH_ENDS)),
            End("evening", gettext("The rest of the day"), local_time(today, WORKDAY_ENDS)),
        ]
    offered.append(End("next", gettext("Next working day"), local_time(next_day, WORKDAY_STARTS)))
    if reason.time_kind is not TimeKind.TIME:
        weeks = [next_working_day(sunday + timedelta(weeks=number)) for number in range(2)]
        offered += [
            End("monday", gettext("Next week"), local_time(weeks[0], WORKDAY_STARTS)),
            End("later", gettext("The week after"), local_time(weeks[1], WORKDAY_STARTS)),
            End(NONE, gettext("Until I am back"), None),
        ]
    first = offered[0]
    others = [one for one in offered[1:] if one.at is None or one.at > at]
    named = next((one.name for one in others if one.at == first.at), first.name)
    rest = {one.at: one for one in others if one.at != first.at}
    return [End(OWN, named, first.at), *rest.values()]


def _own_end(reason: Any, at: datetime) -> datetime | None:
    name, spoken = (Text(one.sv, one.en) for one in (reason.name, reason.spoken))
    fact = AbsenceReason(
        reason.code, name, spoken, reason.time_kind, default_until=reason.default_until or ""
    )
    return default_until(fact, at)


async def _colleagues(page: Page, words: str = "") -> list[tuple[UUID, str]]:
    """Those of my department, or whom the words find, without me."""
    me = mine(page)
    if words:
        found = (await page.api.get("/persons", q=words, limit=20)).items
    else:
        department = (await page.api.get(f"/persons/{me}")).department
        near = (await page.api.get("/persons", q=department.name[:100], limit=200)).items
        found = [one for one in near if one.department.id == department.id]
    return [_named(one) for one in found if one.id != me]


def _named(person: Any) -> tuple[UUID, str]:
    return person.id, f"{person.given_name} {person.family_name}"


def _given(query: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if value.strip()}


_NO_END = Text(
    sv="Säg vilken dag eller vilken tid du är tillbaka.", en="Say on which day or at what time you are back."
)

VIEWS = (
    View("GET", "/me/draft", Action.SET_ABSENCES, draft),
    View("GET", "/me/ends", Action.SET_ABSENCES, ends),
    View("GET", "/me/heard", Action.SET_ABSENCES, heard),
    View("GET", "/me/colleagues", Action.SET_ABSENCES, colleagues),
    View("POST", "/me/absences", Action.SET_ABSENCES, create),
    View("POST", "/me/absences/{id}/end", Action.SET_ABSENCES, end),
    View("POST", "/me/back", Action.SET_ABSENCES, end_all),
)
