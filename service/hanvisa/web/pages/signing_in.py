"""Signing in and out, and the language of the pages."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from hanvisa.policy.model import Language, Text
from hanvisa.web.cookies import set_cookie
from hanvisa.web.middleware import TELLER, Teller
from hanvisa.web.oidc import OIDC
from hanvisa.web.origin import LOCAL_PAGE, is_from_here
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import LANGUAGE_COOKIE, SIGN_IN, View
from hanvisa.web.problems import NOT_MEANT, Problem
from hanvisa.web.routing import Anyone

_YEAR = 365 * 24 * 3600  # seconds


async def ask(page: Page) -> web.StreamResponse:
    return _form(page, _to(page.request.query.get("to")))


async def sign_in(page: Page) -> web.StreamResponse:
    """What is wrong is told in the form, which keeps the name."""
    form = await page.form()
    name, to = form.get("name", ""), _to(form.get("to"))
    page.request[TELLER] = Teller(partial(_form, page, to, name))
    _must_be_from_here(page)
    answer = await page.api.send("POST", "/session", {"name": name, "password": form.get("password", "")})
    return _with_cookie(page.go(to), answer.cookie)


async def sign_out(page: Page) -> web.StreamResponse:
    answer = await page.api.send("DELETE", "/session")
    return _with_cookie(page.go(SIGN_IN), answer.cookie)


async def choose_language(page: Page) -> web.StreamResponse:
    _must_be_from_here(page)
    form = await page.form()
    chosen = Language.EN if form.get("language") == Language.EN.value else Language.SV
    cookie = set_cookie(LANGUAGE_COOKIE, chosen.value, _YEAR, page.api.services.settings)
    return _with_cookie(page.go(_to(form.get("to"))), cookie)


def _must_be_from_here(page: Page) -> None:
    """What brings no token along, for nobody need be known, comes from a page of ours. Raises Problem (403)."""
    if not is_from_here(page.request, page.api.services.settings):
        raise Problem(
            NOT_MEANT,
            Text(sv="Formuläret kom inte från den här sidan.", en="The form did not come from this page."),
        )


def _form(page: Page, to: str, name: str = "", problem: Problem | None = None) -> web.Response:
    return page.show(
        "sign_in.html",
        status=problem.kind.status if problem else 200,
        headers=problem.headers if problem else {},
        to=to,
        name=name,
        problem=problem,
        elsewhere=OIDC in page.request.app,
    )


def _to(given: str | None) -> str:
    """Where the sign-in ends: a page of ours, else the first one."""
    return given if given and LOCAL_PAGE.fullmatch(given) else "/"


def _with_cookie(response: web.Response, cookie: str | None) -> web.Response:
    response.headers.add("Set-Cookie", cookie or "")
    return response


VIEWS = (
    View("GET", SIGN_IN, Anyone.AT_ALL, ask),
    View("POST", SIGN_IN, Anyone.AT_ALL, sign_in),
    View("POST", "/sign-out", Anyone.SIGNED_IN, sign_out),
    View("POST", "/language", Anyone.AT_ALL, choose_language),
)
