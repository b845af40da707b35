"""Extracts over REST (F2): asked for by one, approved by another, opened by both, and told to the person in the end."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.repositories.users import RoleGiven, UserFields, Users
from hanvisa.policy.model import Language
from hanvisa.web.api import extract_sheets
from hanvisa.web.api.extract_bodies import ExtractedCallShown, ExtractShown
from hanvisa.web.tokens import create_token
from unit.web.printed import HEADED_TABLE, structure_of, text_of
from unit.web.town import HEMLIG_MOBILE, NOW, Town, answer, id_of, problem

ANNA = str(id_of("anna"))
ASKED = {
    "person": ANNA,
    "starts_at": "2026-07-01T00:00:00+02:00",
    "ends_at": "2026-08-01T00:00:00+02:00",
    "reason": "Många och långa samtal till utlandet",
}
SKOLA = {"scope_kind": "operation", "scope_id": id_of("Skola")}


@pytest.fixture
async def people(town: Town) -> None:
    """Olle is telephone manager of the school and asks; Siv is its head and approves; Nils is an administrator."""
    for name, roles in (
        ("olle", (RoleGiven("telephone_manager", **SKOLA),)),
        ("siv", (RoleGiven("head", **SKOLA),)),
        ("nils", (RoleGiven("admin"),)),
    ):
        await Users(town.database).create(UserFields(name, id_of(name), frozenset(roles)), None, SYSTEM)
        town.tokens[name] = await create_token(town.database, "person", name, name, now=NOW)


@pytest.fixture
async def calls(town: Town) -> None:
    at = NOW - timedelta(days=20)
    opened = {"side": "phone", "caller": "201", "caller_person": ANNA}
    entries = []
    for number, data in enumerate(
        (
            {"called": "+442079460000"},
            {"called": "+4670xxxxxxx", "private": True},
            {"called": HEMLIG_MOBILE},
        )
    ):
        entries += [
            CallEntry(f"hv-{number}", 1, at + timedelta(minutes=number), "opened", {**opened, **data}),
            CallEntry(f"hv-{number}", 2, at + timedelta(minutes=number, seconds=90), "closed", {}),
        ]
    await CallRecords(town.database).append(entries)


async def asks(town: Town, who: str = "olle", **fields: str) -> Any:
    return await answer(await town.ask("POST", "/extracts", {**ASKED, **fields}, who=who), 201)


async def approves(town: Town, extract: Any, who: str = "siv") -> Any:
    path = f"/extracts/{extract['id']}/approve"
    return await answer(await town.ask("POST", path, who=who, if_match='"1"'), 200)


async def test_one_asks_another_approves_and_both_read(town: Town, people: None, calls: None) -> None:
    extract = await asks(town)
    assert (extract["state"], extract["requested_by"]["name"]) == ("requested", "olle")
    path = f"/extracts/{extract['id']}"
    await problem(await town.ask("GET", f"{path}/traffic", who="olle"), 409)
    extract = await approves(town, extract)
    assert (extract["state"], extract["decided_by"]["name"]) == ("approved", "siv")
    assert extract["expires_at"] == "2026-11-03T09:00:00+01:00"
    traffic = await town.get(f"{path}/traffic", who="olle")
    assert [(one["part"], one["number"], one["seconds"]) for one in traffic["items"]] == [
        ("caller", "+442079460000", 90),
        ("caller", "+4670xxxxxxx", 90),
        ("caller", HEMLIG_MOBILE, 90),  # a telephone manager sees the protected numbers of the own operation
    ]
    response = await town.ask("GET", f"{path}/traffic.csv", who="siv", language="sv")
    assert response.content_type == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    lines = (await response.text(encoding="utf-8-sig")).splitlines()
    assert lines[0] == "Början;Slut;Sekunder;Roll;Nummer;Utfall;Privat;Sekretess"
    assert lines[1] == "2026-07-16 10:00:00;2026-07-16 10:01:30;90;ringde;'+44 20 7946 0000;;nej;nej"
    assert lines[2].endswith("ringde;'+4670xxxxxxx;;ja;nej")
    opened = (await town.get(f"{path}/openings", who="siv"))["items"]
    assert [(one["by"]["name"], one["form"], one["address"]) for one in opened] == [
        ("olle", "json", "127.0.0.1"),
        ("siv", "csv", "127.0.0.1"),
    ]


async def test_it_says_to_each_what_they_may_do_with_it(town: Town, people: None, calls: None) -> None:
    extract = await asks(town)
    path = f"/extracts/{extract['id']}"
    assert not extract["may_decide"], "who asked does not decide"
    may = {who: (await town.get(path, who=who))["may_decide"] for who in ("olle", "siv", "nils", "manager")}
    assert may == {"olle": False, "siv": True, "nils": True, "manager": False}
    extract = await approves(town, extract)
    assert (extract["may_decide"], extract["may_open"]) == (False, True)
    may = {who: (await town.get(path, who=who))["may_open"] for who in ("olle", "siv", "nils")}
    assert may == {"olle": True, "siv": True, "nils": False}


async def test_it_is_printed_tagged_with_why_and_by_whom_and_that_is_kept(
    town: Town, people: None, calls: None
) -> None:
    extract = await approves(town, await asks(town, reason="Många <och> långa samtal {till} utlandet"))
    path = f"/extracts/{extract['id']}"
    response = await town.ask("GET", f"{path}/traffic.pdf", who="siv", language="sv")
    assert (response.status, response.content_type) == (200, "application/pdf")
    assert "extract-2026-07-01.pdf" in response.headers["Content-Disposition"]
    document = PdfReader(io.BytesIO(await response.read()))
    assert document.trailer["/Root"]["/Lang"] == "sv"
    assert structure_of(document)[0] >= HEADED_TABLE
    text = " ".join(text_of(document).split())
    for told in (
        "Specificerat utdrag av samtal",
        "Gäller Anna Berg, 2026-07-01 00:00 – 2026-08-01 00:00.",
        "Skäl: Många <och> långa samtal {till} utlandet",
        "Begärt av olle 2026-08-05 10:00 och godkänt av siv 2026-08-05 10:00 (F2).",
        "Utskrivet av siv 2026-08-05 10:00, vilket är antecknat.",
        "+44 20 7946 0000",
        "+4670xxxxxxx",
        "070-174 06 06",
    ):
        assert told in text
    [opening] = (await town.get(f"{path}/openings", who="olle"))["items"]
    assert (opening["by"]["name"], opening["form"]) == ("siv", "pdf")


async def test_no_calls_are_told_of_too(town: Town, people: None) -> None:
    extract = await approves(town, await asks(town))
    response = await town.ask("GET", f"/extracts/{extract['id']}/traffic.pdf", who="olle")
    text = text_of(PdfReader(io.BytesIO(await response.read())))
    assert "No calls in that time." in text


async def test_of_many_calls_the_first_are_on_paper_and_it_says_so(
    town: Town, people: None, calls: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract = await approves(town, await asks(town))
    traffic = (await town.get(f"/extracts/{extract['id']}/traffic", who="olle"))["items"]
    monkeypatch.setattr(extract_sheets, "MOST_ROWS", 2)
    shown = [ExtractedCallShown.model_validate(one) for one in traffic]
    page = extract_sheets.page_of(ExtractShown.model_validate(extract), shown, "olle", NOW, Language.EN)
    assert "These are the first 2 of 3; the CSV file has them all." in page.html
    assert page.html.count("<tr>") == 1 + 2


async def test_protected_numbers_of_others_are_stars_in_it(town: Town, people: None) -> None:
    """The head of the care sees none of the school's."""
    at = NOW - timedelta(days=20)
    opened = {"side": "phone", "caller": "200", "caller_person": str(id_of("olle")), "called": HEMLIG_MOBILE}
    await CallRecords(town.database).append([CallEntry("hv-1", 1, at, "opened", opened)])
    scope = RoleGiven("head", "operation", id_of("Omsorg"))
    await Users(town.database).create(UserFields("vik", id_of("siv"), frozenset({scope})), None, SYSTEM)
    town.tokens["vik"] = await create_token(town.database, "person", "vik", "siv", now=NOW)
    extract = await approves(town, await asks(town, who="nils", person=str(id_of("olle"))), who="vik")
    for who, number in (("nils", HEMLIG_MOBILE), ("vik", "***")):
        [call] = (await town.get(f"/extracts/{extract['id']}/traffic", who=who))["items"]
        assert call["number"] == number


