"""What every request meets: who asks, what they may, and what is wrong, told as problems."""

from __future__ import annotations

import asyncio
import re
from uuid import uuid4

import pytest
from sqlalchemy import update

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.tables import PersonRow, TokenRow
from hanvisa.errors import InvalidInput, StorageError
from hanvisa.web import auth
from hanvisa.web.auth import Gate
from hanvisa.web.operations import OPERATIONS
from hanvisa.web.pages.live import OVER
from hanvisa.web.principals import Principal
from hanvisa.web.problems import Problem
from hanvisa.web.roles import TABLE, Reach, Role
from hanvisa.web.routing import BASE, Anyone
from hanvisa.web.tokens import create_token
from unit.web.town import NOW, Town, answer, id_of, problem

SOME_ID = "0190a8f0-0000-7000-8000-000000000001"


def _address(path: str) -> str:
    return (
        path.replace("{id}", SOME_ID)
        .replace("{person}", SOME_ID)
        .replace("{call}", "hv-none")
        .replace("{code}", "0")
        .replace("{report}", "refusals")
        .replace("{key}", "ring_person")
        .replace("{sound}", "0" * 32)
        .replace("{seq}", "1")
        .replace("{language}", "sv")
    )


async def test_without_a_token_every_operation_asks_who_it_is(town: Town) -> None:
    for route in OPERATIONS:
        if route.action is Anyone.AT_ALL:
            continue
        response = await town.client.request(route.method, BASE + _address(route.path))
        assert (await problem(response, 401))["error_id"] == "unauthenticated"
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


OPEN = {"/health/live", "/health/ready", "/sign-in"}


async def test_no_address_but_health_and_signing_in_tells_who_is_not_known_anything(town: Town) -> None:
    """docs/threat-model.md, “The web and the API”."""
    addresses = [
        re.sub(r"{\w+}", SOME_ID, _address(resource.canonical))
        for resource in town.client.app.router.resources()
    ]
    assert {*OPEN, "/metrics", "/api/docs", "/api/v1/openapi.json"} <= set(addresses)
    told = set()
    for address in addresses:
        response = await town.client.get(address, allow_redirects=False)
        if response.status == 200 and await response.read() != OVER:
            told.add(address)
    assert told == OPEN


async def test_who_looks_at_the_description_is_asked_to_sign_in_and_brought_back(town: Town) -> None:
    response = await town.client.get("/api/docs", allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, "/sign-in?to=/api/docs")
    for path in ("/metrics", "/api/v1/openapi.json"):
        assert (await problem(await town.client.get(path), 401))["error_id"] == "unauthenticated"


async def test_what_an_operation_does_not_know_in_a_query_is_refused(town: Town) -> None:
    """Whether it takes a query or none. A provider may send its browsers back with more than is known here."""
    for operation in OPERATIONS:
        if operation.path.startswith("/session/oidc"):
            continue
        path = f"{_address(operation.path)}?unknown=1"
        response = await town.ask(operation.method, path, if_match="*")
        if response.status == 403:  # what a person does, which the administrator is not
            response = await town.ask(operation.method, path, if_match="*", who="operator")
        told = await problem(response, 422)
        assert "unknown" in [one["where"] for one in told["errors"]], (operation.method, path)


USERS = {
    "admin": Role.ADMIN,
    "head": Role.HEAD,
    "manager": Role.TELEPHONE_MANAGER,
    "operator": Role.OPERATOR,
    "superuser": Role.SUPERUSER,
    "person": Role.PERSON,
}


async def test_each_role_is_refused_just_what_its_cell_says(town: Town) -> None:
    """Every operation by every role: past the table, a request fails for something else than its role."""
    for route in OPERATIONS:
        if isinstance(route.action, Anyone):
            continue
        for who, role in USERS.items():
            response = await town.ask(route.method, _address(route.path), who=who)
            is_person = who in ("operator", "superuser", "person")
            reaches = {TABLE[route.action][one] for one in ([role, Role.PERSON] if is_person else [role])}
            of_persons_alone = {Reach.OWN, Reach.ORGANISATION} if not is_person else set()
            refused = response.status == 403 and (await response.json())["detail"].startswith("To ")
            assert refused == (reaches <= {Reach.NONE, *of_persons_alone}), (route.method, route.path, who)


