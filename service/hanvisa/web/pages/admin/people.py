"""One person's page: who they are, and everything that is theirs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from aiohttp import web

from hanvisa.web.pages.admin import exceptions, register
from hanvisa.web.pages.admin.choosing import every
from hanvisa.web.pages.admin.forms import Form
from hanvisa.web.pages.admin.sections import PERSONS
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import View
from hanvisa.web.problems import Problem
from hanvisa.web.roles import Action


async def read(page: Page) -> web.StreamResponse:
    person, version = await register.current(page, PERSONS)
    telephony = page.api.may(Action.READ_TELEPHONY)
    theirs = str(person.id)
    return await register.show_form(
        page,
        PERSONS,
        Form.of(PERSONS.for_change, person, version),
        person,
        template="admin/person.html",
        extensions=await every(page, "/extensions", target=theirs) if telephony else None,
        numbers=await every(page, "/numbers", target=theirs) if telephony else None,
        phones=await every(page, "/phones", owner=theirs) if telephony else None,
        mobiles=await every(page, "/mobiles", person=theirs),
        absences=await every(page, "/absences", person=theirs),
        forwardings=await every(page, "/forwardings", person=theirs),
        recordings=await every(page, "/recordings", person=theirs),
        exceptions=[one for one in await every(page, "/exceptions") if one.scope.id == person.id],
        state_of=lambda one: exceptions.state_of(one, page.api.services.clock.now()),
        users=await every(page, "/users", person=theirs) if page.api.may(Action.MANAGE_USERS) else (),
        may_register=page.api.may(Action.REGISTER_MOBILES),
    )


async def confirm(page: Page) -> web.StreamResponse:
    """Their details are right (S2)."""
    form = await Form.sent(page, PERSONS.for_change)
    at = register.path_of(page, PERSONS)
    try:
        await page.api.send("POST", f"{at}/confirm", if_match=form.if_match)
    except Problem as problem:
        return await register.refuse(page, PERSONS, form, problem)
    return page.go(f"{PERSONS.address}/{page.request.match_info['id']}?done=changed")


async def confirm_greeting(page: Page) -> web.StreamResponse:
    """The voicemail of a mobile greets personally (M2)."""
    at = f"/mobiles/{page.request.match_info['id']}"
    answer = await page.api.ask("GET", at, {})
    done = await page.api.send("POST", f"{at}/greeting", if_match=f'"{answer.etag}"')
    mobile: Any = done.body
    return page.go(f"{PERSONS.address}/{UUID(str(mobile.person.id))}?done=changed")


VIEWS = (
    View("GET", "/admin/persons/{id}", Action.CHANGE_PERSONS, read),
    View("POST", "/admin/persons/{id}/confirm", Action.CHANGE_DETAILS, confirm),
    View("POST", "/admin/mobiles/{id}/greeting", Action.REGISTER_MOBILES, confirm_greeting),
)
