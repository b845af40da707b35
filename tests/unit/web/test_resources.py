"""Persons, operators, calls and the policy's answers over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.policy.facts import OperatorState
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

ANNA, HEMLIG, OLLE, NILS = (str(id_of(name)) for name in ("anna", "hemlig", "olle", "nils"))

# Persons


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("anna berg", ["Anna"]),
        ("REKTOR", ["Anna"]),
        ("öberg", ["Nils"]),
        ("kyrkskolan hällefors", ["Anna", "Hanna", "Siv"]),
        ("0980-31 92 01", ["Anna"]),
        ("+46 70 174 06 05", ["Anna"]),
        ("070-174 06 06", []),
        ("301", ["Nils"]),
        ("finns inte", []),
    ],
)
async def test_persons_are_found(town: Town, words: str, found: list[str]) -> None:
    assert await finds(town, words, "operator") == found


async def finds(town: Town, words: str, who: str) -> list[str]:
    response = await town.client.get(
        "/api/v1/persons", params={"q": words}, headers={"Authorization": f"Bearer {town.tokens[who]}"}
    )
    return [one["given_name"] for one in (await answer(response, 200))["items"]]


@pytest.mark.parametrize("who", ["admin", "head"])
async def test_a_protected_number_is_found_by_those_who_see_it(town: Town, who: str) -> None:
    assert await finds(town, "070-174 06 06", who) == ["Hanna"]


async def test_colleagues_see_each_others_numbers_but_protected_ones(town: Town) -> None:
    people = {one["id"]: one for one in (await town.get("/persons", who="person"))["items"]}
    assert NILS not in people  # of another organisation
    assert people[ANNA]["mobiles"] == [{"number": ANNA_MOBILE}]
    assert people[ANNA]["direct_number"] == ANNA_DIRECT
    assert people[HEMLIG]["mobiles"] == [{"number": None}]
    assert people[HEMLIG]["direct_number"] is None
    for who, sees in (("operator", False), ("head", True), ("admin", True)):
        hemlig = await town.get(f"/persons/{HEMLIG}", who=who)
        assert (hemlig["direct_number"] == HEMLIG_DIRECT) == sees
        assert (hemlig["mobiles"][0]["number"] == HEMLIG_MOBILE) == sees


async def test_a_person_out_of_reach_is_refused(town: Town) -> None:
    await problem(await town.ask("GET", f"/persons/{NILS}", who="person"), 403)


async def test_persons_come_page_by_page_in_the_order_of_names(town: Town) -> None:
    names, path = [], "/persons?limit=2"
    while path:
        page = await town.get(path)
        names += [one["family_name"] for one in page["items"]]
        path = f"/persons?limit=2&cursor={page['next']}" if page["next"] else ""
    assert names == ["Berg", "Ek", "Lind", "Åkerström", "Öberg"]


# Operators


async def test_an_operator_pauses_themselves_and_the_register_knows(town: Town) -> None:
    town.live.persons.add(id_of("olle"))
    (operator,) = (await town.get("/operators", who="operator"))["items"]
    assert operator["engaged"]
    assert operator["switchboards"][0]["main_numbers"] == [MAIN]
    path = f"/operators/{OLLE}/state"
    changed = await answer(await town.ask("POST", path, {"state": "paused"}, who="operator"), 200)
    assert changed["state"] == "paused"
    known = town.directory.register.operator(id_of("olle"))
    assert known is not None
    assert known.state is OperatorState.PAUSED
    await problem(await town.ask("POST", path, {"state": "asleep"}), 422)
    await problem(await town.ask("POST", path, {"state": "open"}, who="head"), 403)
    await problem(await town.ask("POST", f"/operators/{ANNA}/state", {"state": "open"}), 404)


async def test_one_who_wraps_up_is_open_and_shown_so(town: Town) -> None:
    """It can't be set, and who has paused is not waited for."""
    town.live.wrapping_up.add(id_of("olle"))
    path = f"/operators/{OLLE}/state"
    assert (await town.get(f"/operators/{OLLE}"))["state"] == "wrapping_up"
    await problem(await town.ask("POST", path, {"state": "wrapping_up"}, who="operator"), 422)
    assert (await town.ask("POST", path, {"state": "paused"}, who="operator")).status == 200
    assert (await town.get(f"/operators/{OLLE}"))["state"] == "paused"


