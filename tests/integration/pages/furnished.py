"""The town with something on every page: a month of calls, absences, messages and the rest, each through the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hanvisa.calls.live_ports import LiveCall, LiveParty
from hanvisa.calls.ports import CallEntry
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.repositories.users import RoleGiven, UserFields, Users
from hanvisa.web.tokens import create_token
from unit.web.town import ANNA_MOBILE, MAIN, NOW, Town, answer, id_of

CITIZEN = "+46701740699"
IN_JULY = NOW - timedelta(days=20)


async def furnish(town: Town) -> dict[str, str]:
    """What it is called in addresses that has an id of its own."""
    await _known(town, "siv", RoleGiven("head", "operation", id_of("Skola")))
    await _known(town, "nils", RoleGiven("admin"))
    await _calls(town)
    await _people(town)
    await _absences(town)
    _live(town)
    return {
        "asked": await _extract(town, is_approved=False),
        "approved": await _extract(town, is_approved=True),
        **{name: str(id_of(name)) for name in ("anna", "siv", "olle")},
    }


async def _calls(town: Town) -> None:
    """In July: callers who waited, who were referred, who were refused a mobile, and a private call."""
    board, olle = str(id_of("board")), str(id_of("olle"))
    store = CallRecords(town.database)
    for number in range(12):
        at = IN_JULY + timedelta(hours=number)
        sought = ("anna", "siv", "hemlig")[number % 3]
        referred = {"outcome": "referred", "why": "busy", "person": str(id_of(sought)), "unreferred": True}
        await store.append(
            _story(
                f"hv-july-{number}",
                at,
                ("opened", {"side": "carrier", "caller": CITIZEN, "called": MAIN}),
                ("stage", {"name": "AtSwitchboard", "args": {"switchboard": board}}),
                ("outcome", {"outcome": "operator", "operator": olle}),
                ("signal", {"type": "transfer", "target": ANNA_MOBILE, "by": olle}),
                (
                    "decision",
                    {
                        "effect": "refuse",
                        "rules": ["O2"],
                        "facts": {"number": ANNA_MOBILE, "touched_by": olle},
                    },
                ),
                ("outcome", referred),
                ("closed", {"reason": "hung_up"}),
            )
        )
    await store.append(
        _story(
            "hv-private",
            IN_JULY,
            (
                "opened",
                {
                    "side": "phone",
                    "caller": "201",
                    "called": "+4670xxxxxxx",
                    "caller_person": str(id_of("anna")),
                    "private": True,
                },
            ),
            ("stage", {"name": "Talking", "args": {}}),
            ("closed", {"reason": "hung_up"}),
        )
    )


def _story(call: str, at: datetime, *events: tuple[str, dict[str, Any]]) -> list[CallEntry]:
    return [
        CallEntry(call, seq, at + timedelta(seconds=7 * seq), kind, data)
        for seq, (kind, data) in enumerate(events, start=1)
    ]


async def _people(town: Town) -> None:
    """Notices, messages, a flag, somebody to train, an exception, a forwarding and a cost centre."""
    anna, skola = str(id_of("anna")), str(id_of("Skola"))
    centre = await _made(
        town,
        "/cost-centres",
        name="Kyrkskolan",
        code="4100",
        organisation=str(id_of("Hällefors")),
        manager=anna,
    )
    etag = (await town.ask("GET", f"/departments/{id_of('Kyrkskolan')}")).headers["ETag"]
    change = {"cost_centre": centre["id"]}
    await answer(await town.ask("PATCH", f"/departments/{id_of('Kyrkskolan')}", change, if_match=etag), 200)
    await _made(town, "/notices", text="Skolan flyttar i augusti. Nya numret är 201.", operation=skola)
    for text in ("Ring mig om ansökan, jag är hemma efter tre.", "Gäller skolskjutsen på torsdag."):
        await _made(town, "/messages", person=anna, caller=CITIZEN, text=text)
    await _made(
        town, "/messages", department=str(id_of("Kyrkskolan")), caller=CITIZEN, text="Gäller en plats."
    )
    await _made(town, f"/persons/{id_of('siv')}/flags", what="title", note="Är inte lärare längre.")
    await _made(town, "/trainings", person=str(id_of("siv")), note="Ny på skolan.")
    until = (NOW + timedelta(days=5)).isoformat()
    person = {"kind": "person", "id": anna}
    await _made(
        town,
        "/exceptions",
        scope=person,
        reason="Utflykt med skolan, nås bara på mobilen.",
        ends_at=until,
        max_uses=2,
    )
    await _made(town, "/forwardings", person=anna, target=ANNA_MOBILE)


async def _absences(town: Town) -> None:
    for name, reason, days in (("anna", "6", 3), ("siv", "1", 0), ("olle", "6", 8)):
        begins = NOW + timedelta(days=days)
        ends = begins + timedelta(days=1 if reason == "6" else 0, hours=2)
        await _made(
            town,
            "/absences",
            person=str(id_of(name)),
            reason=reason,
            starts_at=begins.isoformat(),
            ends_at=ends.isoformat(),
            force_reason="Ingen annan kan vara här den dagen.",
        )


def _live(town: Town) -> None:
    """One caller talks with the operator, another is on hold, a third waits."""
    olle, house = id_of("olle"), id_of("Hällefors")
    for number, stage, operator, held in (
        (1, "Talking", olle, False),
        (2, "OnHold", olle, True),
        (3, "AtSwitchboard", None, False),
    ):
        town.live.up.append(
            LiveCall(
                id=f"hv-live-{number}",
                caller=LiveParty(f"+4670174069{number}", None),
                other=LiveParty("200", olle) if operator else None,
                dialled=MAIN,
                since=NOW,
                stage=stage,
                operator=operator,
                organisation=house,
                held=held,
                confidential=False,
                threat=False,
            )
        )


async def _extract(town: Town, *, is_approved: bool) -> str:
    """The id of an extract of Anna's calls that Siv asked for, and where it ``is_approved`` Nils approved."""
    body = {
        "person": str(id_of("anna")),
        "starts_at": (IN_JULY - timedelta(days=10)).isoformat(),
        "ends_at": (IN_JULY + timedelta(days=10)).isoformat(),
        "reason": "Många och långa samtal till utlandet",
    }
    extract = await answer(await town.ask("POST", "/extracts", body, who="siv"), 201)
    if is_approved:
        path = f"/extracts/{extract['id']}/approve"
        await answer(await town.ask("POST", path, who="nils", if_match="*"), 200)
    return str(extract["id"])


async def _known(town: Town, name: str, role: RoleGiven) -> None:
    """An account with a token, so that they ask as themselves."""
    await Users(town.database).create(UserFields(name, id_of(name), frozenset({role})), None, SYSTEM)
    town.tokens[name] = await create_token(town.database, "person", name, name, now=NOW)


async def _made(town: Town, path: str, **fields: Any) -> Any:
    return await answer(await town.ask("POST", path, fields), 201)
