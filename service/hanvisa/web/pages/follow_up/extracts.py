"""Extracts on suspicion of misuse (F2): who has asked, who decides, and the calls for the two."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hanvisa.policy.extracts import ExtractState
from hanvisa.web.pages import documents
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import Handler, View
from hanvisa.web.roles import Action

ID = "{id:[0-9a-f-]+}"


async def extracts(page: Page) -> web.StreamResponse:
    query = page.request.query
    state, cursor = query.get("state") or None, query.get("cursor") or None
    found = await page.api.get("/extracts", state=state, cursor=cursor)
    return page.show(
        "follow_up/extracts.html",
        found=found,
        state=state,
        cursor=cursor,
        states=_states(),
        may_ask=page.api.may(Action.REQUEST_EXTRACTS),
    )


async def extract(page: Page) -> web.StreamResponse:
    answer = await page.api.ask("GET", _asked(page), {})
    return await _shown(page, "follow_up/extract.html", answer.body, answer.etag)


async def approve(page: Page) -> web.StreamResponse:
    form = await page.form()
    answer = await page.api.send("POST", f"{_asked(page)}/approve", if_match=form.get("version", ""))
    return await _decided(page, answer.body, answer.etag, gettext("The extract is approved."))


async def refuse(page: Page) -> web.StreamResponse:
    form = await page.form()
    body = {"reason": form.get("reason", "")}
    answer = await page.api.send("POST", f"{_asked(page)}/refuse", body, if_match=form.get("version", ""))
    return await _decided(page, answer.body, answer.etag, gettext("The request is refused."))


async def traffic(page: Page) -> web.StreamResponse:
    """Opens it, which is kept."""
    found = await page.api.get(f"{_asked(page)}/traffic")
    return page.show("follow_up/traffic.html", found=found, id=page.request.match_info["id"], parts=_parts())


def _file(form: str) -> Handler:
    async def file(page: Page) -> web.StreamResponse:
        return documents.file(await page.api.get(f"{_asked(page)}/traffic.{form}"))

    return file


async def _decided(page: Page, body: Any, etag: str | None, said: str) -> web.Response:
    return await _shown(page, "follow_up/extract_part.html", body, etag, said=said)


async def _shown(page: Page, template: str, body: Any, etag: str | None, **more: Any) -> web.Response:
    openings = (await page.api.get(f"/extracts/{body.id}/openings")).items
    return page.show(
        template,
        extract=body,
        version=f'"{etag}"',
        openings=openings,
        states=_states(),
        forms={"json": gettext("on the screen"), "csv": "CSV", "pdf": "PDF"},
        **more,
    )


def _asked(page: Page) -> str:
    return f"/extracts/{page.request.match_info['id']}"


def _states() -> dict[str, str]:
    return {
        ExtractState.REQUESTED: gettext("asked for"),
        ExtractState.APPROVED: gettext("approved"),
        ExtractState.REFUSED: gettext("refused"),
    }


def _parts() -> dict[str, str]:
    """What the person was in a call."""
    return {
        "caller": gettext("called somebody"),
        "called": gettext("was called"),
        "operator": gettext("attended to it"),
    }


VIEWS = (
    View("GET", "/extracts", Action.READ_EXTRACTS, extracts),
    View("GET", f"/extracts/{ID}", Action.READ_EXTRACTS, extract),
    View("POST", f"/extracts/{ID}/approve", Action.APPROVE_EXTRACTS, approve),
    View("POST", f"/extracts/{ID}/refuse", Action.APPROVE_EXTRACTS, refuse),
    View("GET", f"/extracts/{ID}/traffic", Action.READ_EXTRACTS, traffic),
    *(
        View("GET", f"/extracts/{ID}/traffic.{form}", Action.READ_EXTRACTS, _file(form))
        for form in ("csv", "pdf")
    ),
)
