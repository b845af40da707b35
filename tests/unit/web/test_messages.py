"""Messages over REST (S1): who sees, hears and handles which, by when, and what M4 keeps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from hanvisa.calls.live_ports import Outcome
from hanvisa.calls.ports import NewMessage
from hanvisa.directory.auditing import Actor
from hanvisa.directory.repositories.audit import Audit
from hanvisa.directory.repositories.messages import Messages
from hanvisa.ids import new_id
from hanvisa.policy.facts import MessageState
from unit.web.town import HEMLIG_DIRECT, HEMLIG_MOBILE, NOW, Town, answer, id_of, problem

ANNA, SIV, OLLE, NILS, SCHOOL = (str(id_of(name)) for name in ("anna", "siv", "olle", "nils", "Kyrkskolan"))
SOUND = b"RIFF a sound"


async def leaves(
    town: Town, *, department: bool = False, confidential: bool = False, caller: str = "+46980319244"
) -> str:
    """A caller leaves a message with sound, for Anna or for her department."""
    id_ = new_id()
    file = f"messages/{id_}.wav"
    folder = town.state / "messages"
    folder.mkdir(exist_ok=True)
    (town.state / file).write_bytes(SOUND)
    message = NewMessage(
        id_,
        None if department else id_of("anna"),
        caller,
        "hv-call-1",
        "hv-rec-1",
        confidential,
        NOW,
        NOW + timedelta(days=2),
        id_of("Kyrkskolan") if department else None,
    )
    await Messages(town.database).create(message, file, Actor("call hv-call-1"))
    return str(id_)


async def writes(town: Town, who: str = "operator", **fields: Any) -> Any:
    body = {"person": ANNA, "caller": "0980-31 92 44", "text": "Ring om bygglovet", **fields}
    return await answer(await town.ask("POST", "/messages", body, who=who), 201)


async def test_a_written_message_is_in_the_register_at_once_and_due_in_two_working_days(town: Town) -> None:
    message = await writes(town)
    (known,) = town.directory.register.messages_of(id_of("anna"))
    assert (str(known.id), known.state) == (message["id"], MessageState.NEW)
    assert message["due_at"] == "2026-08-07T17:00:00+02:00"
    assert (message["text"], message["recording"], message["overdue"]) == ("Ring om bygglovet", False, False)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("0980-31 92 44", "+46980319244"),
        ("+46 (0)980 31 92 44", "+46980319244"),
        ("00980319244", "+46980319244"),  # behind the outside-line prefix
        ("070-174 06 05", "+46701740605"),
        ("31 92 44", "+46980319244"),  # within the area of whom it is for
        ("202", "202"),
        ("1177", "1177"),
        ("(0980) 31.92.44", "+46980319244"),
        ("0980/31 92 44", "+46980319244"),
        ("0980/319244", "+46980319244"),
        ("(0980) / 31 92 44", "+46980319244"),
        ("+46/980/319244", "+46980319244"),
        ("0046 (0)980/31 92 44", "+46980319244"),
        ("0980–31 92 44", "+46980319244"),
        ("0980 – 31 92 44", "+46980319244"),
        ("0980‑31 92 44", "+46980319244"),
        ("0980-31\u00a092\u00a044", "+46980319244"),
        ("\u202a0980-31 92 44\u202c", "+46980319244"),
        ("tel: 0980-31 92 44", "+46980319244"),
        ("TEL:+46980319244", "+46980319244"),
        ("0980-31 92 44, fråga efter Siv", "0980-31 92 44, fråga efter Siv"),
        ("08-123 456/70", "08-123 456/70"),  # two numbers, and the second is written short
        ("08-123 456–70", "08-123 456–70"),
        ("08–123 456–70", "08–123 456–70"),
        ("08/123 456/70", "08/123 456/70"),
        ("+46 8 123 456/70", "+46 8 123 456/70"),
        ("0046 8 123 456–70", "0046 8 123 456–70"),
        ("31 92 44/45", "31 92 44/45"),
        ("08-123 456, 08-123 457", "08-123 456, 08-123 457"),
        ("0980/+46980319245", "0980/+46980319245"),
        ("0980319244 +46980319245", "0980319244 +46980319245"),
    ],
)
async def test_a_number_that_is_written_down_is_kept_as_that_of_who_leaves_a_message_themselves(
    town: Town, written: str, kept: str
) -> None:
    message = await writes(town, who="admin", caller=written)
    assert message["caller"] == kept


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-12-30T09:00:00+01:00", "2027-01-05T17:00:00+01:00"),  # over the new year: 1 January is none
        ("2026-03-27T09:00:00+01:00", "2026-03-31T17:00:00+02:00"),  # over the clock change of March
        ("2026-10-23T09:00:00+02:00", "2026-10-27T17:00:00+01:00"),  # and of October
    ],
)
async def test_it_is_due_by_the_clock_in_sweden(town: Town, now: str, due: str) -> None:
    town.clock.at = datetime.fromisoformat(now)
    assert (await writes(town))["due_at"] == due


async def test_the_person_reads_and_handles_it_and_the_trail_says_who(town: Town) -> None:
    id_ = await leaves(town)
    path = f"/messages/{id_}"
    await problem(await town.ask("PATCH", path, {"state": "read"}, who="person"), 428)
    read = await answer(await town.ask("PATCH", path, {"state": "read"}, who="person", if_match='"1"'), 200)
    assert (read["state"], read["handled_by"]) == ("read", None)
    await problem(await town.ask("PATCH", path, {"state": "handled"}, if_match='"1"'), 412)
    handled = await answer(
        await town.ask("PATCH", path, {"state": "handled"}, who="person", if_match='"2"'), 200
    )
    assert (handled["handled_by"], handled["handled_at"]) == ("anna", "2026-08-05T10:00:00+02:00")
    assert not town.directory.register.messages_of(id_of("anna"))
    refused = await problem(await town.ask("PATCH", path, {"state": "new"}, if_match='"3"'), 409)
    assert refused["detail"].startswith("The message has been handled by anna already")
    (last, *_) = await Audit(town.database).list(table="messages", row_id=id_)
    assert (last.by, last.before["state"], last.after["state"]) == ("anna", "read", "handled")  # type: ignore[index]


@pytest.mark.parametrize(
    ("who", "seen"),
    [("admin", 2), ("operator", 2), ("head", 2), ("manager", 2), ("person", 2), ("superuser", 1)],
)
async def test_a_person_sees_their_own_and_their_departments(town: Town, who: str, seen: int) -> None:
    """Siv, the superuser, is of Anna's department."""
    await leaves(town)
    await leaves(town, department=True)
    assert len((await town.get("/messages", who=who))["items"]) == seen


