"""Users, tokens and the audit trail over REST."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hanvisa.web import auth
from unit.web.town import NOW, Town, answer, id_of, problem

SKOLA = {"kind": "operation", "id": str(id_of("Skola"))}
HEAD = {"role": "head", "scope": SKOLA}


async def makes(town: Town, **fields: Any) -> Any:
    return await answer(await town.ask("POST", "/users", {"name": "ny", **fields}), 201)


async def test_a_user_is_made_changed_and_ended(town: Town) -> None:
    made = await makes(town, person=str(id_of("siv")), roles=[HEAD])
    assert made["person"]["name"] == "Siv Åkerström"
    assert (made["roles"], made["has_password"], made["ended_at"]) == ([HEAD], False, None)
    path = f"/users/{made['id']}"
    roles = [{"role": "admin", "scope": None}]
    response = await town.ask("PATCH", path, {"roles": roles}, if_match='"1"')
    changed = await answer(response, 200)
    assert (changed["roles"], changed["name"], changed["person"]) == (roles, "ny", made["person"])
    assert response.headers["ETag"] == '"2"'
    await problem(await town.ask("PATCH", path, {"name": "annan"}, if_match='"1"'), 412)
    await problem(await town.ask("PATCH", path, {"name": "annan"}), 428)
    nobodys = await answer(
        await town.ask("PATCH", path, {"name": "annan", "person": None}, if_match="*"), 200
    )
    assert (nobodys["name"], nobodys["person"]) == ("annan", None)
    ended = await answer(await town.ask("POST", f"{path}/end", if_match="*"), 200)
    assert ended["ended_at"] == "2026-08-05T10:00:00+02:00"
    assert "annan" not in {one["name"] for one in (await town.get("/users"))["items"]}
    assert "annan" in {one["name"] for one in (await town.get("/users?ended=true"))["items"]}


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"name": "admin"}, 409),
        ({"person": str(id_of("ingen"))}, 422),
        ({"roles": [{"role": "head"}]}, 422),
        ({"roles": [{"role": "admin", "scope": SKOLA}]}, 422),
        ({"roles": [{"role": "head", "scope": {**SKOLA, "id": str(id_of("ingen"))}}]}, 422),
        ({"roles": [{"role": "boss"}]}, 422),
        ({"password": "elva tecken"}, 422),
        ({"name": "\u0000"}, 422),
    ],
)
async def test_what_is_no_user_is_not_made(town: Town, fields: dict[str, Any], status: int) -> None:
    await problem(await town.ask("POST", "/users", {"name": "ny", **fields}), status)
    assert not (await town.get("/users?q=NY"))["items"]


async def test_users_are_found_by_name_and_person_and_come_page_by_page(town: Town) -> None:
    assert [one["name"] for one in (await town.get("/users?q=NAG"))["items"]] == ["manager"]
    found = await town.get(f"/users?person={id_of('anna')}")
    assert [one["name"] for one in found["items"]] == ["anna"]
    names, path = [], "/users?limit=4"
    while path:
        page = await town.get(path)
        names += [one["name"] for one in page["items"]]
        path = f"/users?limit=4&cursor={page['next']}" if page["next"] else ""
    assert names == ["admin", "head", "manager", "operator", "superuser", "anna"]


async def test_new_roles_hold_for_the_very_next_request(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "_FRESH", 0.0)
    made = await makes(town)
    token = await answer(await town.ask("POST", "/tokens", {"user": made["id"], "name": "prov"}), 201)
    town.tokens["ny"] = token["token"]
    await problem(await town.ask("GET", "/exceptions", who="ny"), 403)
    await answer(await town.ask("PATCH", f"/users/{made['id']}", {"roles": [HEAD]}, if_match="*"), 200)
    await answer(await town.ask("GET", "/exceptions", who="ny"), 200)
    await answer(await town.ask("POST", f"/users/{made['id']}/end", if_match="*"), 200)
    await problem(await town.ask("GET", "/exceptions", who="ny"), 401)


async def test_a_token_is_shown_once_has_an_end_and_is_revoked(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "_FRESH", 0.0)
    user = await makes(town, roles=[{"role": "admin"}])
    body = {"user": user["id"], "name": "rapporter", "ends_at": "2026-08-06T10:00:00+02:00"}
    made = await answer(await town.ask("POST", "/tokens", body), 201)
    town.tokens["ny"] = made.pop("token")
    assert made["user"] == {"id": user["id"], "name": "ny"}
    listed = (await town.get(f"/tokens?user={user['id']}"))["items"]
    assert listed == [made]
    assert town.tokens["ny"] not in str(await town.get("/audit"))
    await town.get("/users", who="ny")
    town.clock.advance(timedelta(days=1))
    await problem(await town.ask("GET", "/users", who="ny"), 401)
    assert not (await town.get(f"/tokens?user={user['id']}"))["items"]
    del body["ends_at"]
    other = await answer(await town.ask("POST", "/tokens", body), 201)
    assert other["ends_at"] == "2027-08-06T10:00:00+02:00"
    town.tokens["ny"] = other["token"]
    await problem(await town.ask("POST", f"/tokens/{other['id']}/revoke"), 428)
    await answer(await town.ask("POST", f"/tokens/{other['id']}/revoke", if_match='"1"'), 200)
    await problem(await town.ask("GET", "/users", who="ny"), 401)
    assert len((await town.get(f"/tokens?user={user['id']}&ended=true"))["items"]) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"ends_at": "2026-08-05T10:00:00+02:00"},
        {"ends_at": "2027-08-05T10:00:01+02:00"},
        {"user": str(id_of("ingen"))},
    ],
)
async def test_a_token_for_nobody_or_for_ever_is_not_made(town: Town, fields: dict[str, str]) -> None:
    user = await makes(town)
    body = {"user": user["id"], "name": "rapporter", **fields}
    await problem(await town.ask("POST", "/tokens", body), 422)


async def test_a_token_ends_though_the_database_is_away(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of it is kept in memory, its end as well."""
    await town.get("/policy/rules")
    town.clock.at = NOW + timedelta(days=365)
    await problem(await town.ask("GET", "/policy/rules"), 401)


