"""The switchboard's calls over the API: who may see and do what, and what a refusal says."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from hanvisa.calls.live_ports import Envelope, EventType, LiveCall, LiveParty, Outcome, PausedOperator, Wish
from hanvisa.policy.model import Alternative, AlternativeKind, Decision, Effect, Text
from hanvisa.web import auth, live_events
from unit.web.town import (
    ANNA_DIRECT,
    ANNA_MOBILE,
    HEMLIG_DIRECT,
    HEMLIG_MOBILE,
    MAIN,
    NOW,
    Town,
    answer,
    id_of,
    problem,
)

OLLE = id_of("olle")
CALL = LiveCall(
    id="hv-k-1",
    caller=LiveParty(HEMLIG_MOBILE, None),
    other=LiveParty("200", OLLE),
    dialled="200",
    stage="Talking",
    operator=OLLE,
    organisation=None,
    held=False,
    confidential=False,
    threat=False,
    since=NOW,
)
REFUSED = Decision(
    Effect.REFUSE,
    ("O2",),
    Text(sv="Inte tillåtet (O2).", en="Not allowed (O2)."),
    (Alternative(AlternativeKind.TELL_MOBILE_NUMBER, Text(sv="Tala om det.", en="Tell it."), ANNA_MOBILE),),
)


OTHERWISE = (Wish.ANSWER, Wish.HAND_OVER, Wish.TRANSFER, Wish.MESSAGE)


async def test_an_operator_sees_the_calls_with_protected_numbers_hidden(town: Town) -> None:
    town.live.up = [CALL]
    [shown] = (await town.get("/live/calls", who="operator"))["items"]
    assert shown["caller"] == {"number": "***", "person": None}
    assert shown["operator"]["id"] == str(OLLE)
    assert shown["on_mobile"] is False
    assert (await town.get("/live/calls/hv-k-1"))["caller"]["number"] == HEMLIG_MOBILE
    await problem(await town.ask("GET", "/live/calls", who="person"), 403)
    await problem(await town.ask("GET", "/live/calls/hv-k-2"), 404)


@pytest.mark.parametrize(
    "written",
    [
        "(070) 174 06 06",
        " 0701740606",
        "tel:+46701740606",
        "sip:+46701740606@bolaget.test;user=phone",
        "#31#0701740606",
        "0046701740606",
        "０７０１７４０６０６",
        "070%2D1740606",
    ],
)
async def test_a_protected_number_is_hidden_in_whatever_spelling(town: Town, written: str) -> None:
    town.live.up = [replace(CALL, caller=LiveParty(written, None), dialled=written)]
    [shown] = (await town.get("/live/calls", who="operator"))["items"]
    assert (shown["caller"]["number"], shown["dialled"]) == ("***", "***")
    [shown] = (await town.get("/live/calls"))["items"]
    assert shown["dialled"] == written


async def test_the_direct_number_of_who_is_protected_is_hidden_too(town: Town) -> None:
    town.live.up = [replace(CALL, caller=LiveParty("0980-31 92 05", id_of("hemlig")), dialled=HEMLIG_DIRECT)]
    [shown] = (await town.get("/live/calls", who="operator"))["items"]
    assert (shown["caller"]["number"], shown["dialled"]) == ("***", "***")
    assert (await town.get("/live/calls"))["items"][0]["dialled"] == HEMLIG_DIRECT
    town.live.up = [replace(CALL, caller=LiveParty(ANNA_DIRECT, id_of("anna")), dialled=MAIN)]
    [shown] = (await town.get("/live/calls", who="operator"))["items"]
    assert (shown["caller"]["number"], shown["dialled"]) == (ANNA_DIRECT, MAIN)


@pytest.mark.parametrize("wish", [one for one in Wish if one not in OTHERWISE])
async def test_an_operator_acts_on_their_own_calls_only(town: Town, wish: Wish) -> None:
    town.live.up = [CALL, replace(CALL, id="hv-k-2", operator=None, other=None)]
    response = await town.ask("POST", f"/live/calls/hv-k-1/{wish}", who="operator")
    assert response.status == 204
    await problem(await town.ask("POST", f"/live/calls/hv-k-2/{wish}", who="operator"), 403)
    assert (await town.ask("POST", f"/live/calls/hv-k-2/{wish}")).status == 204
    assert town.live.asked == [("hv-k-1", wish, OLLE, "", ""), ("hv-k-2", wish, None, "", "")]


async def test_who_waits_is_nobodys_and_taken_by_any_operator_in_their_own_name(town: Town) -> None:
    town.live.up = [replace(CALL, operator=None, other=None, stage="AtSwitchboard")]
    path = "/live/calls/hv-k-1/answer"
    assert (await town.ask("POST", path, who="operator")).status == 204
    assert town.live.asked == [("hv-k-1", Wish.ANSWER, OLLE, "", "")]
    town.live.outcome = Outcome("not_now")
    await problem(await town.ask("POST", path, who="operator"), 409)
    await problem(await town.ask("POST", path, who="person"), 403)


async def test_a_caller_is_handed_over_to_another_operator(town: Town) -> None:
    town.live.up = [CALL]
    path, body = "/live/calls/hv-k-1/handover", {"operator": str(id_of("siv"))}
    assert (await town.ask("POST", path, body, who="operator")).status == 204
    assert town.live.asked == [("hv-k-1", Wish.HAND_OVER, OLLE, "", "")]
    assert town.live.messages_for == [id_of("siv")]
    town.live.outcome = Outcome("nowhere")
    said = await problem(await town.ask("POST", path, body, who="operator"), 422)
    assert [one["where"] for one in said["errors"]] == ["operator"]
    town.live.outcome = Outcome("kept_apart")
    said = await problem(await town.ask("POST", path, body, who="operator"), 409)
    assert "O2, M4" in said["detail"]


async def test_an_operator_rings_somebody_from_their_own_phone(town: Town) -> None:
    assert (await town.ask("POST", "/live/calls", {"to": "202"}, who="operator")).status == 204
    assert town.live.dialled == [(OLLE, "202")]
    town.live.outcome = Outcome("not_now")
    await problem(await town.ask("POST", "/live/calls", {"to": "202"}, who="operator"), 409)
    await problem(await town.ask("POST", "/live/calls", {"to": "202"}), 409)
    await problem(await town.ask("POST", "/live/calls", {"to": "202"}, who="person"), 403)


async def test_a_caller_is_let_leave_a_message_and_a_refusal_says_why(town: Town) -> None:
    town.live.up, anna = [CALL], {"person": str(id_of("anna"))}
    path = "/live/calls/hv-k-1/message"
    assert (await town.ask("POST", path, anna, who="operator")).status == 204
    assert town.live.asked == [("hv-k-1", Wish.MESSAGE, OLLE, "", "")]
    assert town.live.messages_for == [id_of("anna")]
    town.live.outcome = Outcome("refused", REFUSED)
    assert (await problem(await town.ask("POST", path, anna), 409))["rules"] == ["O2"]
    await problem(await town.ask("POST", path, {"person": str(id_of("nobody"))}), 422)
    await problem(await town.ask("POST", path, {}), 422)


async def test_a_refused_transfer_says_by_which_rules_why_and_what_is_allowed_instead(town: Town) -> None:
    town.live.up = [CALL]
    town.live.outcome = Outcome("refused", REFUSED)
    said = await problem(await town.ask("POST", "/live/calls/hv-k-1/transfer", {"to": "0701740605"}), 409)
    assert said["error_id"] == "refused-by-policy"
    assert said["rules"] == ["O2"]
    assert said["because"] == "Not allowed (O2)."
    assert said["alternatives"] == [{"kind": "tell_mobile_number", "text": "Tell it.", "number": ANNA_MOBILE}]


@pytest.mark.parametrize(
    ("body", "outcome", "status"),
    [
        ({"to": "201"}, "nowhere", 422),
        ({"consultation": "hv-k-9"}, "not_now", 409),
        ({}, "done", 422),
        ({"to": "201", "consultation": "hv-k-9"}, "done", 422),
    ],
)
async def test_a_transfer_that_leads_nowhere_or_says_not_what_is_answered_so(
    town: Town, body: dict[str, str], outcome: str, status: int
) -> None:
    town.live.up = [CALL]
    town.live.outcome = Outcome(outcome)  # type: ignore[arg-type]
    await problem(await town.ask("POST", "/live/calls/hv-k-1/transfer", body), status)


async def test_events_come_in_their_envelope_and_are_asked_for_from_the_last_one_seen(town: Town) -> None:
    town.live.feed = [Envelope("e-2", EventType.CHANGED, NOW, CALL)]
    headers = {"Authorization": f"Bearer {town.tokens['operator']}", "Last-Event-ID": "e-1"}
    async with town.client.get("/api/v1/live/events", headers=headers) as response:
        assert response.content_type == "text/event-stream"
        said = (await response.read()).decode()
    lines = said.splitlines()
    assert lines[2:4] == ["id: e-2", "event: call.changed"]
    envelope = json.loads(lines[4].removeprefix("data: "))
    assert (envelope["type"], envelope["version"], envelope["data"]["id"]) == ("call.changed", 1, "hv-k-1")
    assert envelope["data"]["caller"]["number"] == "***"
    assert town.live.followed == ["e-1"]
    await problem(await town.ask("GET", "/live/events", who="person"), 403)
    assert (await answer(await town.client.get("/api/v1/live/events"), 401))["error_id"] == "unauthenticated"


@pytest.mark.parametrize("feed", [[], [Envelope("e-2", EventType.CHANGED, NOW, CALL)]], ids=["quiet", "busy"])
async def test_events_end_for_who_is_no_operator_any_more(
    town: Town, monkeypatch: pytest.MonkeyPatch, feed: list[Envelope]
) -> None:
    monkeypatch.setattr(live_events, "BEAT", 0.05)
    monkeypatch.setattr(auth, "_FRESH", 0.0)
    town.live.feed, town.live.goes_on = feed, True
    headers = {"Authorization": f"Bearer {town.tokens['operator']}"}
    async with asyncio.timeout(10), town.client.get("/api/v1/live/events", headers=headers) as response:
        while await response.content.readline() != b": beat\n":
            pass
        users = (await town.get("/users"))["items"]
        (user,) = (one["id"] for one in users if one["name"] == "operator")
        await answer(await town.ask("POST", f"/users/{user}/end", if_match="*"), 200)
        await response.read()


async def test_an_operator_who_was_paused_comes_as_an_event_of_its_own(town: Town) -> None:
    person = town.directory.register.operators.rows[0].person_id
    town.live.feed = [Envelope("e-2", EventType.OPERATOR_PAUSED, NOW, PausedOperator(person, "no_answer"))]
    headers = {"Authorization": f"Bearer {town.tokens['operator']}"}
    async with town.client.get("/api/v1/live/events", headers=headers) as response:
        lines = (await response.read()).decode().splitlines()
    envelope = json.loads(lines[4].removeprefix("data: "))
    assert (envelope["type"], envelope["data"]["why"]) == ("operator.paused", "no_answer")
    assert envelope["data"]["person"]["id"] == str(person)


async def test_that_events_are_missing_comes_as_an_event_without_data(town: Town) -> None:
    town.live.feed = [Envelope("e-2", EventType.RESET, NOW, None)]
    headers = {"Authorization": f"Bearer {town.tokens['operator']}", "Last-Event-ID": "e-1"}
    async with town.client.get("/api/v1/live/events", headers=headers) as response:
        lines = (await response.read()).decode().splitlines()
    envelope = json.loads(lines[4].removeprefix("data: "))
    assert (lines[3], envelope["type"], envelope["data"]) == ("event: calls.reset", "calls.reset", None)