async def test_another_operations_messages_are_nobodys_business(town: Town) -> None:
    message = await writes(town, person=OLLE)
    for who in ("head", "manager", "person", "superuser"):
        assert (await town.get("/messages", who=who))["items"] == []
        await problem(await town.ask("GET", f"/messages/{message['id']}", who=who), 403)


@pytest.mark.parametrize(
    ("who", "hears"),
    [
        ("admin", True),
        ("person", True),
        ("head", False),
        ("manager", False),
        ("operator", False),
        ("superuser", False),
    ],
)
async def test_the_sound_is_heard_by_whom_it_is_for(town: Town, who: str, hears: bool) -> None:
    id_ = await leaves(town)
    response = await town.ask("GET", f"/messages/{id_}/sound", who=who)
    if hears:
        assert (response.status, response.content_type) == (200, "audio/wav")
        assert await response.read() == SOUND
    else:
        await problem(response, 403)


async def test_a_confidential_one_is_known_to_whom_it_is_for_alone(town: Town) -> None:
    for department in (False, True):
        id_ = await leaves(town, department=department, confidential=True)
        for who, known in (("admin", False), ("operator", False), ("head", False), ("person", True)):
            shown = await town.get(f"/messages/{id_}", who=who)
            assert (shown["caller"] != "***") == known, who
        refused = await problem(await town.ask("GET", f"/messages/{id_}/sound"), 403)
        assert refused["rules"] == ["M4"]
        assert (await town.ask("GET", f"/messages/{id_}/sound", who="person")).status == 200


async def test_a_message_without_sound_says_so(town: Town) -> None:
    message = await writes(town)
    await problem(await town.ask("GET", f"/messages/{message['id']}/sound"), 404)