async def test_an_operator_is_made_changed_ended_and_made_again(town: Town) -> None:
    board, siv = str(id_of("board")), str(id_of("siv"))
    body = {"person": siv, "phone": str(id_of("phone siv")), "switchboards": [board]}
    at = f"/operators/{siv}"
    await problem(await town.ask("POST", "/operators", body, who="operator"), 403)
    response = await town.ask("POST", "/operators", body)
    made = await answer(response, 201)
    assert (response.headers["Location"], made["state"], made["phone"]) == (f"/api/v1{at}", "closed", "siv")
    assert town.directory.register.operator(id_of("siv")) is not None
    await problem(await town.ask("POST", "/operators", body), 409)
    change = {"phone": str(id_of("phone hemlig"))}
    await problem(await town.ask("PATCH", at, change), 428)
    changed = await answer(await town.ask("PATCH", at, change, if_match='"1"'), 200)
    assert (changed["phone"], changed["switchboards"]) == ("hemlig", made["switchboards"])
    await problem(await town.ask("PATCH", at, change, if_match='"1"'), 412)
    await answer(await town.ask("DELETE", at, if_match='"2"'), 200)
    assert town.directory.register.operator(id_of("siv")) is None
    await problem(await town.ask("GET", at), 404)
    again = await answer(await town.ask("POST", "/operators", body), 201)
    assert again["phone"] == "siv"


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"person": str(id_of("nobody"))}, "person"),
        ({"phone": str(id_of("anna"))}, "phone"),
        ({"switchboards": [str(id_of("anna"))]}, "switchboards"),
        ({"switchboards": []}, "switchboards"),
    ],
)
async def test_an_operator_sits_and_serves_where_there_is_something(
    town: Town, fields: dict[str, Any], where: str
) -> None:
    body = {
        "person": str(id_of("siv")),
        "phone": str(id_of("phone siv")),
        "switchboards": [str(id_of("board"))],
    }
    refused = await problem(await town.ask("POST", "/operators", {**body, **fields}), 422)
    assert refused["errors"][0]["where"] == where


# Calls


async def test_a_call_is_told_to_who_it_concerns(town: Town, call: str) -> None:
    assert [one["id"] for one in (await town.get("/calls", who="person"))["items"]] == [call]
    assert (await town.get("/calls", who="superuser"))["items"] == []
    await problem(await town.ask("GET", f"/calls/{call}", who="superuser"), 403)
    story = await town.get(f"/calls/{call}")
    assert [event["kind"] for event in story["events"]] == [
        "opened",
        "signal",
        "decision",
        "command",
        "closed",
    ]


async def test_what_was_recorded_of_a_threatening_call_is_listed_with_it(town: Town, call: str) -> None:
    assert (await town.get(f"/calls/{call}"))["recordings"] == []
    recorded = {"type": "threat_recorded", "file": "one.wav", "began_at": NOW.isoformat(), "seconds": 61.24}
    await CallRecords(town.database).append([CallEntry(call, 9, NOW, "signal", recorded)])
    [shown] = (await town.get(f"/calls/{call}"))["recordings"]
    assert (shown["file"], shown["seconds"]) == ("one.wav", 61.2)
    assert datetime.fromisoformat(shown["began_at"]) == NOW


async def test_protected_numbers_and_technical_matter_are_left_out(town: Town, call: str) -> None:
    story = await town.get(f"/calls/{call}", who="person")
    assert [event["kind"] for event in story["events"]] == ["opened", "signal", "decision", "closed"]
    response = await town.ask("GET", f"/calls/{call}/explain", who="person", language="sv")
    text = await response.text()
    assert text.startswith("Onsdag 5 augusti 2026 klockan 10.00 ringde 201 (Anna Berg) till 200.")
    assert "***" in text
    assert all(number not in str(story) + text for number in (HEMLIG_MOBILE, "070-174 06 06"))
    english = await town.ask("GET", f"/calls/{call}/explain?language=en", language="sv")
    assert (await english.text()).startswith("On Wednesday 5 August 2026 at 10:00, 201 (Anna Berg) rang 200.")


@pytest.mark.parametrize("whole", [True, False])
async def test_a_protected_number_stays_hidden_in_old_calls_when_it_has_ended(
    town: Town, call: str, *, whole: bool
) -> None:
    """Hanna leaves, or only her mobile is ended."""
    opened = {"side": "carrier", "caller": HEMLIG_MOBILE, "called": HEMLIG_DIRECT if whole else "201"}
    told = [
        ("opened", opened),
        ("sought", {"person": ANNA}),
        ("outcome", {"outcome": "talked", "person": ANNA}),
    ]
    await CallRecords(town.database).append(
        [CallEntry("hv-old", seq, NOW, kind, data) for seq, (kind, data) in enumerate(told)]
    )
    if whole:
        tag = (await town.ask("GET", f"/persons/{HEMLIG}")).headers["ETag"]
        await answer(await town.ask("DELETE", f"/persons/{HEMLIG}", if_match=tag), 200)
    else:
        [mobile] = (await town.get(f"/mobiles?person={HEMLIG}"))["items"]
        await answer(await town.ask("POST", f"/mobiles/{mobile['id']}/end", if_match='"1"'), 200)
    paths = ("/calls", "/calls/hv-old", f"/calls/{call}", f"/calls/{call}/explain", f"/persons/{ANNA}/held")
    seen = "".join([await (await town.ask("GET", path, who="person")).text() for path in paths])
    assert "hv-old" in seen
    assert not [number for number in (HEMLIG_MOBILE, HEMLIG_DIRECT, "070-174 06 06") if number in seen]
    assert HEMLIG_MOBILE in str(await town.get("/calls/hv-old"))


