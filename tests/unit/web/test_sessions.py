"""Sessions that are open: as long as they are used, listed, and ended everywhere at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import open_database
from hanvisa.directory.repositories.audit import Audit
from hanvisa.directory.repositories.signing_in import Sessions
from hanvisa.directory.repositories.users import Users
from hanvisa.errors import StorageError
from hanvisa.lab.waiting import until
from hanvisa.web import live_events
from hanvisa.web.auth import CSRF_HEADER
from hanvisa.web.cookies import SESSION
from hanvisa.web.using import FOLLOWS
from unit.web.town import Town, answer, id_of, problem

WORD = "not a secret of anybody"
IDLE = timedelta(hours=2)
MINUTE = timedelta(minutes=1)
EVENTS = "/api/v1/live/events"
CALLS = "/api/v1/live/calls"


@pytest.fixture
async def olle(town: Town) -> Any:
    """The operator, with an account."""
    body = {
        "name": "olle",
        "password": WORD,
        "person": str(id_of("olle")),
        "roles": [{"role": "operator"}],
    }
    return await answer(await town.ask("POST", "/users", body), 201)


async def signs_in(town: Town) -> dict[str, str]:
    """What a browser then sends along with a change."""
    response = await town.client.post("/api/v1/session", json={"name": "olle", "password": WORD})
    csrf = (await answer(response, 201))["csrf"]
    cookie = response.cookies[SESSION].value
    town.client.session.cookie_jar.clear()
    return {"Cookie": f"{SESSION}={cookie}", CSRF_HEADER: csrf}


async def status(town: Town, browser: dict[str, str]) -> int:
    return (await town.client.get("/api/v1/session", headers=browser)).status


async def test_a_session_that_is_not_used_ends(town: Town, olle: Any) -> None:
    browser = await signs_in(town)
    for _ in range(3):
        town.clock.advance(IDLE - MINUTE)
        assert await status(town, browser) == 200
    town.clock.advance(IDLE)
    told = await town.client.get("/api/v1/session", headers=browser)
    assert (await problem(told, 401))["detail"] == "The session has ended."


async def test_its_use_is_written_once_a_minute_at_most(
    town: Town, olle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    use = Sessions.use

    async def counted(self: Sessions, *args: Any) -> None:
        written.append(args)
        await use(self, *args)

    monkeypatch.setattr(Sessions, "use", counted)
    browser = await signs_in(town)
    for _ in range(12):
        town.clock.advance(timedelta(seconds=20))
        assert await status(town, browser) == 200
        assert await status(town, browser) == 200
    assert len(written) == 4
    assert not await Audit(town.database).list(table="sessions", action="changed")


async def test_what_a_page_follows_by_itself_is_no_use_of_it_and_ends_with_it(
    town: Town, olle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_events, "BEAT", 0.05)
    town.live.goes_on = True
    browser = await signs_in(town)
    town.clock.advance(IDLE - MINUTE)
    assert (await town.client.get("/switchboard/found", headers=browser | {FOLLOWS: "yes"})).status == 200
    headers = browser | {"Accept": "text/event-stream"}
    async with asyncio.timeout(10), town.client.get(EVENTS, headers=headers) as response:
        while await response.content.readline() != b": beat\n":
            pass
        town.clock.advance(MINUTE)
        await response.read()
    assert await status(town, browser) == 401


async def test_ones_own_are_listed_since_when_and_from_where(town: Town, olle: Any) -> None:
    first = await signs_in(town)
    town.clock.advance(timedelta(minutes=5))
    second = await signs_in(town)
    sessions = (await answer(await town.client.get("/api/v1/sessions", headers=second), 200))["items"]
    assert [(one["began_at"], one["address"], one["this"]) for one in sessions] == [
        ("2026-08-05T10:05:00+02:00", "127.0.0.1", True),
        ("2026-08-05T10:00:00+02:00", "127.0.0.1", False),
    ]
    [_, used] = (await answer(await town.client.get("/api/v1/sessions", headers=first), 200))["items"]
    assert used["used_at"] == "2026-08-05T10:05:00+02:00"
    assert (await town.get("/sessions"))["items"] == [], "a token is no session"


async def test_one_is_ended_by_whose_it_is(town: Town, olle: Any) -> None:
    first, second = await signs_in(town), await signs_in(town)
    sessions = (await answer(await town.client.get("/api/v1/sessions", headers=second), 200))["items"]
    this, other = (one["id"] for one in sorted(sessions, key=lambda one: not one["this"]))
    await problem(await town.ask("DELETE", f"/sessions/{other}"), 404)
    assert await status(town, first) == 200, "it is not the admin's"
    out = await town.client.delete(f"/api/v1/sessions/{other}", headers=second)
    assert (out.status, SESSION in out.cookies) == (204, False)
    assert [await status(town, one) for one in (first, second)] == [401, 200]
    out = await town.client.delete(f"/api/v1/sessions/{this}", headers=second)
    assert (out.status, out.cookies[SESSION]["max-age"]) == (204, "0")
    assert await status(town, second) == 401


async def test_signing_out_everywhere_ends_all_and_the_live_stream_too(
    town: Town, olle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_events, "BEAT", 0.05)
    town.live.goes_on = True
    first, second = await signs_in(town), await signs_in(town)
    async with asyncio.timeout(10), town.client.get(EVENTS, headers=first) as response:
        await response.content.readline()
        refused = await town.client.delete("/api/v1/sessions", headers={"Cookie": second["Cookie"]})
        assert (await problem(refused, 403))["error_id"] == "csrf"
        out = await town.client.delete("/api/v1/sessions", headers=second)
        assert (out.status, out.cookies[SESSION]["max-age"]) == (204, "0")
        await response.read()
    assert [await status(town, one) for one in (first, second)] == [401, 401]
    ended = await Audit(town.database).list(table="sessions", action="changed")
    assert [entry.by for entry in ended] == ["olle", "olle"]


async def test_an_admin_does_it_for_others_and_nobody_else(town: Town, olle: Any) -> None:
    browser = await signs_in(town)
    path = f"/users/{olle['id']}/sessions"
    [seen] = (await town.get(path))["items"]
    assert (seen["began_at"], seen["address"], seen["this"]) == (
        "2026-08-05T10:00:00+02:00",
        "127.0.0.1",
        False,
    )
    for method in ("GET", "DELETE"):
        await problem(await town.ask(method, path, who="head"), 403)
    assert await status(town, browser) == 200
    assert (await town.ask("DELETE", path)).status == 204
    assert await status(town, browser) == 401
    assert (await town.get(path))["items"] == []
    for method in ("GET", "DELETE"):
        await problem(await town.ask(method, f"/users/{id_of('nobody')}/sessions"), 404)


@pytest.mark.parametrize("how", ["sign out", "all sessions", "password", "user", "person"])
async def test_a_session_that_was_ended_does_not_come_back_while_the_database_is_away(
    town: Town, olle: Any, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    browser = await signs_in(town)
    assert (await town.client.get(CALLS, headers=browser)).status == 200
    match how:
        case "sign out":
            ended = await town.client.delete("/api/v1/session", headers=browser)
        case "all sessions":
            ended = await town.ask("DELETE", f"/users/{olle['id']}/sessions")
        case "password":
            body = {"password": "another secret of nobody"}
            ended = await town.ask("POST", f"/users/{olle['id']}/password", body, if_match="*")
        case "user":
            ended = await town.ask("POST", f"/users/{olle['id']}/end", if_match="*")
        case _:
            ended = await town.ask("DELETE", f"/persons/{id_of('olle')}", if_match="*")
    assert ended.status in (200, 204)
    database_goes(monkeypatch)
    await problem(await town.client.get(CALLS, headers=browser), 503)


async def test_nor_does_a_token_that_was_revoked(
    town: Town, olle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await answer(await town.ask("POST", "/tokens", {"user": olle["id"], "name": "screen"}), 201)
    town.tokens["screen"] = made["token"]
    await town.get("/live/calls", who="screen")
    await answer(await town.ask("POST", f"/tokens/{made['id']}/revoke", if_match="*"), 200)
    database_goes(monkeypatch)
    await problem(await town.ask("GET", "/live/calls", who="screen"), 503)


async def test_nor_one_that_another_process_has_ended(
    town: Town, olle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await signs_in(town)
    assert (await town.client.get(CALLS, headers=browser)).status == 200
    other = open_database(str(town.database.url))
    await Users(other).end(UUID(olle["id"]), town.clock.now(), None, SYSTEM)
    await other.close()
    database_goes(monkeypatch)

    async def forgotten() -> bool:
        return (await town.client.get(CALLS, headers=browser)).status == 503

    await until(forgotten, what="this one has heard of it")


async def test_who_has_not_been_ended_goes_on_reading(
    town: Town, olle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await signs_in(town)
    assert (await town.client.get(CALLS, headers=browser)).status == 200
    await signs_in(town)  # another, elsewhere
    database_goes(monkeypatch)
    assert (await town.client.get(CALLS, headers=browser)).status == 200


def database_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """For whoever asks who somebody is."""

    async def away(*_: object) -> None:
        raise StorageError("away")

    monkeypatch.setattr("hanvisa.web.app.find_by_session", away)
    monkeypatch.setattr("hanvisa.web.app.find_by_token", away)
