"""Signing in on the page, out again, and coming back to where one was going."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from hanvisa.config import Settings
from hanvisa.web.origin import is_from_here
from unit.web.pages.visiting import PASSWORD, Visitor
from unit.web.town import Town

STRANGE = ("//evil.test/", "https://evil.test/", "/\\evil.test", "javascript:alert(1)", "/\n/evil")


@pytest.fixture
async def anna(town: Town) -> Visitor:
    return await Visitor.known(town, "anna")


async def test_who_is_not_known_is_asked_to_sign_in_and_brought_back_to_where_they_went(
    anna: Visitor,
) -> None:
    asked = await anna.get("/?from=a%20link")
    assert (asked.status, asked.headers["Location"]) == (303, "/sign-in?to=/%3Ffrom%3Da%2520link")
    form = await anna.page(asked.headers["Location"])
    assert '<input type="hidden" name="to" value="/?from=a%20link">' in form
    came = await anna.post("/sign-in", name=anna.name, password=PASSWORD, to="/?from=a%20link")
    assert (came.status, came.headers["Location"]) == (303, "/?from=a%20link")
    assert "HttpOnly; SameSite=Strict" in came.headers["Set-Cookie"]


@pytest.mark.parametrize("to", STRANGE)
async def test_nobody_is_sent_on_to_another_site(anna: Visitor, to: str) -> None:
    came = await anna.post("/sign-in", name=anna.name, password=PASSWORD, to=to)
    assert (came.status, came.headers["Location"]) == (303, "/")


async def test_a_wrong_password_is_told_in_the_form_which_keeps_the_name_and_the_refusal(
    anna: Visitor, town: Town
) -> None:
    told = await anna.post("/sign-in", name=anna.name, password="wrong")
    page = await told.text()
    assert told.status == 401
    assert "Namnet eller lösenordet är fel." in page
    assert f'value="{anna.name}"' in page
    [refusal] = await town.refusals()
    assert (refusal.after or {})["claimed"] == anna.name


async def test_a_form_of_another_site_signs_nobody_in(anna: Visitor) -> None:
    told = await anna.post("/sign-in", {"Origin": "https://evil.test"}, name=anna.name, password=PASSWORD)
    assert told.status == 403
    assert "Set-Cookie" not in told.headers
    told = await anna.post("/language", {"Origin": "https://evil.test"}, language="en")
    assert told.status == 403
    assert "Set-Cookie" not in told.headers


@pytest.mark.parametrize(
    ("sent_from", "ours"),
    [
        ("https://telefoni.test", True),
        ("https://telefoni.test:8443", True),
        ("http://telefoni.test:8443", False),
        ("https://evil.test", False),
        ("null", False),
    ],
)
def test_where_it_is_encrypted_a_page_that_is_not_is_none_of_ours(sent_from: str, *, ours: bool) -> None:
    settings = Settings(web_url="https://telefoni.test")
    headers = {"Host": "telefoni.test:8443", "Origin": sent_from}
    assert is_from_here(make_mocked_request("POST", "/sign-in", headers=headers), settings) is ours


async def test_who_signs_out_is_out(anna: Visitor) -> None:
    await anna.signs_in()
    csrf = await anna.csrf()
    assert (await anna.post("/sign-out")).status == 403, "another site might ask for it"
    out = await anna.post("/sign-out", {"X-CSRF-Token": csrf, "HX-Request": "true"})
    assert (out.status, out.headers["HX-Redirect"]) == (204, "/sign-in")
    assert (await anna.get("/")).headers["Location"] == "/sign-in?to=/"


async def test_a_part_of_a_page_that_is_asked_for_too_late_leads_to_the_sign_in_and_back(
    anna: Visitor,
) -> None:
    came = await anna.get("/", {"HX-Request": "true", "HX-Current-URL": f"{anna.base}/somewhere?x=1"})
    assert (came.status, came.headers["HX-Redirect"]) == (204, "/sign-in?to=/somewhere%3Fx%3D1")


async def test_the_pages_are_swedish_and_by_choice_english(anna: Visitor) -> None:
    assert '<html lang="sv"' in await anna.page("/sign-in")
    chosen = await anna.post("/language", language="en", to="/sign-in")
    assert (chosen.status, chosen.headers["Location"]) == (303, "/sign-in")
    assert "Password" in await anna.page("/sign-in")


async def test_a_page_is_never_kept_or_framed_and_runs_only_our_own_scripts(anna: Visitor) -> None:
    answer = await anna.get("/sign-in")
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(
        policy
    )
    page = await answer.text()
    assert "<style" not in page
    assert "onclick" not in page
    assert "<script>" not in page


async def test_what_the_pages_need_is_here_and_kept_for_ever(anna: Visitor) -> None:
    page = await anna.page("/sign-in")
    addresses = [part.partition('"')[0] for part in page.split('="/static/')[1:]]
    assert len(addresses) >= 5
    for address in addresses:
        answer = await anna.get(f"/static/{address}")
        assert answer.status == 200, address
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (await anna.get("/static/0123456789abcdef/hanvisa.css")).status == 404
