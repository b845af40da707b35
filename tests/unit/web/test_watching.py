"""Health, metrics, and the description of the API."""

from __future__ import annotations

import json
import re

import jsonschema_rs
import schemathesis
from aiohttp import ClientTimeout

from hanvisa.calls.live_ports import EventType
from hanvisa.web.openapi import document
from hanvisa.web.operations import OPERATIONS
from unit.web.town import Town, answer

WRONG = {"Service": "PJSIP", "RemoteAddress": "IPV4/UDP/192.0.2.7/5060", "AccountID": "hallefors-201"}


def known(town: Town) -> dict[str, str]:
    """As somebody with the role that reaches least."""
    return {"Authorization": f"Bearer {town.tokens['person']}"}


async def test_alive_is_alive_and_ready_names_what_is_missing(town: Town) -> None:
    await answer(await town.client.get("/health/live"), 200)
    await answer(await town.client.get("/health/ready"), 200)
    town.missing["asterisk"] = "ARI does not answer at http://127.0.0.1:8088."
    body = await answer(await town.client.get("/health/ready"), 503)
    assert body["missing"] == {"asterisk": "ARI does not answer at http://127.0.0.1:8088."}
    await answer(await town.client.get("/health/live"), 200)


async def test_ready_names_a_node_that_is_away_and_stays_ready(town: Town) -> None:
    town.away["n2"] = "It does not answer."
    body = await answer(await town.client.get("/health/ready"), 200)
    assert body == {"status": "ready", "missing": {}, "away": {"n2": "It does not answer."}}


async def test_requests_are_counted_by_route_and_never_by_address(town: Town) -> None:
    await town.ask("GET", "/persons/nobody")
    await town.client.get("/%00<script>")
    town.guessers.failed(WRONG)
    text = await (await town.client.get("/metrics", headers=known(town))).text()
    assert "hanvisa_phone_wrong_passwords_total 1.0" in text
    assert "hanvisa_calls_not_taken_total 2.0" in text
    assert "hanvisa_calls_turned_away_total 3.0" in text
    assert 'hanvisa_calls_share{outcome="turned_away"} 0.5' in text
    assert "hanvisa_call_log_waiting 4.0" in text
    assert "hanvisa_call_log_lost_total 5.0" in text
    assert re.search(r"^hanvisa_tasks [1-9]", text, re.MULTILINE)
    assert 'hanvisa_web_requests_total{method="GET",route="/api/v1/persons/{id}",status="400"} 1.0' in text
    assert 'route="unknown",status="404"' in text
    assert "nobody" not in text
    assert "script" not in text


async def test_the_description_is_valid_and_complete(town: Town) -> None:
    served = await town.get("/openapi.json")
    assert served == json.loads(json.dumps(document(OPERATIONS)))
    schema = schemathesis.openapi.from_dict(served)
    schema.validate()
    assert len(list(schema.get_all_operations())) == len(OPERATIONS)
    assert {"/api/v1/live/events", "/api/v1/session/oidc", "/api/v1/session/oidc/callback"} <= set(
        served["paths"]
    )
    for model in served["components"]["schemas"].values():
        jsonschema_rs.meta.validate({**model, "$schema": "https://json-schema.org/draft/2020-12/schema"})
    ids = [operation["operationId"] for path in served["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))


async def test_the_page_shows_every_operation_and_needs_nothing_from_elsewhere(town: Town) -> None:
    response = await town.client.get("/api/docs", headers=known(town), timeout=ClientTimeout(5))
    page = await response.text()
    assert all(f"/api/v1{one.path}</code>" in page for one in OPERATIONS)
    assert all(part not in page for part in ("<script", "<link", "<img", "src=", "url(", 'href="http'))
    assert "style-src 'sha256-" in response.headers["Content-Security-Policy"]
    assert page.count("<h2>live</h2>") == 1


async def test_the_live_events_are_described_from_what_writes_them(town: Town) -> None:
    described = await town.get("/openapi.json")
    operation = described["paths"]["/api/v1/live/events"]["get"]
    assert [one["name"] for one in operation["parameters"]] == ["Last-Event-ID"]
    (media,) = operation["responses"]["200"]["content"]
    assert media == "text/event-stream"
    schemas = described["components"]["schemas"]
    assert set(schemas["EventType"]["enum"]) == set(EventType)
    assert list(schemas["LiveEventShown"]["properties"]) == ["id", "type", "version", "at", "data"]
