"""Why did they hear that? A call's page, the list of calls, and the rules they go by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.repositories.calls import CallRecords
from unit.web.pages.visiting import Visitor
from unit.web.town import NOW, Town, id_of

ANNA, OLLE = str(id_of("anna")), str(id_of("olle"))
BECAUSE = {"sv": "Anna Berg är <b>borta</b> (G1).", "en": "Anna Berg is away (G1)."}


@pytest.fixture
async def calls(town: Town) -> None:
    """Anna was sought and her caller referred; the day before, Olle attended to another."""
    town.voice.joined["here"] = ()
    facts = {"kind": "recorded", "has_phone": True, "number": "+46980319244", "confidential": False}
    decision = {"decision": "MessageFacts", "schema": 1, "facts": facts, "effect": "refer", "rules": ["G1"]}
    referred: list[tuple[str, dict[str, Any]]] = [
        ("opened", {"side": "carrier", "caller": "+46980319244", "called": "+46980319201"}),
        ("stage", {"name": "ReachingPerson", "args": {"person": ANNA}}),
        ("decision", {**decision, "because": BECAUSE}),
        ("outcome", {"outcome": "referred", "why": "absent", "person": ANNA}),
        ("heard", {"to": "caller", "words": "Anna Berg är borta.", "files": ["/x/sounds/here"]}),
        ("heard", {"to": "caller", "words": "Hej då.", "files": ["/x/sounds/purged"]}),
        ("closed", {"reason": "caller_hung_up"}),
    ]
    attended: list[tuple[str, dict[str, Any]]] = [
        ("opened", {"side": "carrier", "caller": "", "called": "+46980319200"}),
        ("outcome", {"outcome": "operator", "operator": OLLE}),
        ("closed", {"reason": "caller_hung_up"}),
    ]
    entries = [
        CallEntry(id_, seq, at + timedelta(seconds=seq), kind, data)
        for id_, at, told in (("hv-1", NOW, referred), ("hv-2", NOW - timedelta(days=1), attended))
        for seq, (kind, data) in enumerate(told)
    ]
    await CallRecords(town.database).append(entries)


async def visitor(town: Town, person: str, *roles: dict[str, object]) -> Visitor:
    visitor = await Visitor.known(town, person, *roles)
    await visitor.signs_in()
    return visitor


async def test_a_call_says_at_the_top_what_happened_and_why(town: Town, calls: None) -> None:
    page = await (await visitor(town, "anna")).page("/calls/hv-1")
    summary = page.partition('class="summary"')[2].partition("</p>")[0]
    assert "ringde 0980-31 92 44 till 0980-31 92 01 och sökte Anna Berg." in summary
    assert "Därför hänvisades samtalet, enligt regel G1 (All frånvaro hänvisas)." in summary
    assert "Den som ringde fick höra: «Anna Berg är borta.»" in summary


async def test_every_decision_has_its_rule_linked_and_what_was_played_can_be_heard(
    town: Town, calls: None
) -> None:
    anna = await visitor(town, "anna")
    page = await anna.page("/calls/hv-1")
    assert "Beslut: hänvisas" in page
    assert 'href="/rules#G1">G1 All frånvaro hänvisas</a>' in page
    assert "Anna Berg är &lt;b&gt;borta&lt;/b&gt; (G1)." in page
    assert page.count("<audio") == 1
    heard = await anna.get("/api/v1/calls/hv-1/heard/4")
    assert (heard.status, heard.content_type) == (200, "audio/wav")
    assert 'src="/api/v1/calls/hv-1/heard/4"' in page
    assert "Ljudet finns inte kvar." in page
    assert 'id="G1"' in await anna.page("/rules")


async def test_what_it_was_decided_from_is_for_those_who_may_see_it(town: Town, calls: None) -> None:
    assert "Det beslutet bygger på" not in await (await visitor(town, "anna")).page("/calls/hv-1")
    page = await (await visitor(town, "siv", {"role": "admin"})).page("/calls/hv-1")
    facts = page.partition("Det beslutet bygger på")[2].partition("</details>")[0]
    assert "<dt>Nummer</dt><dd>0980-31 92 44</dd>" in facts
    assert "Prövat på nytt blir beslutet ett annat" in page


@pytest.mark.parametrize(
    ("who", "status", "facts"),
    [
        ("admin", 200, True),
        ("manager", 403, False),
        ("head", 403, False),
        ("operator", 403, False),
        ("superuser", 403, False),
        ("person", 200, False),  # Anna, whom the caller sought
    ],
)
async def test_a_call_is_seen_by_who_took_part_and_by_admins_and_by_these_what_it_was_decided_from(
    town: Town, calls: None, who: str, status: int, *, facts: bool
) -> None:
    """Heads read others' calls from an extract (F2), and so do those who answer for the telephony."""
    came = await town.client.get("/calls/hv-1", headers={"Authorization": f"Bearer {town.tokens[who]}"})
    text = await came.text()
    assert came.status == status
    assert ("Anna Berg" in text) == (status == 200)
    assert ("Det beslutet bygger på" in text) == facts


async def test_others_calls_are_read_from_an_extract_and_the_page_says_how(town: Town, calls: None) -> None:
    scope: dict[str, object] = {"role": "head", "scope": {"kind": "operation", "id": str(id_of("Skola"))}}
    chief = await visitor(town, "siv", scope)
    came = await chief.get("/calls/hv-1")
    text = await came.text()
    assert came.status == 403
    assert "Anna" not in text
    assert 'href="/extracts/new"' in text
    assert 'href="/rules#F2"' in text
    (kept,) = (await town.get("/audit?action=refused"))["items"]
    assert kept["by"] == chief.name
    listed = await chief.page("/calls")
    assert "hv-1" not in listed
    assert 'href="/extracts/new"' in listed
    nils = await visitor(town, "nils")
    assert 'href="/extracts/new"' not in await (await nils.get("/calls/hv-1")).text()
    assert (await nils.get("/calls/hv-9")).status == 404


async def test_the_list_is_filtered_by_its_address(town: Town, calls: None) -> None:
    admin = await visitor(town, "siv", {"role": "admin"})
    everything = await admin.page("/calls")
    assert all(one in everything for one in ("hv-1", "hv-2", "hänvisning", "telefonist svarade"))
    today = await admin.page("/calls?since=2026-08-05&until=2026-08-05")
    assert ("hv-1" in today, "hv-2" in today) == (True, False)
    assert 'name="since" value="2026-08-05"' in today
    named = await admin.page("/calls?q=anna+b")
    assert ("hv-1" in named, "hv-2" in named, "Sökt: Anna Berg" in named) == (True, False, True)
    attended = await admin.page(f"/calls?operator={OLLE}")
    assert ("hv-1" in attended, "hv-2" in attended, "Telefonist: Olle Ek" in attended) == (False, True, True)
    several = await admin.page("/calls?q=k")
    assert "Vem menar du?" in several
    assert "Ingen heter så." in await admin.page("/calls?q=nobody")
    assert "hv-1" in await admin.page("/calls?since=nonsense")


async def test_everybody_sees_their_own_calls_alone(town: Town, calls: None) -> None:
    anna = await visitor(town, "anna")
    assert ("hv-1" in await anna.page("/calls"), "hv-2" in await anna.page("/calls")) == (True, False)
    assert (await anna.get("/calls/hv-2")).status == 403
