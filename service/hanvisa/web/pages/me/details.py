"""My details, to be confirmed and kept right (S2), and my mobiles' greetings (M2)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hanvisa.web.api.persons import PersonChange
from hanvisa.web.pages.admin import labels, telling
from hanvisa.web.pages.admin.forms import Form, overtaken
from hanvisa.web.pages.admin.inputs import inputs_of
from hanvisa.web.pages.me.asking import change_now, mine
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.problems import Problem
from hanvisa.web.roles import Action

_INPUTS = tuple(
    one for one in inputs_of(PersonChange) if one.name in ("title", "functions", "email", "language")
)


async def section(page: Page, form: Form | None = None) -> dict[str, Any]:
    """With the ``form`` as it stands, where it could not be saved."""
    me = mine(page)
    person = await page.api.ask("GET", f"/persons/{me}", {})
    return {
        "person": person.body,
        "form": form or Form.of(_INPUTS, person.body, person.etag),
        "label": labels.label,
        "told": lambda shown, name: telling.told(shown, name, page.today),
        "flags": (await page.api.get("/flags", person=me)).items,
        "mobiles": (await page.api.get("/mobiles", person=me)).items,
    }


async def confirm(page: Page) -> web.StreamResponse:
    """What was on the page is right, and nothing that has changed since."""
    version = (await page.form()).get("version", "")
    await page.api.send("POST", f"/persons/{mine(page)}/confirm", if_match=f'"{version}"')
    return await _changed(page, gettext("Thank you, your details are confirmed."))


async def change(page: Page) -> web.StreamResponse:
    """What somebody else has changed meanwhile comes in, and is told; nothing typed is lost."""
    form, path = await Form.sent(page, _INPUTS), f"/persons/{mine(page)}"
    try:
        await page.api.send("PATCH", path, form.body(), if_match=form.if_match)
    except Problem as problem:
        form = await overtaken(page, path, form, problem)
        return page.show("me/details.html", status=problem.kind.status, said="", **await section(page, form))
    return await _changed(page, gettext("Your details are changed."))


async def greeting(page: Page) -> web.StreamResponse:
    await change_now(page, "POST", f"/mobiles/{page.request.match_info['id']}", "/greeting")
    return await _changed(page, gettext("The greeting is confirmed."))


async def _changed(page: Page, said: str) -> web.Response:
    return page.show("me/details_changed.html", said=said, **await section(page))


VIEWS = (
    View("POST", "/me/details/confirm", Action.CHANGE_DETAILS, confirm),
    View("POST", "/me/details", Action.CHANGE_DETAILS, change),
    View("POST", "/me/mobiles/{id}/greeting", Action.CHANGE_DETAILS, greeting),
)
