"""What an operator does at the console. What that changes comes to the page as every change does (`pages.live`).

A refused transfer is told in place: by which rule, why, and the ways that are allowed, a key each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from hanvisa.policy.facts import CodeAction
from hanvisa.policy.model import AlternativeKind, Text
from hanvisa.web.api.presence import PresenceShown
from hanvisa.web.middleware import TELLER, Teller
from hanvisa.web.pages.asking import place
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.switchboard.finding import current, presence_of
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.pages.writing import number
from hanvisa.web.problems import CONFLICT, Problem
from hanvisa.web.roles import Action

SENT_ON = "sent-on"
"""The event that says to the page that the caller is in other hands: the next search begins."""


async def answer(page: Page) -> web.StreamResponse:
    """Who is talked to is put on hold first."""
    await _hold_first(page)
    await page.api.send("POST", f"/live/calls/{page.request.match_info['call']}/answer")
    return await done(page, gettext("Your phone rings, or answers by itself."))


async def do(page: Page) -> web.StreamResponse:
    """What the API does with a call and nothing more is to be said of."""
    call, wish = page.request.match_info["call"], page.request.match_info["wish"]
    await page.api.send("POST", f"/live/calls/{call}/{wish}")
    return await done(page, "")


async def join(page: Page) -> web.StreamResponse:
    """The caller and whom one has rung."""
    consultation = (await page.form()).get("consultation", "")
    asks = await current(page, consultation)
    rung = asks.other if asks else None
    transfer = _Transfer(
        page.request.match_info["call"],
        rung.number if rung else "",
        name=rung.person.name if rung and rung.person else "",
        consultation=consultation,
    )
    return await _put_through(page, transfer)


async def hand_over(page: Page) -> web.StreamResponse:
    form = await page.form()
    call = page.request.match_info["call"]
    await page.api.send("POST", f"/live/calls/{call}/handover", {"operator": form.get("operator")})
    return await done(page, gettext("Handed over."), SENT_ON)


async def transfer(page: Page) -> web.StreamResponse:
    form = await page.form()
    is_past_referral = "past_referral" in form
    transfer = _Transfer(
        _call(form), form.get("to", ""), form.get("person", ""), is_past_referral=is_past_referral
    )
    return await _put_through(page, transfer)


async def park(page: Page) -> web.StreamResponse:
    form = await page.form()
    codes = (await page.api.get("/codes", limit=200)).items
    code = next((one.code for one in codes if one.action is CodeAction.PARK), None)
    if code is None:
        raise Problem(
            CONFLICT, Text(sv="Ingen kod parkerar samtal.", en="There is no code that parks callers.")
        )
    transfer = _Transfer(_call(form), f"{code}*{form.get('to', '')}")
    return await _put_through(page, transfer, gettext("Parked."))


async def message(page: Page) -> web.StreamResponse:
    """The caller leaves a message for the person."""
    form = await page.form()
    await page.api.send("POST", f"/live/calls/{_call(form)}/message", {"person": form.get("person")})
    return await done(page, gettext("The caller leaves a message."), SENT_ON)


async def ring(page: Page) -> web.StreamResponse:
    """From one's own phone. Who is talked to is put on hold first."""
    form = await page.form()
    await _hold_first(page)
    await page.api.send("POST", "/live/calls", {"to": form.get("to", "")})
    return await done(page, gettext("Your phone rings, or answers by itself."))


async def grant(page: Page) -> web.StreamResponse:
    """An exception on the spot, and the transfer that it is for: again too, where that had failed."""
    form = await page.form()
    person, to = form.get("person", ""), form.get("to", "")
    scope = {"kind": "person", "id": person} if person else {"kind": "number", "number": to}
    exception = {"scope": scope, "reason": form.get("reason", "")}
    try:
        await page.api.send("POST", f"/live/calls/{_call(form)}/exception", exception)
    except Problem as problem:
        if (
            problem.kind is not CONFLICT
        ):  # it is there already: whether it lets through still is the transfer's to say
            raise
    return await _put_through(page, _Transfer(_call(form), to, person))


async def flag(page: Page) -> web.StreamResponse:
    await page.api.send("POST", f"/persons/{page.request.match_info['id']}/flags", {})
    return await done(page, gettext("Flagged: the details will be looked at."))


async def set_state(page: Page) -> web.StreamResponse:
    form = await page.form()
    path = f"/operators/{page.api.who.person_id}/state"
    await page.api.send("POST", path, {"state": form.get("state")})
    return await done(page, "")