async def test_the_trail_tells_who_when_from_where_and_from_what_to_what(town: Town) -> None:
    body = {"person": str(id_of("anna")), "target": "202"}
    made = await answer(await town.ask("POST", "/forwardings", body, who="manager"), 201)
    [entry] = (await town.get(f"/audit?table=forwardings&row={made['id']}"))["items"]
    assert (entry["by"], entry["address"], entry["action"]) == ("manager", "127.0.0.1", "created")
    assert (entry["before"], entry["after"]["target"]) == (None, "202")
    assert await town.get(f"/audit/{entry['id']}") == entry
    await problem(await town.ask("GET", f"/audit/{made['id']}"), 404)


async def test_the_trail_is_filtered_and_comes_page_by_page(town: Town) -> None:
    user = await makes(town)
    await problem(await town.ask("GET", "/users", who="head"), 403)
    [refused] = (await town.get("/audit?action=refused"))["items"]
    assert (refused["by"], refused["table"]) == ("head", "requests")
    assert (await town.get("/audit?by=head"))["items"] == [refused]
    assert (await town.get(f"/audit?user={refused['user']}&address=127.0.0.1"))["items"] == [refused]
    assert not (await town.get("/audit?address=203.0.113.9"))["items"]
    everything, path = [], "/audit?limit=7"
    while path:
        page = await town.get(path)
        everything += page["items"]
        path = f"/audit?limit=7&cursor={page['next']}" if page["next"] else ""
    ids = [one["id"] for one in everything]
    assert ids == sorted(set(ids), reverse=True)
    assert everything[0] == refused
    assert user["id"] in {one["row"] for one in everything}
    since = everything[5]["at"].replace("+", "%2B")
    assert refused in (await town.get(f"/audit?since={since}"))["items"]
    assert refused not in (await town.get(f"/audit?until={since}"))["items"]


async def test_no_hash_stands_in_the_trail(town: Town) -> None:
    user = await makes(town, password="korrekt häst batteri")
    await answer(
        await town.ask(
            "POST", f"/users/{user['id']}/password", {"password": "ett annat lösen"}, if_match="*"
        ),
        200,
    )
    trail = str(await town.get(f"/audit?table=users&row={user['id']}&limit=200"))
    assert "argon2" not in trail
    assert "häst" not in trail
