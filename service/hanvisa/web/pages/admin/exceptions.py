"""Exceptions (O2): the running and the used ones, and one granted only when whom it touches has been seen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from hanvisa.policy.facts import ScopeKind
from hanvisa.policy.model import Text
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.web.api.exception_bodies import ExceptionShown, NewException
from hanvisa.web.pages import writing
from hanvisa.web.pages.admin import choosing, labels, register
from hanvisa.web.pages.admin.forms import Faulty, Form
from hanvisa.web.pages.admin.inputs import Input, Widget, inputs_of
from hanvisa.web.pages.admin.sections import EXCEPTIONS
from hanvisa.web.pages.admin.showing import show
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.problems import Problem
from hanvisa.web.roles import Action

_SCOPES = (
    Input("kind", Widget.CHOICE, options=tuple(ScopeKind)),
    Input("person", Widget.PERSON),
    Input("number", Widget.LINE),
    Input("department", Widget.REFERENCE),
    Input("organisation", Widget.REFERENCE),
)
_INPUTS = (*_SCOPES, *inputs_of(NewException, frozenset({"scope"})))
_NAMED = Text(sv="välj vem undantaget gäller", en="choose whom the exception is for")
_EVENING = 17  # o'clock


async def list_all(page: Page) -> web.StreamResponse:
    query = page.request.query
    came = await page.api.get(
        "/exceptions",
        ended=bool(query.get("ended")),
        on_the_spot=query.get("on_the_spot") or None,
        cursor=query.get("cursor"),
        limit=50,
    )
    return show(
        page,
        "admin/exceptions.html",
        exceptions=came.items,
        cursor=came.next,
        ended=query.get("ended", ""),
        on_the_spot=query.get("on_the_spot", ""),
        whom=whom,
        state_of=lambda one: state_of(one, page.api.services.clock.now()),
    )


async def begin(page: Page) -> web.StreamResponse:
    """Until this evening, if nothing else is said: who grants one does so for something at hand."""
    typed = {one.name: tuple(page.request.query.getall(one.name, [])) for one in _INPUTS}
    typed["kind"] = typed["kind"] or (ScopeKind.PERSON.value,)
    typed["ends_at"] = (f"{_evening(page.api.services.clock.now()):%Y-%m-%dT%H:%M}",)
    return await _form(page, Form(_INPUTS, typed))


async def preview(page: Page) -> web.StreamResponse:
    form = await Form.sent(page, _INPUTS)
    try:
        body = _body(form)
        return await _preview(page, body)
    except Faulty as faulty:
        return await _form(page, faulty.form, status=422)
    except Problem as problem:
        return await _form(page, _refused(form, problem), status=problem.kind.status)


async def grant(page: Page) -> web.StreamResponse:
    """What has been seen, and nothing else: where the form says something else by now, that is shown first."""
    form = await Form.sent(page, _INPUTS)
    try:
        body = _body(form)
        if (await page.form()).get("seen") != _digest(body):
            return await _preview(page, body, has_changed=True)
        await page.api.send("POST", "/exceptions", body)
    except Faulty as faulty:
        return await _form(page, faulty.form, status=422)
    except Problem as problem:
        return await _form(page, _refused(form, problem), status=problem.kind.status)
    return page.go(f"{EXCEPTIONS.address}?done=granted")


async def read(page: Page) -> web.StreamResponse:
    one, version = await register.current(page, EXCEPTIONS)
    uses = await page.api.get(f"{register.path_of(page, EXCEPTIONS)}/uses")
    operators = {choice.value: choice.name for choice in await choosing.everything(page, "/operators")}
    return await register.show_form(
        page,
        EXCEPTIONS,
        Form.of(EXCEPTIONS.for_change, one, version),
        one,
        template="admin/exception.html",
        uses=uses.items,
        whom=whom(one),
        state=state_of(one, page.api.services.clock.now()),
        whose=[operators.get(str(id_), "") for id_ in one.operators or ()],
        shows_calls=page.api.may(Action.READ_AUDIT),
    )


def whom(one: ExceptionShown) -> str:
    if one.scope.number is not None:
        return writing.number(one.scope.number)
    return one.scope.name or labels.choice("kind", one.scope.kind)


def state_of(one: ExceptionShown, now: datetime) -> str:
    """How it stands with it, in a word."""
    if one.revoked_at is not None:
        return gettext("revoked")
    if one.ends_at <= now:
        return gettext("over")
    if one.max_uses is not None and one.uses >= one.max_uses:
        return gettext("used up")
    return gettext("to come") if one.starts_at > now else gettext("running")


def _body(form: Form) -> dict[str, Any]:
    """What the API takes. Raises Faulty."""
    body = form.body()
    chosen = {one.name: body.pop(one.name, None) for one in _SCOPES}
    kind = chosen["kind"]
    scope = {"kind": kind}
    if kind in chosen:
        if not chosen[kind]:
            raise Faulty(replace(form, faults={kind: (_NAMED,)}))
        scope["number" if kind == ScopeKind.NUMBER else "id"] = chosen[kind]
    return {**body, "scope": scope}


def _refused(form: Form, problem: Problem) -> Form:
    """What is wrong with the scope stands beside what was chosen for it."""
    refused = form.refused(problem)
    of_scope = tuple(fault.what for fault in problem.faults if fault.where.startswith("scope"))
    chosen = form.first("kind")
    if not of_scope or chosen not in {one.name for one in _SCOPES}:
        return refused
    return replace(refused, faults={**refused.faults, chosen: of_scope}, problem=None)


async def _preview(page: Page, body: dict[str, Any], *, has_changed: bool = False) -> web.Response:
    answer = await page.api.send("POST", "/exception-previews", body)
    there = {"HX-Retarget": "#preview", "HX-Reswap": "innerHTML"}
    response = show(
        page, "admin/preview.html", preview=answer.body, seen=_digest(body), has_changed=has_changed
    )
    response.headers.update(there)
    return response


async def _form(page: Page, form: Form, status: int = 200) -> web.Response:
    offered = {
        one.name: await choosing.choices(page, one, form.typed.get(one.name, ())) for one in form.inputs
    }
    template = "admin/exception_form.html" if page.is_part else "admin/new_exception.html"
    return show(page, template, status=status, form=form, offered=offered, kinds=tuple(ScopeKind), shown=None)


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _evening(now: datetime) -> datetime:
    local = now.astimezone(LOCAL)
    evening = local.replace(hour=_EVENING, minute=0)
    return evening if evening > local else evening + timedelta(days=1)


VIEWS = (
    View("GET", "/admin/exceptions", Action.GRANT_EXCEPTIONS, list_all),
    View("GET", "/admin/exceptions/new", Action.GRANT_EXCEPTIONS, begin),
    View("POST", "/admin/exceptions/preview", Action.GRANT_EXCEPTIONS, preview),
    View("POST", "/admin/exceptions", Action.GRANT_EXCEPTIONS, grant),
    View("GET", "/admin/exceptions/{id}", Action.GRANT_EXCEPTIONS, read),
    *register.changes(EXCEPTIONS),
)
