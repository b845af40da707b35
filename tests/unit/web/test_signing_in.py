"""Signing in with a password: the cookie, changes that are meant, wrong passwords, signing out."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import make_mocked_request
from argon2 import PasswordHasher
from multidict import CIMultiDict

from hanvisa.config import Settings
from hanvisa.directory.repositories.audit import Audit, AuditEntry, Refusal
from hanvisa.errors import StorageError
from hanvisa.lab.threads import none_to_spare
from hanvisa.web.auth import CSRF_HEADER
from hanvisa.web.cookies import SESSION, set_cookie
from hanvisa.web.origin import address_of
from hanvisa.web.passwords import Passwords
from hanvisa.web.principals import nobody
from hanvisa.web.problems import NOT_SIGNED_IN, TOO_MANY_TRIES, Kind, Problem
from hanvisa.web.refusals import STRANGERS, Strangers, keep_strangers
from hanvisa.web.services import SERVICES
from hanvisa.web.signing_in import prove
from unit.web.town import NOW, Town, answer, id_of, problem

PASSWORD = "korrekt häst batteri"  # noqa: S105 - of a made-up person
SIV = {"name": "siv", "password": PASSWORD}
PATH = "/api/v1/session"


@pytest.fixture
async def siv(town: Town) -> Any:
    """An account with a password, who is the person Siv and a head of the school."""
    scope = {"kind": "operation", "id": str(id_of("Skola"))}
    body = {**SIV, "person": str(id_of("siv")), "roles": [{"role": "head", "scope": scope}]}
    return await answer(await town.ask("POST", "/users", body), 201)


async def signs_in(town: Town, name: str = "siv", password: str = PASSWORD, **headers: str) -> ClientResponse:
    return await town.client.post(PATH, json={"name": name, "password": password}, headers=headers)


async def written(town: Town) -> list[AuditEntry]:
    return await Audit(town.database).list(action="refused")


async def test_a_cookie_is_set_that_no_script_reads_and_no_other_site_sends(town: Town, siv: Any) -> None:
    response = await signs_in(town)
    body = await answer(response, 201)
    cookie = response.cookies[SESSION]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    assert (cookie["max-age"], cookie["secure"]) == (str(12 * 3600), "")
    assert body["name"] == "siv"
    assert body["person"]["name"] == "Siv Åkerström"
    assert [role["role"] for role in body["roles"]] == ["head"]
    assert body["ends_at"] == (NOW + timedelta(hours=14)).replace(tzinfo=None).isoformat() + "+02:00"
    assert await answer(await town.client.get(PATH), 200) == body
    assert (await answer(await town.client.get("/api/v1/exceptions"), 200))["items"] == []


def test_over_https_the_cookie_is_of_this_host_and_encrypted() -> None:
    cookie = set_cookie(SESSION, "x", 60, Settings(web_url="https://telefoni.test/"))
    assert cookie.startswith(f"__Host-{SESSION}=x; Path=/; ")
    assert cookie.endswith("; Secure")


async def test_a_change_with_a_cookie_is_refused_unless_it_is_meant(town: Town, siv: Any) -> None:
    csrf = (await answer(await signs_in(town), 201))["csrf"]
    absence = {"person": str(id_of("siv")), "reason": "1", "ends_at": "2026-08-05T15:00:00+02:00"}
    for headers in ({}, {CSRF_HEADER: "ö"}, {CSRF_HEADER: csrf[:-1]}):
        response = await town.client.post("/api/v1/absences", json=absence, headers=headers)
        assert (await problem(response, 403))["error_id"] == "csrf"
    await answer(await town.client.post("/api/v1/absences", json=absence, headers={CSRF_HEADER: csrf}), 201)
    # A token is sent by nobody unawares.
    town.client.session.cookie_jar.clear()
    await answer(await town.ask("POST", "/absences", {**absence, "person": str(id_of("anna"))}), 201)


async def test_who_signs_out_is_out_at_once(town: Town, siv: Any) -> None:
    response = await signs_in(town)
    csrf = (await answer(response, 201))["csrf"]
    secret = response.cookies[SESSION].value
    response = await town.client.delete(PATH, headers={CSRF_HEADER: csrf})
    assert response.status == 204
    assert response.cookies[SESSION]["max-age"] == "0"
    response = await town.client.get(PATH, headers={"Cookie": f"{SESSION}={secret}"})
    assert (await problem(response, 401))["detail"] == "The session has ended."
    assert (await problem(await town.ask("DELETE", "/session"), 409))["error_id"] == "conflict"


async def test_a_session_has_an_end(town: Town, siv: Any) -> None:
    await answer(await signs_in(town), 201)
    for step in (*[timedelta(hours=1)] * 11, timedelta(hours=1) - timedelta(seconds=1)):
        town.clock.advance(step)
        await answer(await town.client.get(PATH), 200)
    town.clock.advance(timedelta(seconds=1))
    await problem(await town.client.get(PATH), 401)


async def test_a_session_is_no_token_and_a_token_no_session(town: Town, siv: Any) -> None:
    secret = (await signs_in(town)).cookies[SESSION].value
    town.client.session.cookie_jar.clear()
    headers = {"Authorization": f"Bearer {secret}"}
    await problem(await town.client.get(PATH, headers=headers), 401)
    headers = {"Cookie": f"{SESSION}={town.tokens['admin']}"}
    await problem(await town.client.get(PATH, headers=headers), 401)


@pytest.mark.parametrize(("name", "claimed"), [("siv", "siv"), ("korrekt häst batteri", None)])
async def test_a_wrong_password_and_a_name_that_is_not_there_are_refused_alike(
    town: Town, siv: Any, name: str, claimed: str | None
) -> None:
    refused = await problem(await signs_in(town, name, "fel"), 401)
    assert (refused["error_id"], refused["detail"]) == (
        "sign-in-failed",
        "The name or the password is wrong.",
    )
    [entry] = await town.refusals()
    assert (entry.by, entry.address, entry.row_id) == ("", "127.0.0.1", "POST /api/v1/session")
    assert entry.after is not None
    assert entry.after["status"] == 401
    # What is no user's name may be a password in the wrong field.
    assert entry.after.get("claimed") == claimed


async def test_an_account_without_a_password_lets_nobody_in(town: Town) -> None:
    for password in ("x", "nobody's", "None"):
        await problem(await signs_in(town, "admin", password), 401)
        town.clock.advance(timedelta(minutes=1))


async def test_wrong_passwords_cost_time_and_then_lock_and_a_right_one_begins_anew(
    town: Town, siv: Any
) -> None:
    for _ in range(3):
        await problem(await signs_in(town, password="fel"), 401)
    response = await signs_in(town)
    too_soon = await problem(response, 429)
    assert too_soon["error_id"] == "too-many-tries"
    assert response.headers["Retry-After"] == "1"
    assert too_soon["detail"].endswith("try again in 1 second.")
    town.clock.advance(timedelta(seconds=1))
    await answer(await signs_in(town), 201)
    for name in ("siv", "SIV", "Siv", "sIV", "siV", "siv", "SIV", "Siv", "sIV", "siV"):
        await problem(await signs_in(town, name, "fel"), 401)
        town.clock.advance(timedelta(seconds=64))
    response = await signs_in(town)
    assert (await problem(response, 429))["error_id"] == "too-many-tries"
    assert int(response.headers["Retry-After"]) == 900 - 64
    # Another account from the same address is not kept out.
    await answer(await town.ask("POST", "/users", {"name": "tor", "password": PASSWORD}), 201)
    await answer(await signs_in(town, "tor"), 201)
    # A new password opens the lock.
    town.client.session.cookie_jar.clear()
    body = {"password": "ett annat lösenord"}
    response = await town.ask("POST", f"/users/{siv['id']}/password", body, if_match="*")
    await answer(response, 200)
    await answer(await signs_in(town, password=body["password"]), 201)
    told = [one.after or {} for one in await town.refusals()]
    assert [one["times"] for one in told if one["status"] == 429] == [2]


async def test_all_addresses_of_an_ipv6_network_are_locked_as_one(town: Town) -> None:
    services = town.client.app[SERVICES]
    most = services.settings.sign_in_tries_address

    async def refused(address: str, name: str) -> Kind:
        with pytest.raises(Problem) as problem:
            await prove(services, name, "fel", address)
        return problem.value.kind

    for number in range(most):
        await refused(f"2001:db8:1:2::{number:x}", f"nobody {number}")
        town.clock.advance(timedelta(seconds=64))
    assert await refused("2001:db8:1:2:ffff::1", "nobody else") is TOO_MANY_TRIES
    assert await refused("2001:db8:1:3::1", "nobody else") is NOT_SIGNED_IN


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        ("", ["203.0.113.9, 198.51.100.7"], "192.0.2.1"),
        ("192.0.2.2", ["198.51.100.7"], "192.0.2.1"),
        ("192.0.2.2, 192.0.2.1", ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
        ("192.0.2.1", ["203.0.113.9", "198.51.100.7"], "198.51.100.7"),
        ("192.0.2.1", [""], "192.0.2.1"),
        ("192.0.2.1", [], "192.0.2.1"),
    ],
)
def test_the_address_is_the_one_that_a_trusted_proxy_says(
    proxies: str, forwarded: list[str], address: str
) -> None:
    headers = CIMultiDict(("X-Forwarded-For", line) for line in forwarded)
    request = make_mocked_request("GET", "/", headers=headers).clone(remote="192.0.2.1")
    assert address_of(request, Settings(web_proxies=proxies)) == address


async def test_ones_own_password_is_changed_by_who_knows_it_and_ends_all_sessions(
    town: Town, siv: Any
) -> None:
    first = await signs_in(town)
    elsewhere = {"Cookie": f"{SESSION}={first.cookies[SESSION].value}"}
    csrf = (await answer(await signs_in(town), 201))["csrf"]
    headers = {CSRF_HEADER: csrf}
    body = {"old": "fel", "password": "ett annat lösenord"}
    await problem(await town.client.post(f"{PATH}/password", json=body, headers=headers), 401)
    too_short = {"old": PASSWORD, "password": "kort"}
    await problem(await town.client.post(f"{PATH}/password", json=too_short, headers=headers), 422)
    body["old"] = PASSWORD
    response = await town.client.post(f"{PATH}/password", json=body, headers=headers)
    assert response.status == 204
    await answer(await town.client.get(PATH), 200)  # with the new cookie
    await problem(await signs_in(town), 401)
    town.client.session.cookie_jar.clear()
    await problem(await town.client.get(PATH, headers=elsewhere), 401)


async def test_a_user_who_is_ended_is_out(town: Town, siv: Any) -> None:
    cookie = {"Cookie": f"{SESSION}={(await signs_in(town)).cookies[SESSION].value}"}
    town.client.session.cookie_jar.clear()
    await answer(await town.ask("POST", f"/users/{siv['id']}/end", if_match="*"), 200)
    await problem(await town.client.get(PATH, headers=cookie), 401)
    await problem(await signs_in(town), 401)


async def test_every_refusal_stands_in_the_trail_with_who_and_for_what(town: Town) -> None:
    await problem(await town.ask("POST", "/exceptions", {}, who="operator"), 403)
    await problem(await town.ask("GET", f"/persons/{id_of('nils')}", who="person"), 403)
    await problem(await town.client.get("/api/v1/live/events"), 401)
    live, person, exception = await town.refusals()
    assert (exception.by, exception.row_id) == ("operator", "POST /api/v1/exceptions")
    assert (person.by, person.row_id) == ("anna", f"GET /api/v1/persons/{id_of('nils')}")
    assert person.after == {
        "status": 403,
        "error_id": "forbidden",
        "detail": "The person lies outside of what your roles reach.",
    }
    assert (live.by, live.user_id, live.row_id) == ("", None, "GET /api/v1/live/events")
    assert {entry.address for entry in (live, person, exception)} == {"127.0.0.1"}


async def test_who_is_not_known_is_counted_and_written_once_in_a_while(town: Town) -> None:
    for number in range(20):
        headers = {"Authorization": f"Bearer hv_{number}"}
        await problem(await town.client.get(f"/api/v1/persons?limit={number + 1}", headers=headers), 401)
    await problem(await town.client.get("/api/v1/users"), 401)
    assert await written(town) == []
    await town.client.close()
    [entry] = await written(town)
    assert (entry.row_id, entry.address) == ("GET /api/v1/persons", "127.0.0.1")
    assert entry.after is not None
    assert (entry.after["detail"], entry.after["times"]) == ("The token is unknown or has ended.", 21)


async def test_whatever_a_stranger_is_refused_is_one_row_for_each_reason_and_user(
    town: Town, siv: Any
) -> None:
    for number in range(12):
        for name in ("siv", f"nobody {number}", "nobody"):
            assert (await signs_in(town, name, "fel")).status in (401, 429)
        town.clock.advance(timedelta(seconds=0.7))  # another number of seconds to wait
        sent = await town.client.post(
            "/language",
            data={"language": "en"},
            headers={"Origin": "https://evil.example"},
            allow_redirects=False,
        )
        assert sent.status == 403
    assert await written(town) == []
    rows = [entry.after or {} for entry in await town.refusals()]
    reasons = Counter((row["error_id"], row.get("claimed")) for row in rows)
    assert reasons == Counter(
        [
            ("csrf", None),
            ("sign-in-failed", None),
            ("sign-in-failed", "siv"),
            ("too-many-tries", None),
            ("too-many-tries", "siv"),
        ]
    )
    assert sum(row["times"] for row in rows) == 4 * 12


def test_of_too_many_addresses_the_others_are_counted_together() -> None:
    strangers = Strangers(most=2)
    for number, claimed in ((1, "siv"), (2, "siv"), (3, "siv"), (2, "anna"), (1, "siv")):
        answer = {"error_id": "sign-in-failed", "claimed": claimed}
        strangers.count(Refusal("POST /", answer, nobody(f"192.0.2.{number}").actor))
    told = [(one.by.address, one.answer.get("claimed"), one.answer["times"]) for one in strangers.take()]
    assert told == [("192.0.2.1", "siv", 2), ("192.0.2.2", "siv", 1), (None, None, 2)]
    assert strangers.take() == []


def test_an_ipv6_network_is_one_stranger() -> None:
    """Each of its addresses would else have a row of its own."""
    strangers = Strangers()
    for number in range(1, 4):
        answer = {"error_id": "unauthenticated"}
        strangers.count(Refusal("GET /", answer, nobody(f"2001:db8::{number}").actor))
    assert [(one.by.address, one.answer["times"]) for one in strangers.take()] == [("2001:db8::1", 3)]


async def test_strangers_are_written_while_the_service_runs(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = asyncio.Event()

    async def refused(_: Audit, *refusals: Refusal) -> None:
        assert [one.answer["error_id"] for one in refusals] == ["unauthenticated"]
        written.set()

    monkeypatch.setattr(Audit, "refused", refused)
    monkeypatch.setattr("hanvisa.web.refusals._EVERY", 0.01)
    app = web.Application()
    app[STRANGERS], app[SERVICES] = Strangers(), town.client.app[SERVICES]
    app[STRANGERS].count(Refusal("GET /", {"error_id": "unauthenticated"}, nobody(None).actor))
    async with asyncio.timeout(10), asynccontextmanager(keep_strangers)(app):
        await written.wait()


async def test_without_the_database_a_refusal_is_a_refusal(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def away(*_: object) -> None:
        raise StorageError("away")

    monkeypatch.setattr(Audit, "refused", away)
    await problem(await town.ask("POST", "/exceptions", {}, who="operator"), 403)
    assert "web.refusal_not_kept" in capsys.readouterr().out


async def test_neither_passwords_nor_tokens_nor_cookies_reach_the_log(
    town: Town, siv: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever is done with them, and whatever goes wrong meanwhile."""
    wrong, new = "fel häst batteri", "ett annat lösenord"
    await problem(await signs_in(town, password=wrong), 401)
    await problem(await signs_in(town, wrong, PASSWORD), 401)
    response = await signs_in(town)
    csrf, cookie = (await answer(response, 201))["csrf"], response.cookies[SESSION].value
    body = {"old": PASSWORD, "password": new}
    response = await town.client.post(f"{PATH}/password", json=body, headers={CSRF_HEADER: csrf})
    cookies = {cookie, response.cookies[SESSION].value}
    made = await answer(await town.ask("POST", "/tokens", {"user": siv["id"], "name": "prov"}), 201)
    monkeypatch.setattr(town.clock, "now", lambda: 1 / 0)
    await problem(await town.ask("GET", "/absences"), 500)
    await problem(await signs_in(town), 500)
    logged = "".join(capfd.readouterr())
    assert "web.unforeseen_error" in logged
    secrets = {PASSWORD, wrong, new, csrf, made["token"], *cookies, *town.tokens.values()}
    assert not [one for one in secrets if one in logged]


async def test_passwords_are_kept_by_argon2id_and_compared_slowly_whoever_it_is() -> None:
    passwords = Passwords()
    kept = await passwords.hash(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert not PasswordHasher(parallelism=1).check_needs_rehash(kept)
    assert await passwords.is_right(kept, PASSWORD)
    assert not await passwords.is_right(kept, PASSWORD + " ")
    assert not await passwords.is_right(None, PASSWORD)
    assert not await passwords.is_right("no hash", PASSWORD)


async def test_passwords_are_compared_also_while_pythons_threads_wait_for_a_folder() -> None:
    passwords = Passwords()
    with none_to_spare():
        async with asyncio.timeout(5):
            assert await passwords.is_right(await passwords.hash(PASSWORD), PASSWORD)
