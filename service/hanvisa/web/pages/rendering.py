"""Templates (jinja2), with what all of them know: who looks, their language, and what they may open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web

from hanvisa.policy.model import Language
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.web.forms import read_form
from hanvisa.web.pages import advice, assets, translating, writing
from hanvisa.web.pages.asking import Api
from hanvisa.web.pages.menu import entries
from hanvisa.web.problems import Problem

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with none at all a form's Origin is "null", which is anybody
}


def prepare(app: web.Application) -> None:
    app[aiohttp_jinja2.APP_KEY] = _environment()


@cache
def _environment() -> jinja2.Environment:
    """It knows nothing of an application: each template is compiled once, however many there are."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hanvisa.web.pages"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined] # the extension's
        translating.gettext, translating.ngettext, newstyle=True
    )
    environment.globals["asset"] = assets.address
    environment.filters |= {
        "number": writing.number,
        "words": writing.words,
        "clock": writing.clock,
        "lasted": writing.lasted,
        "short_day": writing.short_day,
        "short_moment": writing.short_moment,
    }
    return environment


@dataclass(frozen=True)
class Page:
    """One request for a page, as its handler sees it."""

    request: web.Request
    api: Api

    @property
    def language(self) -> Language:
        return self.api.language

    @property
    def today(self) -> date:
        """The day it is in Sweden."""
        return self.api.services.clock.now().astimezone(LOCAL).date()

    @property
    def is_part(self) -> bool:
        """Htmx asks, for a part of the page that is there."""
        return self.request.headers.get("HX-Request") == "true"

    async def form(self) -> Mapping[str, str]:
        """The fields of a form; an empty one is left out, and of several with one name the last counts.

        Browsers send their own ends of lines.
        """
        given = await read_form(self.request)
        return {
            name: value.replace("\r\n", "\n")
            for name, value in given.items()
            if isinstance(value, str) and value.strip()
        }

    def show(
        self, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **more: Any
    ) -> web.Response:
        """The template with its own values ``more``."""
        response = aiohttp_jinja2.render_template(
            template, self.request, self._common() | more, status=status
        )
        response.headers.update({**_HEADERS, "Content-Language": self.language.value, **(headers or {})})
        return response

    def fill(self, template: str, **more: Any) -> str:
        """The template as a part of an answer: it knows nothing of who looks but what is in ``more``."""
        return aiohttp_jinja2.render_string(template, self.request, self._words() | more)

    def go(self, to: str) -> web.Response:
        """Send the browser on to another page of ours."""
        if self.is_part:
            return web.Response(status=204, headers={"HX-Redirect": to, **_HEADERS})
        return web.Response(status=303, headers={"Location": to, **_HEADERS})

    def tell(self, problem: Problem) -> web.Response:
        """The problem as a page, or where htmx asks as a part that takes its place at the top of the page."""
        status = problem.kind.status
        if self.is_part:
            there = {"HX-Retarget": "#problem", "HX-Reswap": "innerHTML", **problem.headers}
            return self.show("problem_part.html", status=status, headers=there, problem=problem)
        return self.show("problem.html", status=status, headers=problem.headers, problem=problem)

    def _common(self) -> dict[str, Any]:
        who = self.api.who
        return self._words() | {
            "here": str(self.request.rel_url) if self.request.method == "GET" else "/",
            "who": who,
            "csrf": who.session.csrf if who.session else "",
            "menu": entries(self.api.may, self.request.path) if who.user_id else (),
            "what_to_do": lambda problem: advice.of(problem, self.language),
        }

    def _words(self) -> dict[str, Any]:
        return {
            "language": self.language,
            "today": self.today,
            "moment": lambda value: writing.moment(value, self.today),
            "day": lambda value: writing.day(value, self.today),
        }