async def test_who_tried_to_open_it_is_in_the_trail(town: Town, people: None, calls: None) -> None:
    extract = await approves(town, await asks(town))
    path = f"/extracts/{extract['id']}/traffic.csv"
    await problem(await town.ask("GET", path, who="nils"), 409)
    [entry] = (await town.get("/audit?action=refused&by=nils"))["items"]
    assert entry["row"] == f"GET /api/v1{path}"
    assert entry["after"] == {"status": 409, "error_id": "refused-by-policy", "rules": ["F2"]}


async def test_who_asked_does_not_approve_nor_another_account_of_theirs(town: Town, people: None) -> None:
    extract = await asks(town, who="siv")
    path = f"/extracts/{extract['id']}/approve"
    refused = await problem(await town.ask("POST", path, who="siv", if_match="*"), 409)
    assert (refused["rules"], refused["error_id"]) == (["F2"], "refused-by-policy")
    second = UserFields("siv som admin", id_of("siv"), frozenset({RoleGiven("admin")}))
    await Users(town.database).create(second, None, SYSTEM)
    town.tokens["second"] = await create_token(town.database, "admin", "siv som admin", now=NOW)
    await problem(await town.ask("POST", path, who="second", if_match="*"), 409)
    # An account that is nobody's may be theirs as well.
    await problem(await town.ask("POST", path, who="admin", if_match="*"), 409)
    # A telephone manager has not the right role.
    await problem(await town.ask("POST", path, who="olle", if_match="*"), 403)


