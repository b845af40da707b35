"""What people have recorded of themselves: heard, ended, and given as a file in their stead."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hanvisa.policy.facts import CodeAction
from hanvisa.web.pages.admin import choosing, labels
from hanvisa.web.pages.admin.choosing import Choice
from hanvisa.web.pages.admin.showing import show
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.pages.writing import moment, words
from hanvisa.web.problems import INVALID, TOO_LARGE, Problem
from hanvisa.web.roles import Action
from hanvisa.web.sounds import LARGEST
from hanvisa.web.uploads import Sent, files_of

_BY_PHONE = (CodeAction.RECORD_NAME, CodeAction.RECORD_GREETING)


async def list_all(page: Page) -> web.StreamResponse:
    """Of everybody, or of one person, who may then be given another."""
    query = page.request.query
    person = await _person(page, query["person"]) if query.get("person") else None
    came = await page.api.get(
        "/recordings",
        person=person.id if person else None,
        ended=bool(query.get("ended")),
        cursor=query.get("cursor"),
        limit=50,
    )
    codes = await choosing.every(page, "/codes")
    return show(
        page,
        "admin/recordings.html",
        recordings=came.items,
        cursor=came.next,
        ended=query.get("ended", ""),
        person=person,
        chosen=[Choice(str(person.id), f"{person.given_name} {person.family_name}")] if person else [],
        by_phone=[one for one in codes if one.action in _BY_PHONE],
        **(await _upload(page, person) if person else {}),
    )


async def give(page: Page) -> web.StreamResponse:
    async with files_of(page.request, LARGEST) as sent:
        return await _give(page, sent)


async def _give(page: Page, sent: Sent) -> web.StreamResponse:
    person = await _person(page, sent.fields.get("person", ""))
    kind, _, absence = sent.fields.get("what", "").partition(":")
    try:
        await page.api.upload(
            "/recordings", sent.files, person=str(person.id), kind=kind, absence=absence or None
        )
    except Problem as problem:
        if problem.kind not in (INVALID, TOO_LARGE):
            raise
        return show(
            page,
            "admin/recording_form.html",
            status=problem.kind.status,
            person=person,
            **await _upload(page, person, what=sent.fields.get("what", ""), problem=problem),
        )
    return page.go(f"/admin/recordings?person={person.id}&done=changed")


async def end(page: Page) -> web.StreamResponse:
    at = f"/recordings/{page.request.match_info['id']}"
    answer = await page.api.ask("GET", at, {})
    done = await page.api.send("DELETE", at, if_match=f'"{answer.etag}"')
    recording: Any = done.body
    return page.go(f"/admin/recordings?person={recording.person.id}&done=ended")


async def _person(page: Page, given: str) -> Any:
    return await page.api.get(f"/persons/{choosing.id_given(given)}")


async def _upload(
    page: Page, person: Any, *, what: str = "name", problem: Problem | None = None
) -> dict[str, Any]:
    """What may be given: their name, and a greeting for each of their absences."""
    offered = [Choice("name", labels.choice("kind", "name"))]
    for one in await choosing.every(page, "/absences", person=str(person.id)):
        began = moment(one.starts_at, page.today)
        name = gettext("Greeting for: %(reason)s, %(when)s") % {
            "reason": words(one.reason_name),
            "when": began,
        }
        offered.append(Choice(f"greeting:{one.id}", name))
    return {"offered": offered, "what": what, "problem": problem}


VIEWS = (
    View("GET", "/admin/recordings", Action.END_RECORDINGS, list_all),
    View("POST", "/admin/recordings", Action.GIVE_RECORDINGS, give),
    View("POST", "/admin/recordings/{id}/end", Action.END_RECORDINGS, end),
)