async def test_a_protected_number_is_shown_again_when_it_is_anothers(town: Town, call: str) -> None:
    [mobile] = (await town.get(f"/mobiles?person={HEMLIG}"))["items"]
    await answer(await town.ask("POST", f"/mobiles/{mobile['id']}/end", if_match='"1"'), 200)
    new = {
        "person": NILS,
        "number": HEMLIG_MOBILE,
        "carrier": "Upphandlad operatör",
        "grounds": "reser mycket",
    }
    decided = {"decided_by": "chefen", "decided_at": NOW.isoformat()}
    await answer(await town.ask("POST", "/mobiles", new | decided), 201)
    assert "070-174 06 06" in str(await town.get(f"/calls/{call}", who="person"))


# The policy


async def decides(town: Town, **question: Any) -> Any:
    body = {"kind": "transfer", "operator": OLLE, **question}
    return await answer(await town.ask("POST", "/policy/decisions", body, who="operator"), 200)


@pytest.mark.parametrize(
    "target",
    ["0701740605", "070-174 06 05", "+46701740605", "0046701740605", "00701740605", "tel:+46701740605"],
)
async def test_every_spelling_of_a_mobile_is_refused_with_what_is_allowed(town: Town, target: str) -> None:
    decision = await decides(town, target=target)
    assert (decision["effect"], decision["rules"], decision["read_as"]) == ("refuse", ["O2"], "mobile")
    numbers = {one["kind"]: one["number"] for one in decision["alternatives"]}
    assert numbers == {
        "tell_mobile_number": ANNA_MOBILE,
        "give_direct_number": ANNA_DIRECT,
        "take_message": None,
    }


async def test_a_confidential_call_is_refused_by_m4(town: Town) -> None:
    assert (await decides(town, target=ANNA_MOBILE, confidential=True))["rules"] == ["M4"]


async def test_a_transfer_to_an_absent_or_forwarded_person(town: Town) -> None:
    assert (await decides(town, target="201"))["effect"] == "allow"
    await town.ask("POST", "/forwardings", {"person": ANNA, "target": "0701740605"})
    assert (await decides(town, target="201"))["rules"] == ["O2", "M3"]
    await town.ask("POST", "/absences", {"person": ANNA, "reason": "1"})
    decision = await decides(town, target="201")
    assert (decision["effect"], decision["rules"]) == ("refer", ["G1", "O1"])
    assert (await decides(town, kind="arrival", target="201"))["rules"] == ["G1"]


async def test_a_protected_persons_mobile_is_not_told_where_a_colleague_is_forwarded_to_it(
    town: Town,
) -> None:
    forwarding = {"person": str(id_of("siv")), "target": "0701740606"}
    await answer(await town.ask("POST", "/forwardings", forwarding), 201)
    decision = await decides(town, target="202")
    assert decision["rules"] == ["O2", "M3"]
    assert all(number not in str(decision) for number in (HEMLIG_MOBILE, "070-174 06 06"))


async def test_an_operator_with_a_caller_does_not_ring_a_mobile(town: Town) -> None:
    assert (await decides(town, kind="consult", target=ANNA_MOBILE))["effect"] == "refuse"
    assert (await decides(town, kind="consult", target="202"))["effect"] == "allow"


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "arrival", "target": "999"},
        {"kind": "transfer", "target": ""},
        {"kind": "sending", "target": "201"},
        {"kind": "transfer", "target": "201", "operator": str(id_of("nobody"))},
        {"kind": "transfer", "target": "201", "organisation": str(id_of("nobody"))},
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(town: Town, body: dict[str, str]) -> None:
    await problem(await town.ask("POST", "/policy/decisions", body), 422)


async def test_the_rules_and_reasons_are_listed(town: Town) -> None:
    assert len((await town.get("/policy/rules", who="person"))["items"]) == 21
    assert [one["code"] for one in (await town.get("/absence-reasons"))["items"]] == ["0", "1", "6", "9"]
    assert (await town.get("/absence-reasons/9"))["private"] is True
    assert (await town.get("/absence-reasons/0"))["default_until"] == "45m"