async def test_only_the_two_read_it(town: Town, people: None, calls: None) -> None:
    extract = await approves(town, await asks(town))
    for who in ("nils", "admin", "head", "manager"):
        path = f"/extracts/{extract['id']}"
        await answer(await town.ask("GET", path, who=who), 200)
        for form in ("traffic", "traffic.csv", "traffic.pdf"):
            assert (await problem(await town.ask("GET", f"{path}/{form}", who=who), 409))["rules"] == ["F2"]
    assert not (await town.get(f"{path}/openings"))["items"]


async def test_the_person_knows_of_it_when_the_time_has_come(town: Town, people: None, calls: None) -> None:
    extract = await approves(town, await asks(town))
    path = f"/extracts/{extract['id']}"
    await town.get(f"{path}/traffic", who="olle")
    for hidden in (path, f"{path}/openings", f"{path}/traffic"):
        await problem(await town.ask("GET", hidden, who="person"), 404)
    assert not (await town.get("/extracts", who="person"))["items"]
    town.clock.advance(timedelta(days=30))
    [known] = (await town.get("/extracts", who="person"))["items"]
    assert (known["reason"], known["requested_by"]["name"]) == (ASKED["reason"], "olle")
    assert [one["by"]["name"] for one in (await town.get(f"{path}/openings", who="person"))["items"]] == [
        "olle"
    ]
    assert (await problem(await town.ask("GET", f"{path}/traffic", who="person"), 409))["rules"] == ["F2"]


@pytest.fixture
async def suspected(town: Town, people: None, calls: None) -> Any:
    """An extract on Anna, who is an administrator too: Olle has opened it, and Nils was refused to."""
    await Users(town.database).create(
        UserFields("anna.adm", id_of("anna"), frozenset({RoleGiven("admin")})), None, SYSTEM
    )
    town.tokens["suspect"] = await create_token(town.database, "person", "anna.adm", "anna", now=NOW)
    extract = await approves(town, await asks(town))
    path = f"/extracts/{extract['id']}/traffic"
    await town.get(path, who="olle")
    await problem(await town.ask("GET", path, who="nils"), 409)
    return extract


async def trail(town: Town, who: str, limit: int = 200) -> list[Any]:
    entries, cursor = [], ""
    while True:
        page = await town.get(f"/audit?limit={limit}{cursor}", who=who)
        entries += page["items"]
        if page["next"] is None:
            return entries
        cursor = f"&cursor={page['next']}"


