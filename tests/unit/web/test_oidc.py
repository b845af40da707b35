"""Signing in elsewhere, with a real provider on loopback: by code and PKCE, and everything that may be wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from joserfc.jwk import RSAKey

from hanvisa.config import Settings
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.repositories.audit import Audit
from hanvisa.directory.repositories.users import UserFields, Users
from hanvisa.errors import ConfigurationError
from hanvisa.web import oidc, signing_in_elsewhere
from hanvisa.web.oidc import Flow, open_client
from unit.web.provider import CALLBACK, CLIENT, WORD, Provider, serving
from unit.web.town import Town, answer, id_of, problem

START, BACK, SESSION = "/api/v1/session/oidc", "/api/v1/session/oidc/callback", "/api/v1/session"


@pytest.fixture
def provider() -> Iterator[Provider]:
    siv = {"email": "siv@kommunen.test", "email_verified": True, "preferred_username": "siv.a"}
    with serving(Provider(people={"0815": siv})) as served:
        yield served


@pytest.fixture
def claim() -> str:
    return "preferred_username"


@pytest.fixture
def settings(tmp_path: Path, provider: Provider, claim: str) -> Settings:
    return Settings(
        state=tmp_path,
        web_url="https://telefoni.test",
        oidc_issuer=provider.issuer,
        oidc_client=CLIENT,
        oidc_password=WORD,
        oidc_claim=claim,
    )


@pytest.fixture
async def siv(town: Town) -> None:
    await Users(town.database).create(UserFields("siv.a", id_of("siv")), None, SYSTEM)


class Browser:
    """Somebody's browser: it keeps the cookies that our https address sets, and is sent from one to the other."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.cookies: dict[str, str] = {}

    async def get(self, path: str) -> aiohttp.ClientResponse:
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        self.town.client.session.cookie_jar.clear()
        response = await self.town.client.get(path, headers=cookies, allow_redirects=False)
        self.cookies |= {name: cookie.value for name, cookie in response.cookies.items()}
        return response

    async def goes(self, to: str = "/") -> str:
        """The address at the provider."""
        response = await self.get(f"{START}?to={to}")
        assert response.status == 302, await response.text()
        return response.headers["Location"]

    async def signs_in_there(self, address: str, user: str = "0815") -> str:
        """Where the provider sends them back to, below our own address."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(address, data={"user": user}, allow_redirects=False) as response,
        ):
            back = response.headers["Location"]
        assert back.startswith(CALLBACK)
        return f"{BACK}?{urlsplit(back).query}"

    async def signs_in(self) -> aiohttp.ClientResponse:
        return await self.get(await self.signs_in_there(await self.goes()))


async def test_who_has_signed_in_there_has_a_session_here(town: Town, siv: None) -> None:
    browser = Browser(town)
    address = await browser.goes("/telefonister?dag=1")
    asked = parse_qs(urlsplit(address).query)
    assert asked["redirect_uri"] == [CALLBACK]
    assert asked["code_challenge_method"] == ["S256"]
    response = await browser.get(await browser.signs_in_there(address))
    assert response.status == 200
    assert 'content="0;url=/telefonister?dag=1"' in await response.text()
    cookies = response.headers.getall("Set-Cookie")
    [begun] = [one for one in cookies if "SameSite=Strict; Secure" in one]
    assert begun.startswith("__Host-hanvisa_session=")
    body = await answer(await browser.get(SESSION), 200)
    assert (body["name"], body["person"]["name"]) == ("siv.a", "Siv Åkerström")
    [entry] = await Audit(town.database).list(table="sessions")
    assert (entry.by, entry.address) == ("siv.a", "127.0.0.1")


async def test_the_page_that_was_asked_for_opens_when_one_has_signed_in_there(town: Town, siv: None) -> None:
    browser, page = Browser(town), "/me?week=2026-08-10"
    asked = await browser.get(page)
    form = await (await browser.get(asked.headers["Location"])).text()
    [start] = re.findall(rf'href="({START}[^"]*)"', form)
    there = await browser.get(unescape(start))
    back = await browser.signs_in_there(there.headers["Location"])
    assert f'content="0;url={page}"' in await (await browser.get(back)).text()
    opened = await browser.get(page)
    assert opened.status == 200
    assert "Vecka 33" in await opened.text()


async def test_keys_come_in_as_many_parts_as_they_like_and_not_without_end(
    town: Town, siv: None, provider: Provider
) -> None:
    provider.more_with_keys = 900_000  # more than comes at once
    assert (await Browser(town).signs_in()).status == 200
    provider.more_with_keys = 1_100_000
    refused = await problem(await Browser(town).signs_in(), 503)
    assert refused["detail"] == "The provider can't be used: its answer is longer than 1048576 bytes."


async def test_an_answer_is_taken_once_and_from_whom_it_was_asked(town: Town, siv: None) -> None:
    browser, other = Browser(town), Browser(town)
    back = await browser.signs_in_there(await browser.goes())
    await other.goes()
    for who in (Browser(town), other):  # without the cookie, and with one's own
        await problem(await who.get(back), 401)
    assert (await browser.get(back)).status == 200
    await problem(await browser.get(back), 401)
    [refused] = await town.refusals()
    assert refused.after is not None
    assert (refused.after["error_id"], refused.after["times"]) == ("sign-in-failed", 3)


async def test_a_stolen_code_is_of_no_use_in_another_browser(town: Town, siv: None) -> None:
    """PKCE: the thief has a flow of their own, with its state, and Siv's code."""
    browser, thief = Browser(town), Browser(town)
    stolen = parse_qs(urlsplit(await browser.signs_in_there(await browser.goes())).query)["code"][0]
    own = parse_qs(urlsplit(await thief.goes()).query)["state"][0]
    refused = await problem(await thief.get(f"{BACK}?code={stolen}&state={own}"), 401)
    assert refused["detail"] == "The provider refuses: invalid_grant."


