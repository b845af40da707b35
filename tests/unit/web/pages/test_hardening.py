"""What holds for every page: changes are meant, links lead where they should, and what is wrong is told in words."""

from __future__ import annotations

import re

import pytest

from hanvisa.web.pages import VIEWS
from hanvisa.web.pages.view import SIGN_IN
from unit.web.pages.visiting import PASSWORD, Visitor
from unit.web.town import Town, answer, id_of

OPEN = {SIGN_IN, "/language"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
LED_HERE = BROWSER | {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}


@pytest.fixture
async def anna(town: Town) -> Visitor:
    anna = await Visitor.known(town, "anna", {"role": "admin"})
    await anna.signs_in()
    return anna


async def test_no_change_is_made_without_what_no_other_site_can_know(anna: Visitor) -> None:
    changes = [view for view in VIEWS if view.method != "GET" and view.path not in OPEN]
    assert len(changes) > 10
    for view in changes:
        one_of = re.sub(r"\{\w+:([a-z]+)\|[^}]*\}", r"\1", view.path)
        path = re.sub(r"\{\w+(:[^/]*)?\}", str(id_of("anna")), one_of)
        for token in ({}, {"X-CSRF-Token": "wrong"}):
            told = await anna.town.client.request(view.method, path, headers=token, allow_redirects=False)
            assert told.status == 403, (view.method, path, told.status)
            assert "Kanske inte menat" in await told.text(), (view.method, path)


@pytest.mark.parametrize("path", ["/nothing-here", "/me/nothing-here", "/static/0/nothing.css"])
async def test_what_is_not_there_is_told_in_words_to_who_looks_with_a_browser(town: Town, path: str) -> None:
    told = await town.client.get(path, headers=BROWSER)
    assert (told.status, told.content_type) == (404, "text/html")
    page = await told.text()
    assert "Adressen är felskriven, eller så är det som fanns där borta." in page
    assert "/api/docs" not in page
    assert "Till första sidan" in page
    programs = await town.client.get(path)
    assert programs.content_type == "application/problem+json"


async def test_below_api_problems_stay_what_programs_read(town: Town) -> None:
    told = await town.client.get("/api/v1/nothing", headers=BROWSER)
    assert (told.status, told.content_type) == (404, "application/problem+json")


async def test_a_fault_of_ours_is_told_in_words_with_its_reference(
    anna: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("hanvisa.web.pages.me.absence.section", broken)
    told = await anna.get("/me", BROWSER)
    assert (told.status, told.content_type) == (500, "text/html")
    page = await told.text()
    assert "Något gick fel hos oss" in page
    assert re.search(r"Referens: [0-9a-f]{12}\.", page)
    assert "ZeroDivisionError" not in page


async def test_a_link_in_a_mail_opens_the_page_for_who_has_signed_in(anna: Visitor) -> None:
    """The browser keeps our cookie back when another site leads here, and sends it when we do."""
    jar = anna.town.client.session.cookie_jar
    cookies = {cookie.key: cookie.value for cookie in jar}
    jar.clear()
    led = await anna.get("/me?week=2026-08-10", LED_HERE)
    assert led.status == 200
    assert 'content="0;url=/me?week=2026-08-10"' in await led.text()
    jar.update_cookies(cookies, anna.town.client.make_url("/"))
    assert "Vecka 33" in await anna.page("/me?week=2026-08-10")


async def test_a_link_leads_to_its_page_by_way_of_the_password(town: Town) -> None:
    siv = await Visitor.known(town, "siv")
    asked = await siv.get("/me?week=2026-08-10", BROWSER)
    assert asked.headers["Location"] == "/sign-in?to=/me%3Fweek%3D2026-08-10"
    came = await siv.post("/sign-in", name=siv.name, password=PASSWORD, to="/me?week=2026-08-10")
    assert "Vecka 33" in await siv.page(came.headers["Location"])


async def test_where_one_is_signed_in_is_shown_and_ended_everywhere(anna: Visitor) -> None:
    page = await anna.page("/me/sign-ins")
    assert "sedan idag 10:00" in page
    assert "från 127.0.0.1" in page
    headers = {"X-CSRF-Token": await anna.csrf(), "HX-Request": "true"}
    out = await anna.town.client.delete("/me/sign-ins", headers=headers)
    assert (out.status, out.headers["HX-Redirect"]) == (204, "/sign-in")
    assert (await anna.get("/me/sign-ins")).status == 303


async def test_each_place_one_is_signed_in_is_ended_by_itself(anna: Visitor) -> None:
    jar = anna.town.client.session.cookie_jar
    mine = {cookie.key: cookie.value for cookie in jar}
    jar.clear()
    await anna.signs_in()
    other, this = (
        one["id"]
        for one in sorted(
            (await answer(await anna.get("/api/v1/sessions"), 200))["items"], key=lambda one: one["this"]
        )
    )
    headers = {"X-CSRF-Token": await anna.csrf(), "HX-Request": "true"}
    page = await anna.page("/me/sign-ins")
    assert all(f'hx-delete="/me/sign-ins/{one}"' in page for one in (other, this))
    out = await anna.town.client.delete(f"/me/sign-ins/{other}", headers=headers)
    part = await out.text()
    assert out.status == 200
    assert "Du är utloggad där." in part
    assert other not in part
    assert this in part
    out = await anna.town.client.delete(f"/me/sign-ins/{this}", headers=headers)
    assert (out.status, out.headers["HX-Redirect"]) == (204, "/sign-in")
    assert (await anna.get("/me/sign-ins")).status == 303
    jar.update_cookies(mine, anna.town.client.make_url("/"))
    assert (await anna.get("/me/sign-ins")).status == 303


async def test_a_password_is_changed_by_who_knows_it(anna: Visitor) -> None:
    headers = {"X-CSRF-Token": await anna.csrf(), "HX-Request": "true"}
    wrong = await anna.post("/me/password", headers, old="wrong", password="a new one for everybody")
    assert (wrong.status, wrong.headers["HX-Retarget"]) == (401, "#problem")
    done = await anna.post("/me/password", headers, old=PASSWORD, password="a new one for everybody")
    assert done.headers["HX-Redirect"] == "/me/sign-ins?changed=yes"
    assert "Lösenordet är bytt" in await anna.page("/me/sign-ins?changed=yes")


async def test_an_account_that_is_nobodys_has_its_sign_ins_only(town: Town) -> None:
    user = {"name": "machine", "password": PASSWORD, "roles": [{"role": "admin"}]}
    assert (await town.ask("POST", "/users", user)).status == 201
    machine = Visitor(town, "machine")
    await machine.signs_in()
    assert (await machine.get("/me")).headers["Location"] == "/me/sign-ins"
    assert "hör inte till någon person" in await (await machine.get("/me/week")).text()