async def test_an_administrator_does_not_find_an_extract_on_themselves_in_the_trail(
    town: Town, suspected: Any
) -> None:
    """Page by page either, nor one entry by its id; others do, and they themselves when they have been told."""
    whole = await trail(town, "nils")
    telling = [one for one in whole if suspected["id"] in str(one)]
    assert {(one["table"], one["action"]) for one in telling} == {
        ("extracts", "created"), ("extracts", "changed"), ("extract_openings", "created"), ("requests", "refused")
    }  # fmt: skip
    rest = [one for one in whole if one not in telling]
    assert await trail(town, "suspect") == rest
    assert await trail(town, "suspect", limit=1) == rest
    for one in telling:
        await problem(await town.ask("GET", f"/audit/{one['id']}", who="suspect"), 404)
    assert await town.get(f"/audit/{rest[0]['id']}", who="suspect") == rest[0]
    town.clock.advance(timedelta(days=30))
    assert [one for one in await trail(town, "suspect") if one in whole] == whole


async def test_nor_do_they_in_what_is_held_on_who_asked_for_it(town: Town, suspected: Any) -> None:
    path = f"/persons/{id_of('olle')}/held?limit=200"
    assert ASKED["reason"] in str(await town.get(path, who="nils"))
    seen = await town.get(path, who="suspect")
    assert seen["items"]
    assert not [told for told in (suspected["id"], ASKED["reason"]) if told in str(seen)]


async def test_a_head_who_is_concerned_neither_sees_nor_decides_it(town: Town, people: None) -> None:
    extract = await asks(town, person=str(id_of("siv")))
    path = f"/extracts/{extract['id']}"
    assert not (await town.get("/extracts", who="siv"))["items"]
    await problem(await town.ask("POST", f"{path}/approve", who="siv", if_match="*"), 404)
    await problem(
        await town.ask("POST", f"{path}/refuse", {"reason": "nej tack"}, who="siv", if_match="*"), 404
    )
    await approves(town, extract, who="nils")


async def test_what_is_refused_is_told_why_and_is_not_approved_after_all(town: Town, people: None) -> None:
    extract = await asks(town)
    path = f"/extracts/{extract['id']}"
    body = {"reason": "Skälet räcker inte"}
    await problem(await town.ask("POST", f"{path}/refuse", body, who="siv"), 428)
    refused = await answer(await town.ask("POST", f"{path}/refuse", body, who="siv", if_match='"1"'), 200)
    assert (refused["state"], refused["refusal"], refused["expires_at"]) == ("refused", body["reason"], None)
    await problem(await town.ask("POST", f"{path}/approve", who="siv", if_match='"1"'), 412)
    await problem(await town.ask("POST", f"{path}/approve", who="siv", if_match='"2"'), 409)


async def test_its_content_is_gone_after_its_time(town: Town, people: None, calls: None) -> None:
    extract = await approves(town, await asks(town))
    town.clock.advance(timedelta(days=90))
    refused = await problem(await town.ask("GET", f"/extracts/{extract['id']}/traffic", who="olle"), 409)
    assert "deleted after its time" in refused["because"]


@pytest.mark.parametrize(
    ("who", "fields", "status"),
    [
        ("admin", {}, 409),  # nobody's account
        ("olle", {"person": str(id_of("olle"))}, 403),  # not of the operation
        ("siv", {"person": str(id_of("siv"))}, 409),
        ("siv", {"ends_at": "2026-08-05T10:00:01+02:00"}, 409),
        ("siv", {"starts_at": "2026-04-01T00:00:00+02:00"}, 409),
        ("siv", {"reason": "misstanke"}, 422),
        ("siv", {"person": str(id_of("ingen"))}, 422),
        ("siv", {"person": str(id_of("nils"))}, 403),
        ("person", {}, 403),
        ("operator", {}, 403),
    ],
)
async def test_what_can_not_be_asked_for(
    town: Town, people: None, who: str, fields: dict[str, str], status: int
) -> None:
    await problem(await town.ask("POST", "/extracts", {**ASKED, **fields}, who=who), status)
