"""F2: others' calls are read from an extract that two agree on, and in no other way, whatever is asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.repositories.users import RoleGiven, UserFields, Users
from hanvisa.reports.catalogue import REPORTS
from hanvisa.web.tokens import create_token
from unit.web.town import NOW, Town, id_of, problem

ANNA, SIV = str(id_of("anna")), str(id_of("siv"))
OUTSIDE = "+46980319244"
QUERIES = (
    "",
    f"?person={ANNA}",
    f"?operator={ANNA}",
    f"?since={quote((NOW - timedelta(days=1)).isoformat())}",
    f"?until={quote((NOW + timedelta(days=1)).isoformat())}",
    "?limit=1",
)


@pytest.fixture
async def calls(town: Town) -> list[str]:
    """Of the school: Anna rings out, is sought in vain, and attends; then Siv rings out."""
    told: list[list[tuple[str, dict[str, Any]]]] = [
        [("opened", {"side": "phone", "caller": "201", "called": OUTSIDE, "caller_person": ANNA})],
        [
            ("opened", {"side": "carrier", "caller": OUTSIDE, "called": "201"}),
            ("outcome", {"outcome": "referred", "why": "busy", "person": ANNA, "unreferred": True}),
        ],
        [
            ("opened", {"side": "carrier", "caller": OUTSIDE, "called": "200"}),
            ("outcome", {"outcome": "operator", "operator": ANNA}),
        ],
        [("opened", {"side": "phone", "caller": "202", "called": OUTSIDE, "caller_person": SIV})],
    ]
    entries = [
        CallEntry(f"hv-{number}", seq, NOW + timedelta(minutes=number, seconds=seq), kind, data)
        for number, story in enumerate(told)
        for seq, (kind, data) in enumerate([*story, ("closed", {})])
    ]
    await CallRecords(town.database).append(entries)
    return [f"hv-{number}" for number in range(len(told))]


@pytest.fixture
async def chiefs(town: Town) -> None:
    """Siv is head of the school, and Hanna its telephone manager; both have their own calls besides."""
    for name, role, person in (("chief", "head", "siv"), ("hanna", "telephone_manager", "hemlig")):
        scope = RoleGiven(role, "operation", id_of("Skola"))
        await Users(town.database).create(UserFields(name, id_of(person), frozenset({scope})), None, SYSTEM)
        town.tokens[name] = await create_token(town.database, "person", name, person, now=NOW)


@pytest.mark.parametrize("who", ["chief", "hanna", "superuser", "operator"])
@pytest.mark.parametrize("query", QUERIES)
async def test_no_list_has_anybody_elses(
    town: Town, chiefs: None, calls: list[str], who: str, query: str
) -> None:
    """F2: no filter, time, page or cursor leads to others' calls."""
    everybodys = await town.get(f"/calls{query}")
    assert everybodys["items"]
    own = {"hv-3"} if who in ("chief", "superuser") else set()
    shown = {one["id"] for one in (await town.get(f"/calls{query}", who=who))["items"]}
    assert shown == (own if "person" not in query and "operator" not in query else set())
    cursor = everybodys["next"]
    assert cursor is None or (await town.get(f"/calls?cursor={cursor}", who=who))["items"] == []


@pytest.mark.parametrize("who", ["chief", "hanna", "superuser", "operator", "head", "manager"])
async def test_no_call_of_others_is_opened_or_explained(
    town: Town, chiefs: None, calls: list[str], who: str
) -> None:
    """F2: neither by its id nor by why it went as it did."""
    for call in calls[:3]:
        for path in (f"/calls/{call}", f"/calls/{call}/explain"):
            await problem(await town.ask("GET", path, who=who), 403)


async def test_an_account_that_is_nobodys_has_no_calls(town: Town, calls: list[str]) -> None:
    for who in ("head", "manager"):
        await problem(await town.ask("GET", "/calls", who=who), 403)


async def test_follow_up_tells_a_head_how_it_went_and_not_with_whom(town: Town, calls: list[str]) -> None:
    """F1, and F2: figures by person, and no number of whom they talked with."""
    told = {}
    for report in REPORTS:
        for form in ("", "/rows", "/csv", "/rows/csv"):
            response = await town.ask("GET", f"/reports/{report.name}{form}?month=2026-08", who="head")
            told[report.name, form] = await response.text()
            assert response.status == 200, told[report.name, form]
    assert "Anna Berg" in told["unreferred-absences", "/rows"]
    assert not [name for name, text in told.items() if OUTSIDE[1:] in text]