async def test_they_are_listed_by_state_and_by_what_is_overdue(town: Town) -> None:
    first, second = await writes(town), await writes(town)
    await answer(
        await town.ask("PATCH", f"/messages/{first['id']}", {"state": "handled"}, if_match='"1"'), 200
    )
    (new,) = (await town.get("/messages?state=new"))["items"]
    assert new["id"] == second["id"]
    assert (await town.get("/messages?overdue=true"))["items"] == []
    town.clock.advance(timedelta(days=3))
    (late,) = (await town.get("/messages?overdue=true"))["items"]
    assert (late["id"], late["overdue"]) == (second["id"], True)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"person": None}, "person"),
        ({"department": SCHOOL}, "person"),
        ({"person": str(id_of("nobody"))}, "person"),
        ({"person": None, "department": str(id_of("nobody"))}, "department"),
        ({"text": " ", "caller": None}, "text"),
    ],
)
async def test_what_is_no_message_is_refused(town: Town, fields: dict[str, Any], where: str) -> None:
    body = {"person": ANNA, "caller": "0980-31 92 44", "text": "Hej", **fields}
    assert (await problem(await town.ask("POST", "/messages", body), 422))["errors"][0]["where"] == where


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("070-174 06 06", "+46701740606"),
        (HEMLIG_DIRECT, HEMLIG_DIRECT),
        ("0701740605", "+46701740605"),
        ("0980-31 92 44", "+46980319244"),
    ],
)
@pytest.mark.parametrize("who", ["operator", "person", "superuser"])
async def test_nobody_learns_by_writing_it_whether_a_number_is_protected(
    town: Town, who: str, written: str, shown: str
) -> None:
    message = await writes(town, who, caller=written)
    assert message["caller"] == shown
    for reader in ("operator", "person", "head", "manager", "admin"):
        assert (await town.get(f"/messages/{message['id']}", who=reader))["caller"] == shown


@pytest.mark.parametrize(("who", "knows"), [("admin", True), ("manager", True), ("operator", False)])
async def test_who_knows_that_a_number_is_protected_writes_it_to_nobody(
    town: Town, who: str, knows: bool
) -> None:
    body = {"person": ANNA, "caller": HEMLIG_MOBILE, "text": "Ring"}
    response = await town.ask("POST", "/messages", body, who=who)
    if not knows:
        assert response.status == 201
        return
    refused = await problem(response, 422)
    assert refused["errors"][0]["where"] == "caller"
    assert await Messages(town.database).list() == []


@pytest.mark.parametrize(("who", "shown"), [("admin", HEMLIG_MOBILE), ("operator", "***"), ("person", "***")])
async def test_a_protected_number_that_rang_is_shown_to_who_may_see_it(
    town: Town, who: str, shown: str
) -> None:
    id_ = await leaves(town, caller=HEMLIG_MOBILE)
    assert (await town.get(f"/messages/{id_}", who=who))["caller"] == shown


async def test_one_writes_to_colleagues_only(town: Town) -> None:
    await writes(town, who="person", person=OLLE)
    await writes(town, who="person", person=None, department=SCHOOL)
    body = {"person": NILS, "text": "Hej"}
    await problem(await town.ask("POST", "/messages", body, who="person"), 403)


async def test_who_it_is_for_rings_back_through_their_own_phone(town: Town) -> None:
    id_ = await leaves(town)
    assert (await town.ask("POST", f"/messages/{id_}/ring-back", who="person")).status == 204
    for_department = await leaves(town, department=True, confidential=True)
    assert (await town.ask("POST", f"/messages/{for_department}/ring-back", who="superuser")).status == 204
    assert town.live.dialled == [(id_of("anna"), "+46980319244"), (id_of("siv"), "+46980319244")]
    assert town.live.confidential == ["+46980319244"], "what was said in confidence is answered so"


async def test_nobody_else_rings_back_and_nobody_who_talks(town: Town) -> None:
    id_ = await leaves(town)
    for who in ("admin", "operator", "superuser"):
        await problem(await town.ask("POST", f"/messages/{id_}/ring-back", who=who), 403)
    assert town.live.dialled == []
    town.live.outcome = Outcome("not_now")
    told = await problem(await town.ask("POST", f"/messages/{id_}/ring-back", who="person"), 409)
    assert told["detail"] == "You have no phone here, or are on a call."


@pytest.mark.parametrize("caller", [None, "*21*0701740605#", " *21*0701740605"])
async def test_a_number_that_was_withheld_and_a_code_can_not_be_rung(town: Town, caller: str | None) -> None:
    body = {"person": ANNA, "text": "Hej", "caller": caller}
    message = await answer(await town.ask("POST", "/messages", body), 201)
    await problem(await town.ask("POST", f"/messages/{message['id']}/ring-back", who="person"), 409)
