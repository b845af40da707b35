"""Where a person is now, and what a caller has rung about lately."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hanvisa.calls.live_ports import LiveCall, LiveParty
from hanvisa.calls.ports import CallEntry
from hanvisa.directory.repositories.calls import CallRecords
from unit.web.town import ANNA_MOBILE, HEMLIG_MOBILE, NOW, Town, answer, id_of, problem

ANNA, OLLE = str(id_of("anna")), str(id_of("olle"))
CITIZEN = "+46980319244"
CALL = LiveCall(
    id="hv-k-9",
    caller=LiveParty(CITIZEN, None),
    other=LiveParty("200", id_of("olle")),
    dialled="+46980319200",
    stage="Talking",
    operator=id_of("olle"),
    organisation=None,
    held=False,
    confidential=False,
    threat=False,
    since=NOW,
)


async def test_who_is_there_is_shown_with_the_departments_others_and_who_is_on_the_phone(town: Town) -> None:
    town.live.persons = {id_of("siv")}
    told = await town.get(f"/persons/{ANNA}/presence", who="operator")
    assert (told["person"]["name"], told["extension"], told["away"], told["engaged"]) == (
        "Anna Berg",
        "201",
        None,
        False,
    )
    engaged = {one["person"]["name"]: one["engaged"] for one in told["colleagues"]}
    assert engaged == {"Siv Åkerström": True, "Hanna Lind": False}


async def test_absences_that_adjoin_are_told_as_callers_hear_them_with_what_is_to_come(town: Town) -> None:
    for reason, from_, to in (("1", 0, 1), ("6", 1, 3), ("1", 48, 49)):
        body = {
            "person": ANNA,
            "reason": reason,
            "starts_at": (NOW + timedelta(hours=from_)).isoformat(),
            "ends_at": (NOW + timedelta(hours=to)).isoformat(),
            "substitute": str(id_of("siv")),
            "note": f"until +{to} h",
        }
        await answer(await town.ask("POST", "/absences", body), 201)
    told = await town.get(f"/persons/{ANNA}/presence", who="operator")
    assert told["away"]["reason_name"]["en"] == "Meeting"
    assert told["away"]["until"] == "2026-08-05T13:00:00+02:00"
    whose = await town.get(f"/absences/{told['away']['absence']}", who="operator")
    assert (whose["reason_name"]["en"], whose["note"]) == ("Meeting", "until +1 h")
    assert [one["starts_at"] for one in told["coming"]] == [
        "2026-08-05T11:00:00+02:00",
        "2026-08-07T10:00:00+02:00",
    ]
    assert told["substitute"]["person"]["name"] == "Siv Åkerström"


async def test_a_private_reason_is_neutral_and_a_protected_number_is_hidden(town: Town) -> None:
    await answer(await town.ask("POST", "/absences", {"person": ANNA, "reason": "9"}), 201)
    body = {"person": ANNA, "target": HEMLIG_MOBILE}
    await answer(await town.ask("POST", "/forwardings", body), 201)
    told = await town.get(f"/persons/{ANNA}/presence", who="operator")
    assert told["away"]["reason_name"]["en"] == "Absent"
    assert [one["target"] for one in told["forwardings"]] == ["***"]
    told = await town.get(f"/persons/{ANNA}/presence")
    assert told["away"]["reason_name"]["en"] == "Sick"
    assert [one["target"] for one in told["forwardings"]] == [HEMLIG_MOBILE]


async def test_who_reads_nobodys_absences_learns_of_nobody_elses(town: Town) -> None:
    told = await town.get(f"/persons/{ANNA}/presence", who="person")
    assert told["colleagues"] == []
    await problem(await town.ask("GET", f"/persons/{OLLE}/presence", who="person"), 403)
    await problem(await town.ask("GET", f"/persons/{id_of('nobody')}/presence"), 404)


@pytest.fixture
async def calls(town: Town) -> None:
    """A citizen's: one that Olle put through, one confidential, one without an operator; and one of Anna's."""
    had = ("outcome", {"outcome": "referred", "operator": OLLE, "person": ANNA})
    told: list[list[tuple[str, dict[str, Any]]]] = [
        [("opened", {"side": "carrier", "caller": CITIZEN, "called": "200"}), had],
        [
            ("opened", {"side": "carrier", "caller": CITIZEN, "called": "200"}),
            ("signal", {"confidential": True}),
            had,
        ],
        [("opened", {"side": "carrier", "caller": CITIZEN, "called": "201"})],
        [("opened", {"side": "phone", "caller": "201", "called": "200", "caller_person": ANNA}), had],
    ]
    entries = [
        CallEntry(f"hv-k-{number}", seq, NOW - timedelta(days=1), kind, data)
        for number, story in enumerate(told)
        for seq, (kind, data) in enumerate(story)
    ]
    await CallRecords(town.database).append(entries)


@pytest.mark.usefixtures("calls")
async def test_what_a_citizen_rang_the_operators_about_is_told_and_nothing_else(town: Town) -> None:
    town.live.up = [CALL]
    [one] = (await town.get("/live/calls/hv-k-9/recent", who="operator"))["items"]
    assert (one["person"]["name"], one["operator"]["name"], one["outcome"]) == (
        "Anna Berg",
        "Olle Ek",
        "referred",
    )
    await problem(await town.ask("GET", "/live/calls/hv-k-9/recent", who="person"), 403)


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize(
    "caller", [LiveParty("201", id_of("anna")), LiveParty(ANNA_MOBILE, id_of("anna")), LiveParty("", None)]
)
async def test_of_our_own_peoples_calls_nothing_is_told(town: Town, caller: LiveParty) -> None:
    """F2."""
    town.live.up = [replace(CALL, caller=caller)]
    assert (await town.get("/live/calls/hv-k-9/recent", who="operator"))["items"] == []
