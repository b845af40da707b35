"""The page on which persons confirm their details (S2): opened by a link, confirmed by a button and by nothing else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from aiohttp import ClientResponse

from hanvisa.directory.repositories.details import DetailsRequests
from hanvisa.policy.details import DetailsLetter
from unit.web.town import NOW, Town, answer, id_of

SKOLA, SIV, ANNA = (str(id_of(name)) for name in ("Skola", "siv", "anna"))
_VERSION = re.compile(r'name="version" value="(\d+)"')


@pytest.fixture
async def link(town: Town) -> str:
    """Anna's."""
    return f"/details/{(await sent(town)).token}"


async def sent(town: Town, name: str = "anna") -> DetailsLetter:
    requests = DetailsRequests(town.database, town.clock.now, lambda: 180, 30)
    (letter,) = [one for one in await requests.owed() if one.person_id == id_of(name)]
    await requests.sent(letter)
    return letter


async def looks(town: Town, link: str, language: str = "sv", status: int = 200) -> str:
    response = await town.client.get(link, headers={"Accept-Language": language})
    return await page(response, status)


async def presses(town: Town, link: str, version: str, status: int = 200) -> str:
    return await page(await town.client.post(link, data={"version": version}), status)


async def page(response: ClientResponse, status: int) -> str:
    text = await response.text()
    assert (response.status, response.content_type) == (status, "text/html"), text
    assert "form-action 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"
    return text


def version_in(text: str) -> str:
    found = _VERSION.search(text)
    assert found
    return found[1]


async def confirmed_at(town: Town, person: str = ANNA) -> str | None:
    told: str | None = (await town.get(f"/persons/{person}"))["details_confirmed_at"]
    return told


async def test_to_look_confirms_nothing_and_to_press_does_once(town: Town, link: str) -> None:
    for method in ("GET", "HEAD"):
        assert (await town.client.request(method, link)).status == 200
    assert await confirmed_at(town) is None
    shown = await looks(town, link)
    assert "Stämmer dina uppgifter?" in shown
    for told in ("Anna Berg", "rektor", "Kyrkskolan", "Hällefors kommun", "+46980319201"):
        assert told in shown
    assert "Thank you" in await presses(town, link, version_in(shown))
    assert await confirmed_at(town) == "2026-08-05T10:00:00+02:00"
    assert not (await town.get(f"/persons/{ANNA}"))["details_stale"]
    await looks(town, link, status=404)
    await presses(town, link, "1", 404)


async def test_it_is_in_english_too_and_says_whom_to_tell_of_what_is_wrong(town: Town, link: str) -> None:
    assert "Tell the operators" in await looks(town, link, "en")
    body = {"telephone_manager": SIV}
    await answer(await town.ask("PATCH", f"/operations/{SKOLA}", body, if_match="*"), 200)
    assert "Tell Siv Åkerström, who is the telephone manager." in await looks(town, link, "en")


async def test_what_has_changed_since_it_was_looked_at_is_shown_again(town: Town, link: str) -> None:
    before = version_in(await looks(town, link))
    title = {"title": "<b>rektor</b>"}
    await answer(await town.ask("PATCH", f"/persons/{ANNA}", title, if_match="*"), 200)
    again = await presses(town, link, before, 409)
    assert "&lt;b&gt;rektor&lt;/b&gt;" in again
    assert await confirmed_at(town) is None
    await presses(town, link, "no number", 409)
    await presses(town, link, version_in(again))
    assert await confirmed_at(town) is not None


async def test_a_protected_persons_number_is_not_on_it(town: Town) -> None:
    letter = await sent(town, "hemlig")
    assert "+46" not in await looks(town, f"/details/{letter.token}")


async def test_a_link_that_has_ended_or_never_was_is_good_for_nothing(town: Town, link: str) -> None:
    await looks(town, "/details/nothing", status=404)
    version = version_in(await looks(town, link))
    town.clock.advance(timedelta(days=30))
    await looks(town, link, status=404)
    await presses(town, link, version, 404)
    assert await confirmed_at(town) is None


async def test_it_opens_nothing_else(town: Town, link: str) -> None:
    token = link.rsplit("/", 1)[1]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await town.client.get("/api/v1/persons", headers=headers)).status == 401
    letter = await sent(town, "siv")
    assert (letter.address, letter.ends_at) == ("siv@kommunen.test", NOW + timedelta(days=30))
