"""Calendars over REST (G1): set by oneself or by who may for others; neither address nor password is shown again."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from hanvisa.calendars.source import Reading
from hanvisa.directory.repositories.audit import Audit
from hanvisa.passwords import read_calendar_passwords
from hanvisa.policy.model import Text
from unit.web.town import NOW, Town, answer, id_of, problem

ANNA, SIV, OLLE, NILS = (str(id_of(name)) for name in ("anna", "siv", "olle", "nils"))
ADDRESS = "https://kalender.example.org/key-4711/anna.ics"
FILE = {"person": ANNA, "address": ADDRESS, "kind": "ical"}
CALDAV = {**FILE, "kind": "caldav", "user": "anna", "password": "grön häst"}


async def sets(town: Town, body: dict[str, Any] = FILE, who: str = "admin") -> Any:
    return await answer(await town.ask("POST", "/calendars", body, who=who), 201)


def passwords(town: Town) -> dict[str, str]:
    return read_calendar_passwords(town.state)


async def test_a_person_sets_their_own_and_the_address_is_shown_no_more(town: Town) -> None:
    response = await town.ask("POST", "/calendars", FILE, who="person")
    calendar = await answer(response, 201)
    assert response.headers["Location"] == f"/api/v1/calendars/{calendar['id']}"
    assert response.headers["ETag"] == '"1"'
    assert calendar == {
        "id": calendar["id"],
        "person": {"id": ANNA, "name": "Anna Berg"},
        "host": "kalender.example.org",
        "kind": "ical",
        "user": "",
        "password_set_at": None,
        "last_read": None,
        "ended_at": None,
    }
    assert await town.get(f"/calendars/{calendar['id']}", who="person") == calendar
    assert (await town.get("/calendars", who="person"))["items"] == [calendar]


async def test_neither_key_nor_password_stands_anywhere_but_where_it_is_needed(
    town: Town, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    calendar = await sets(town, CALDAV, "person")
    path = f"/calendars/{calendar['id']}"
    other = {"address": ADDRESS.replace("4711", "4712"), "password": "blå häst"}
    await answer(await town.ask("PATCH", path, other, who="person", if_match='"1"'), 200)
    (changed, created) = await Audit(town.database).list(table="calendars")
    assert (created.by, created.action, changed.action) == ("anna", "created", "changed")
    told = [
        *(await town.get("/audit?table=calendars"))["items"],
        *(await town.get(f"/persons/{ANNA}/held"))["items"],
        await town.get("/calendars"),
        caplog.text,
        *capsys.readouterr(),
    ]
    assert not [one for one in told if "key-47" in str(one) or "häst" in str(one)]


async def test_where_a_password_can_not_be_kept_neither_is_the_calendar_and_the_log_says_why(
    town: Town,
) -> None:
    (town.state / "secrets.json").write_text('{"calendars": {"x": "grön')
    with capture_logs() as told:
        told_them = await problem(await town.ask("POST", "/calendars", CALDAV, who="person"), 500)
    assert told_them["detail"] == "Something is wrong at the server. Its log says what."
    (logged,) = (one["why"] for one in told if one["event"] == "web.configuration")
    assert "secrets.json is damaged" in logged
    assert "grön" not in logged
    assert (await town.get("/calendars", who="person"))["items"] == []


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("admin", {ANNA, SIV, OLLE, NILS}),
        ("manager", {ANNA, SIV}),
        ("head", set()),
        ("operator", {OLLE}),
        ("superuser", {SIV}),
        ("person", {ANNA}),
    ],
)
async def test_who_may_set_whose(town: Town, who: str, allowed: set[str]) -> None:
    for person in (ANNA, SIV, OLLE, NILS):
        response = await town.ask("POST", "/calendars", {**FILE, "person": person}, who=who)
        assert response.status == (201 if person in allowed else 403), person


async def test_a_head_sees_whose_absences_come_from_a_calendar(town: Town) -> None:
    await sets(town)
    other = await sets(town, {**FILE, "person": NILS})
    assert [one["person"]["id"] for one in (await town.get("/calendars", who="head"))["items"]] == [ANNA]
    await problem(await town.ask("GET", f"/calendars/{other['id']}", who="head"), 403)
    assert (await town.get("/calendars", who="operator"))["items"] == []


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"address": "ftp://kalender.example.org/a"}, "address"),
        ({"address": "https://"}, "address"),
        ({"address": "https://["}, "address"),
        ({"address": "https://anna:grön@kalender.example.org/"}, "address"),
        ({"address": "https://kalender.example.org/a b"}, "address"),
        ({"address": "http://kalender.example.org/a"}, "address"),
        ({"address": "HTTP://kalender.example.org/a"}, "address"),
        ({"address": "http://127.0.0.1:8088/ari"}, "address"),
        ({"user": "an:na", "password": "x"}, "user"),
        ({"password": "grön häst"}, "user"),
        ({"user": "hanvisa"}, "password"),
        ({"kind": "exchange"}, "kind"),
    ],
)
async def test_what_will_not_do_is_named(town: Town, fields: dict[str, Any], where: str) -> None:
    """A person may have the service ask only what is encrypted, and never with a password of others."""
    refused = await problem(await town.ask("POST", "/calendars", {**FILE, **fields}, who="person"), 422)
    assert [fault["where"] for fault in refused["errors"]] == [where]
    assert "grön" not in str(refused)
    assert (await town.get("/calendars"))["items"] == []


async def test_an_administrator_may_use_what_several_calendars_have(town: Town) -> None:
    await sets(town, {**FILE, "user": "hanvisa"})
    await sets(town, {**FILE, "person": SIV, "address": "http://kalender.intern/siv.ics"})
    body = {**FILE, "person": OLLE, "address": "http://kalender.intern/olle.ics", "user": "hanvisa"}
    await problem(await town.ask("POST", "/calendars", body), 422)


async def test_one_who_leaves_takes_the_calendar_and_its_password_along(town: Town) -> None:
    calendar = await sets(town, CALDAV, "person")
    await answer(await town.ask("DELETE", f"/persons/{ANNA}", if_match="*"), 200)
    ended = await town.get(f"/calendars/{calendar['id']}")
    assert datetime.fromisoformat(ended["ended_at"]) == NOW
    assert ended["password_set_at"] is None
    assert passwords(town) == {}


async def test_a_password_is_the_calendars_own_and_goes_with_its_account(town: Town) -> None:
    calendar = await sets(town, CALDAV, "person")
    assert datetime.fromisoformat(calendar["password_set_at"]) == NOW
    own = f"{calendar['id']} anna@kalender.example.org"
    assert passwords(town) == {own: "grön häst"}
    path = f"/calendars/{calendar['id']}"
    elsewhere = {"address": "https://kalender.example.net/anna/"}
    refused = await problem(await town.ask("PATCH", path, elsewhere, who="person", if_match="*"), 422)
    assert [fault["where"] for fault in refused["errors"]] == ["password"]
    assert passwords(town) == {own: "grön häst"}
    await answer(await town.ask("PATCH", path, {"kind": "ical"}, who="person", if_match="*"), 200)
    assert passwords(town) == {own: "grön häst"}
    moved = {**elsewhere, "password": "blå häst"}
    await answer(await town.ask("PATCH", path, moved, who="person", if_match="*"), 200)
    assert passwords(town) == {f"{calendar['id']} anna@kalender.example.net": "blå häst"}
    (town.state / "secrets.json").write_text(
        json.dumps({"ari": "x", "calendars": {**passwords(town), "hanvisa@kalender.example.net": "y"}})
    )
    ended = await answer(await town.ask("POST", f"{path}/end", who="person", if_match="*"), 200)
    assert ended["password_set_at"] is None
    assert passwords(town) == {"hanvisa@kalender.example.net": "y"}
    assert json.loads((town.state / "secrets.json").read_text())["ari"] == "x"


async def test_how_it_was_read_last_is_told_in_a_sentence(town: Town) -> None:
    calendar = await sets(town)
    path = f"/calendars/{calendar['id']}"
    why = Text(sv="kalender.example.org svarar inte", en="kalender.example.org does not answer")
    later, soon = NOW + timedelta(minutes=3), NOW + timedelta(minutes=4)
    assert (await town.get(path))["last_read"] is None
    less = Text(sv="det går inte", en="it is not possible")
    town.readings[UUID(calendar["id"])] = Reading(later, NOW, why, less, soon)
    told = (await town.get(path, who="person"))["last_read"]
    assert told["problem"] == {"sv": "Det går inte.", "en": "It is not possible."}
    assert (await town.get(path))["last_read"] == {
        "asked_at": "2026-08-05T10:03:00+02:00",
        "well_at": "2026-08-05T10:00:00+02:00",
        "problem": {"sv": "Kalender.example.org svarar inte.", "en": "Kalender.example.org does not answer."},
        "asked_again_at": "2026-08-05T10:04:00+02:00",
    }


async def test_a_change_needs_the_newest_version(town: Town) -> None:
    calendar = await sets(town)
    path = f"/calendars/{calendar['id']}"
    await problem(await town.ask("PATCH", path, {"kind": "caldav"}), 428)
    await problem(await town.ask("PATCH", path, {"kind": "caldav"}, if_match='"7"'), 412)
    response = await town.ask("PATCH", path, {"kind": "caldav"}, if_match='"1"')
    assert (await answer(response, 200))["kind"] == "caldav"
    assert response.headers["ETag"] == '"2"'


async def test_a_person_has_one_and_one_that_was_ended_goes_on(town: Town) -> None:
    calendar = await sets(town)
    told = await problem(await town.ask("POST", "/calendars", FILE, language="sv"), 409)
    assert told["detail"] == "Personen har en kalender redan. Ändra den, eller avsluta den först."
    path = f"/calendars/{calendar['id']}"
    ended = await answer(await town.ask("POST", f"{path}/end", if_match='"1"'), 200)
    assert ended["ended_at"] == "2026-08-05T10:00:00+02:00"
    assert (await town.get("/calendars"))["items"] == []
    assert (await town.get(f"/calendars?ended=true&person={ANNA}"))["items"] == [ended]
    await problem(await town.ask("PATCH", path, {"kind": "caldav"}, if_match="*"), 409)
    again = await sets(town)
    assert (again["id"], again["ended_at"]) == (calendar["id"], None)