async def acknowledge(page: Page) -> web.StreamResponse:
    """As it stood on the page: one that has changed since is to be read again."""
    path = f"/notices/{page.request.match_info['id']}/acknowledge"
    await page.api.send("POST", path, if_match=f'"{(await page.form()).get("version", "")}"')
    return await done(page, "")


@dataclass(frozen=True, slots=True)
class _Transfer:
    """``to`` is a number. ``person`` is who is sought, where that is known, and ``name`` who has been rung.

    ``consultation`` is one's own call to them, to whom the caller is joined.
    """

    call: str
    to: str
    person: str = ""
    name: str = ""
    is_past_referral: bool = False
    consultation: str = ""

    @property
    def body(self) -> Mapping[str, Any]:
        if self.consultation:
            return {"consultation": self.consultation}
        return {"to": self.to, "past_referral": self.is_past_referral}

    def whom(self, presence: PresenceShown | None) -> str:
        return presence.person.name if presence else self.name or number(self.to)


async def _put_through(page: Page, transfer: _Transfer, said: str = "") -> web.StreamResponse:
    presence = await presence_of(page, transfer.person) if transfer.person else None
    page.request[TELLER] = Teller(partial(_told_in_place, page, transfer, presence))
    await page.api.send("POST", f"/live/calls/{transfer.call}/transfer", transfer.body)
    said = said or gettext("Put through to %(name)s.") % {"name": transfer.whom(presence)}
    return await done(page, said, SENT_ON)


def _told_in_place(
    page: Page, transfer: _Transfer, presence: PresenceShown | None, problem: Problem
) -> web.Response:
    numbers = {one.kind: one.number for one in problem.alternatives}
    return page.show(
        "switchboard/refused.html",
        status=problem.kind.status,
        headers=problem.headers,
        problem=problem,
        transfer=transfer,
        whom=transfer.whom(presence),
        presence=presence,
        direct=numbers.get(AlternativeKind.GIVE_DIRECT_NUMBER),
        mobile=numbers.get(AlternativeKind.TELL_MOBILE_NUMBER),
        takes_message=AlternativeKind.TAKE_MESSAGE in numbers,
        on_the_spot="O2" in problem.rules[:1]
        and not transfer.consultation  # which has been decided, and is up
        and page.api.may(Action.GRANT_ON_THE_SPOT)
        and page.api.services.settings.exceptions_on_the_spot,
    )


def _call(form: Mapping[str, str]) -> str:
    """The caller at hand. Raises Problem when there is none."""
    call = form.get("call", "")
    if not call:
        raise Problem(
            CONFLICT, Text(sv="Du har ingen som ringer just nu.", en="You have no caller just now.")
        )
    return place(call)


async def _hold_first(page: Page) -> None:
    call = await current(page, (await page.form()).get("call", ""))
    if call is not None and call.other is not None and not call.held:
        await page.api.send("POST", f"/live/calls/{call.id}/hold")


async def done(page: Page, said: str, event: str = "") -> web.StreamResponse:
    """What is said of it. A part that came along might be older than what the page has been sent meanwhile."""
    headers = {"HX-Trigger-After-Settle": event} if event else {}
    return page.show("switchboard/done.html", headers=headers, said=said)


_CALL = "/switchboard/calls/{call:[A-Za-z0-9._-]+}"
_ID = "{id:[0-9a-f-]{36}}"
VIEWS = (
    View("POST", f"{_CALL}/answer", Action.ATTEND, answer),
    View("POST", f"{_CALL}/join", Action.ATTEND, join),
    View("POST", f"{_CALL}/handover", Action.ATTEND, hand_over),
    View(
        "POST", f"{_CALL}/{{wish:hold|retrieve|queue|confidential|takeback|threat|hangup}}", Action.ATTEND, do
    ),
    View("POST", "/switchboard/transfer", Action.ATTEND, transfer),
    View("POST", "/switchboard/park", Action.ATTEND, park),
    View("POST", "/switchboard/message", Action.ATTEND, message),
    View("POST", "/switchboard/ring", Action.ATTEND, ring),
    View("POST", "/switchboard/exception", Action.GRANT_ON_THE_SPOT, grant),
    View("POST", f"/switchboard/persons/{_ID}/flag", Action.FLAG_DETAILS, flag),
    View("POST", "/switchboard/state", Action.SET_OPERATORS, set_state),
    View("POST", f"/switchboard/notices/{_ID}/read", Action.ACKNOWLEDGE_NOTICES, acknowledge),
)