async def test_a_refusal_says_which_role_is_needed(town: Town) -> None:
    body = await problem(await town.ask("POST", "/exceptions", {}, who="operator"), 403)
    assert body["detail"] == "To grant exceptions one needs one of the roles admin, telephone manager, head."
    body = await problem(await town.ask("POST", "/exceptions", {}, who="operator", language="sv"), 403)
    assert body["detail"] == "Det kräver en av rollerna administratör, telefonansvarig, verksamhetschef."


@pytest.mark.parametrize("header", ["Bearer nope", "Bearer ", "Basic YTpi", "Bearer \udcff", ""])
async def test_no_other_authorization_is_taken(town: Town, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    await problem(await town.client.get("/api/v1/persons", headers=headers), 401)


@pytest.mark.parametrize(
    ("method", "path", "status", "error_id"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("GET", "/persons/nobody", 400, "invalid-id"),
        ("GET", f"/persons/{SOME_ID}", 404, "not-found"),
        ("GET", "/absence-reasons/777", 400, "invalid-id"),
        ("GET", "/absence-reasons/5", 404, "not-found"),
        ("GET", f"/absences/{SOME_ID}", 404, "not-found"),
        ("GET", f"/exceptions/{SOME_ID}", 404, "not-found"),
        ("GET", f"/forwardings/{SOME_ID}", 404, "not-found"),
        ("GET", "/calls/hv-none", 404, "not-found"),
        ("GET", "/calls/hv-none/explain", 404, "not-found"),
        ("GET", f"/operators/{SOME_ID}", 404, "not-found"),
        ("GET", "/absences?limit=0", 422, "invalid-input"),
        ("GET", "/absences?cursor=x", 422, "invalid-input"),
        ("GET", "/calls?cursor=WyJhIiwiYiJd", 422, "invalid-input"),
        ("GET", "/calls?since=2026-08-05T10:00:00", 422, "invalid-input"),
        ("GET", "/persons?telephone_hours=9", 422, "invalid-input"),
        ("POST", "/absences/not-an-id/end", 400, "invalid-id"),
        ("POST", f"/absences/{SOME_ID}/end", 428, "precondition-required"),
    ],
)
async def test_what_is_wrong_with_an_address_is_told(
    town: Town, method: str, path: str, status: int, error_id: str
) -> None:
    assert (await problem(await town.ask(method, path), status))["error_id"] == error_id


async def test_a_wrong_method_names_the_right_ones(town: Town) -> None:
    response = await town.ask("PUT", "/absences")
    await problem(response, 405)
    assert response.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    ("content_type", "body", "status", "error_id"),
    [
        ("text/plain", b"{}", 415, "not-json"),
        ("application/json", b"{", 400, "malformed"),
        ("application/json", b"\xff\xfe", 400, "malformed"),
        ("application/json", b"[]", 422, "invalid-input"),
        ("application/json", b'{"person": 1}', 422, "invalid-input"),
        ("application/json", b'"' + b"x" * 70_000 + b'"', 413, "too-large"),
        ("application/json", b"[" * 30_000, 400, "malformed"),
    ],
)
async def test_what_is_wrong_with_a_body_is_told(
    town: Town, content_type: str, body: bytes, status: int, error_id: str
) -> None:
    headers = {"Authorization": f"Bearer {town.tokens['admin']}", "Content-Type": content_type}
    response = await town.client.post("/api/v1/absences", data=body, headers=headers)
    assert (await problem(response, status))["error_id"] == error_id


