"""What is the same in many consoles is asked for once and made once; what is somebody's own is not shared."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiohttp.test_utils import make_mocked_request

from hanvisa.policy.model import Language
from hanvisa.web.pages.asking import Api
from hanvisa.web.pages.live.sharing import Last, Round
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.switchboard.parts import PARTS
from hanvisa.web.principals import Principal
from hanvisa.web.roles import Assignment, Role
from hanvisa.web.services import SERVICES
from unit.web.pages.test_switchboard import CALL, WAITS
from unit.web.town import HEMLIG_MOBILE, Town, id_of

OPERATOR = Assignment(Role.OPERATOR), Assignment(Role.PERSON)


def page_of(town: Town, person: str, *roles: Assignment, language: Language = Language.SV) -> Page:
    who = Principal(id_of(f"user {person}"), person, id_of(person), roles or OPERATOR)
    request = make_mocked_request("GET", "/switchboard/events", app=town.client.app)
    return Page(request, Api(town.client.app[SERVICES], who, language, None))


async def test_who_may_see_the_same_is_answered_the_same_and_others_are_not(town: Town) -> None:
    town.live.up = [replace(CALL, caller=replace(CALL.caller, number=HEMLIG_MOBILE))]
    one_round = Round()

    async def calls(person: str, *roles: Assignment) -> object:
        return await one_round.page(page_of(town, person, *roles), {}).api.get("/live/calls")

    olle = await calls("olle")
    assert await calls("anna") is olle
    assert await calls("olle", Assignment(Role.ADMIN)) != olle
    assert await calls("hemlig") != olle, "their own protected number is told to nobody else"


@pytest.mark.parametrize("name", PARTS)
async def test_each_console_has_what_it_would_have_alone(town: Town, name: str) -> None:
    town.live.up = [CALL, replace(WAITS, rings=(id_of("anna"),))]
    one_round = Round()
    for language in Language:
        for person in ("olle", "anna", "siv", "hemlig", "nils"):
            page = page_of(town, person, language=language)
            shared = await PARTS[name].render(one_round.page(page, {}))
            assert shared == await PARTS[name].render(page)


async def test_what_is_made_of_the_same_is_made_once(town: Town) -> None:
    town.live.up = [WAITS]
    one_round = Round()
    made = [await PARTS["waiting"].render(one_round.page(page_of(town, who), {})) for who in ("olle", "anna")]
    assert made[0] is made[1]


async def test_a_console_whose_values_are_the_same_is_shown_what_was_made_before(town: Town) -> None:
    """Two hundred look whether their own state has changed when one of them pauses."""
    page = page_of(town, "olle")
    last: Last = {}

    async def made() -> str:
        return await PARTS["me"].render(Round().page(page, last))

    before = await made()
    assert await made() is before
    await page.api.send("POST", f"/operators/{id_of('olle')}/state", {"state": "paused"})
    paused = await made()
    assert paused != before
    assert paused == await PARTS["me"].render(page)
