"""A user's page: who they are, their roles, where they are signed in, and a new password for who has forgotten it."""

from __future__ import annotations

from aiohttp import web

from hanvisa.web.api.users import PasswordOfUser
from hanvisa.web.pages.admin import register
from hanvisa.web.pages.admin.forms import Faulty, Form
from hanvisa.web.pages.admin.inputs import inputs_of
from hanvisa.web.pages.admin.sections import USERS
from hanvisa.web.pages.admin.showing import show
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import View
from hanvisa.web.problems import Problem
from hanvisa.web.roles import Action

_PASSWORD = inputs_of(PasswordOfUser)


async def read(page: Page) -> web.StreamResponse:
    user, version = await register.current(page, USERS)
    return await register.show_form(
        page,
        USERS,
        Form.of(USERS.for_change, user, version),
        user,
        template="admin/user.html",
        password=Form(_PASSWORD, {}, version=version or ""),
        sessions=(await page.api.get(f"{register.path_of(page, USERS)}/sessions")).items,
    )


async def sign_out(page: Page) -> web.StreamResponse:
    """Everywhere; whose phone was stolen, or who left a computer open."""
    await page.api.send("DELETE", f"{register.path_of(page, USERS)}/sessions")
    return page.go(f"{page.request.path.removesuffix('/sessions')}?done=signed-out")


async def set_password(page: Page) -> web.StreamResponse:
    """It signs them out."""
    form = await Form.sent(page, _PASSWORD)
    at = register.path_of(page, USERS)
    try:
        await page.api.send("POST", f"{at}/password", form.body(), if_match=form.if_match)
    except Faulty as faulty:
        return await _form(page, faulty.form, 422)
    except Problem as problem:
        return await _form(page, form.refused(problem), problem.kind.status)
    return page.go(f"{page.request.path.removesuffix('/password')}?done=changed")


async def _form(page: Page, form: Form, status: int) -> web.Response:
    user, version = await register.current(page, USERS)
    return show(
        page,
        "admin/password_form.html",
        status=status,
        shown=user,
        password=Form(form.inputs, {}, version=version or "", faults=form.faults, problem=form.problem),
    )


VIEWS = (
    View("GET", "/admin/users/{id}", Action.MANAGE_USERS, read),
    View("DELETE", "/admin/users/{id}/sessions", Action.MANAGE_USERS, sign_out),
    View("POST", "/admin/users/{id}/password", Action.MANAGE_USERS, set_password),
)