async def test_an_unforeseen_error_is_a_reference_and_no_trace(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(town.clock, "now", lambda: 1 / 0)
    body = await problem(await town.ask("GET", "/absences"), 500)
    reference = body["detail"].removeprefix("Reference: ").removesuffix(".")
    logged = capsys.readouterr()
    assert reference in logged.out + logged.err
    assert "Traceback" not in logged.out + logged.err + str(body)


async def test_every_answer_is_hardened_and_signed(town: Town) -> None:
    for path in ("/api/v1/persons", "/api/docs", "/health/live", "/nothing"):
        headers = (await town.client.get(path)).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Answered-By"] == "hanvisa", "else a page takes it for a proxy's"


async def test_a_stream_is_hardened_before_its_first_byte(town: Town) -> None:
    asked = {"Authorization": f"Bearer {town.tokens['operator']}"}
    async with town.client.get("/api/v1/live/events", headers=asked) as stream:
        assert stream.headers["X-Content-Type-Options"] == "nosniff"
        assert stream.headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_a_token_that_is_revoked_or_over_lets_nobody_in(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "_FRESH", 0.0)
    await answer(await town.ask("GET", "/policy/rules"), 200)
    async with town.database.changing(SYSTEM) as session:
        await session.execute(
            update(TokenRow).where(TokenRow.name == "admin").values(revoked_at=town.clock.now())
        )
        await session.execute(
            update(TokenRow).where(TokenRow.name == "head").values(expires_at=town.clock.now())
        )
    for who in ("admin", "head"):
        await problem(await town.ask("GET", "/policy/rules", who=who), 401)


async def test_who_was_let_in_once_can_go_on_reading_without_the_database() -> None:
    principal, gone = Principal(uuid4(), "anna", None, ()), False

    async def lookup(_: str) -> Principal | None:
        if gone:
            raise StorageError("away")
        return principal

    times = iter(range(0, 1000, 100))
    gate = Gate(lookup, lookup, lambda: NOW, lambda: float(next(times)))
    assert await gate.principal("Bearer token") is principal
    gone = True
    assert await gate.principal("bearer token") is principal
    with pytest.raises(StorageError):
        await gate.principal("Bearer another")
    with pytest.raises(Problem):
        await gate.principal(None)


async def test_who_is_forgotten_while_they_are_looked_up_is_known_no_more() -> None:
    principal, looked_up = Principal(uuid4(), "anna", None, ()), asyncio.Event()
    answers = [principal]

    async def lookup(_: str) -> Principal | None:
        await looked_up.wait()
        if not answers:
            raise StorageError("away")
        return answers.pop()

    gate = Gate(lookup, lookup, lambda: NOW)
    asked = asyncio.create_task(gate.principal(None, "cookie"))
    await asyncio.sleep(0)
    gate.forget()
    looked_up.set()
    assert await asked is principal
    with pytest.raises(StorageError):
        await gate.principal(None, "cookie")


@pytest.mark.parametrize(
    ("role", "scope", "part"),
    [
        ("boss", "", "There is no role"),
        ("admin", "Skola", "takes no scope"),
        ("head", "", "needs a scope"),
        ("head", "Ingenstans", "There is no operation"),
        ("head", "planet:Mars", "is no scope"),
        ("person", "", "needs a scope"),
        ("person", "ingen", "There is no person"),
    ],
)
async def test_a_token_that_makes_no_sense_is_not_made(town: Town, role: str, scope: str, part: str) -> None:
    with pytest.raises(InvalidInput, match=part):
        await create_token(town.database, role, "new", scope)


@pytest.mark.parametrize("name", ["", " \t", "two\nlines", "x" * 201])
async def test_a_token_has_a_name_as_the_api_takes_it(town: Town, name: str) -> None:
    with pytest.raises(InvalidInput, match="is no name"):
        await create_token(town.database, "admin", name)
    await problem(await town.ask("POST", "/users", {"name": name}), 422)


async def test_who_is_no_user_any_more_gets_no_token(town: Town) -> None:
    made = await answer(await town.ask("POST", "/users", {"name": "siv"}), 201)
    await create_token(town.database, "admin", "siv")
    await answer(await town.ask("POST", f"/users/{made['id']}/end", if_match="*"), 200)
    with pytest.raises(InvalidInput, match="“siv” has ended"):
        await create_token(town.database, "superuser", "siv")
    had = (await town.get(f"/users/{made['id']}"))["roles"]
    assert [role["role"] for role in had] == ["admin"]


async def test_who_has_left_gets_no_token(town: Town) -> None:
    async with town.database.changing(SYSTEM) as session:
        (await session.get_one(PersonRow, id_of("anna"))).ended_at = NOW
    with pytest.raises(InvalidInput, match="has left"):
        await create_token(town.database, "admin", "anna")
    with pytest.raises(InvalidInput, match="There is no person “anna”"):
        await create_token(town.database, "person", "new", "anna")


async def test_a_user_may_have_several_tokens_and_is_one_person_only(town: Town) -> None:
    assert await create_token(town.database, "person", "anna", str(id_of("anna"))) != town.tokens["person"]
    with pytest.raises(InvalidInput, match="another person"):
        await create_token(town.database, "person", "anna", "olle")


async def test_what_is_no_http_is_a_400_and_no_trace_in_the_log(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection(town.client.host, town.client.port)
    writer.write(b"G\x00T / HTTP/1.1\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.0 400")
    writer.close()
    await writer.wait_closed()
    assert "Traceback" not in caplog.text