async def test_who_says_no_there_is_told_so(town: Town) -> None:
    browser = Browser(town)
    refused = await problem(await browser.get(await browser.signs_in_there(await browser.goes(), "")), 401)
    assert refused["detail"] == "The provider refuses: access_denied."


@pytest.mark.parametrize(
    ("lies", "part"),
    [
        ({"iss": "https://annan.test"}, "won't do: invalid_claim: Invalid claim: 'iss'"),
        ({"aud": ["annan"]}, "won't do: invalid_claim: Invalid claim: 'aud'"),
        ({"aud": [CLIENT, "annan"], "azp": "annan"}, "for somebody else"),
        ({"nonce": "annan"}, "won't do: invalid_claim: Invalid claim: 'nonce'"),
        ({"exp": 1}, "won't do: expired_token"),
        ({"iat": 9999999999}, "won't do: invalid_claim: The token was issued in the future"),
        ({"preferred_username": ""}, "says nothing of"),
        ({"preferred_username": None}, "says nothing of"),
        ({"preferred_username": "ingen"}, "“ingen” has no account here"),
    ],
    ids=str,
)
async def test_an_id_token_that_is_not_for_us_lets_nobody_in(
    town: Town, siv: None, provider: Provider, lies: dict[str, Any], part: str
) -> None:
    provider.lies = lies
    browser = Browser(town)
    refused = await problem(await browser.signs_in(), 401)
    assert refused["error_id"] == "sign-in-failed"
    assert part in refused["detail"]
    await problem(await browser.get(SESSION), 401)


async def test_an_id_token_that_the_provider_has_not_signed_lets_nobody_in(
    town: Town, siv: None, provider: Provider
) -> None:
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "1"})
    refused = await problem(await Browser(town).signs_in(), 401)
    assert "won't do: bad_signature" in refused["detail"]
    provider.unsigned = True
    refused = await problem(await Browser(town).signs_in(), 401)
    assert "won't do: unsupported_algorithm" in refused["detail"]


@pytest.mark.parametrize("claim", ["email"])
async def test_a_verified_address_is_an_accounts_name(town: Town, provider: Provider) -> None:
    users = Users(town.database)
    made = await users.create(UserFields("siv@kommunen.test", id_of("siv")), None, SYSTEM)
    provider.lies = {"email_verified": False}
    refused = await problem(await Browser(town).signs_in(), 401)
    assert refused["detail"] == "The provider has not verified the mail address."
    provider.lies = {}
    browser = Browser(town)
    assert (await browser.signs_in()).status == 200
    body = await answer(await browser.get(SESSION), 200)
    assert (body["person"]["name"], body["roles"]) == ("Siv Åkerström", [])
    await answer(await browser.get("/api/v1/absences"), 200)  # has the role person
    await users.end(made.id, datetime.now(UTC), None, SYSTEM)
    refused = await problem(await Browser(town).signs_in(), 401)
    assert "“siv@kommunen.test” has no account here" in refused["detail"]
    assert [one.id for one in await users.list(ended=True, words="@kommunen.test")] == [made.id]


@pytest.mark.parametrize("claim", ["email"])
async def test_an_address_in_the_register_lets_nobody_in_for_many_may_change_it(
    town: Town, provider: Provider
) -> None:
    await Users(town.database).create(UserFields("nils.o", id_of("nils")), None, SYSTEM)
    provider.lies = {"email": "nils@kommunen.test"}  # the address that somebody has given him
    refused = await problem(await Browser(town).signs_in(), 401)
    assert "“nils@kommunen.test” has no account here" in refused["detail"]


@pytest.mark.parametrize("to", ["https://annan.test", "//annan.test", "/\\annan.test", "", "/ö"])
async def test_a_sign_in_ends_here_and_nowhere_else(town: Town, to: str) -> None:
    response = await town.client.get(START, params={"to": to}, allow_redirects=False)
    await problem(response, 401)


async def test_a_provider_that_is_another_or_does_not_answer_is_told_of(
    town: Town, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.says_issuer = "https://annan.test"
    told = await problem(await Browser(town).get(START), 503)
    assert told["detail"] == "The provider can't be used: its issuer is https://annan.test."
    monkeypatch.setattr(oidc, "_DISCOVERY", "/nothing")
    await problem(await Browser(town).get(START), 503)
    browser = Browser(town)
    browser.cookies[f"__Host-{signing_in_elsewhere.FLOW}"] = f"x:{b'/'.hex()}"
    away = f"{BACK}?code=x&state={Flow('x').state}&iss=https://annan.test"
    assert (await problem(await browser.get(away), 401))["detail"] == "The answer belongs to another sign-in."


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"oidc_issuer": "http://annan.test", "oidc_client": CLIENT}, "must begin with https://"),
        ({"oidc_issuer": "https://annan.test"}, "HANVISA_OIDC_CLIENT"),
    ],
)
def test_a_provider_that_can_be_listened_to_is_not_used(settings: dict[str, str], part: str) -> None:
    with pytest.raises(ConfigurationError, match=part):
        open_client(Settings(**settings))
    assert open_client(Settings()) is None
