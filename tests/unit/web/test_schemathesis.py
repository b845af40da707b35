"""What the description promises is kept: Schemathesis asks every operation, as admin, on a loopback port.

The other roles ask each operation once, in test_requests.py.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.repositories.users import RoleGiven, UserFields, Users
from hanvisa.web.tokens import create_token
from unit.web.schemathesis_apart import schemathesis
from unit.web.test_messages import leaves
from unit.web.test_recordings import records
from unit.web.test_register import MADE
from unit.web.town import NOW, Town, answer, id_of

# A body can fit its schema and still mean nothing (an end before its start, a person who is not there): no schema can
# say so, which is why data that fits may be refused.
EXCLUDED = "positive_data_acceptance"

# A change without If-Match gets 428 (docs/decisions.md), which Schemathesis does not expect by itself.
CONFIG = """
[checks.missing_required_header]
expected-statuses = [401, 428]

[parameters]
"header.If-Match" = "*"

[generation]
max-examples = 4

[phases.coverage]
unexpected-methods = ["PUT"]  # which no address takes: one shows what becomes of it

# The plain resources are made one way: what each of their kinds of field comes to is tried on those that have them all.
[[operations]]
include-path-regex = "^/api/v1/(organisations|operations|cost-centres|sites|codes|carriers|phones|numbers)(/|$)"
phases.coverage.enabled = false
generation.max-examples = 2
"""
OPERATION = """
[[operations]]
include-path = "/api/v1{path}"
parameters = {{ "path.{name}" = "{value}" }}
"""


EXTRACT = ("", "/approve", "/refuse", "/traffic", "/traffic.csv", "/traffic.pdf", "/openings")


async def _extract(town: Town) -> str:
    """Asked for by Siv, who is the head of the school."""
    head = RoleGiven("head", "operation", id_of("Skola"))
    await Users(town.database).create(UserFields("siv", id_of("siv"), frozenset({head})), None, SYSTEM)
    town.tokens["siv"] = await create_token(town.database, "person", "siv", "siv", now=NOW)
    asked = {
        "person": str(id_of("anna")),
        "starts_at": "2026-07-01T00:00:00+02:00",
        "ends_at": "2026-08-01T00:00:00+02:00",
        "reason": "Många och långa samtal",
    }
    return str((await answer(await town.ask("POST", "/extracts", asked, who="siv"), 201))["id"])


async def _written(town: Town, call: str, file: Path, asked: str) -> Path:
    """What Schemathesis is told: things that are there, so that it comes past the look-up of an id.

    Of the paths that match ``asked`` alone: it looks through all that it is told, many times for each operation.
    """

    def there(path: str, name: str, value: object) -> str:
        known = OPERATION.format(path=path, name=name, value=value)
        return known if re.search(asked, f"/api/v1{path}") else ""

    # Who acknowledges a notice is a person; made one before the token is used, for whose it is is known for a while.
    await create_token(town.database, "operator", "admin", "olle")
    anna = str(id_of("anna"))
    later = "2026-08-10T08:00:00+02:00"
    absence = {"person": anna, "reason": "1", "ends_at": later}
    forwarding = {"person": anna, "target": "202", "ends_at": later}
    exception = {"scope": {"kind": "everyone"}, "reason": "Jour i helgen", "ends_at": later}
    calendar = {"person": anna, "address": "https://kalender.example.org/a.ics", "kind": "ical"}
    extract = await _extract(town)
    user = await answer(await town.ask("POST", "/users", {"name": "tor"}), 201)
    mobile = {
        "person": anna,
        "number": "0701740690",
        "carrier": "Upphandlad operatör",
        "grounds": "Arbetar på fältet",
        "decided_by": "Maria Ek",
        "decided_at": "2026-08-03T08:00:00+02:00",
    }
    nils = {"person": str(id_of("nils")), "reason": "9"}  # who leaves his department empty
    await answer(await town.ask("POST", "/absences", {**nils, "ends_at": later}), 201)
    (alarm,) = (await town.get("/coverage-alarms"))["items"]
    parts = [CONFIG]
    for path, body, actions in (
        ("/absences", absence, ("", "/end", "/heard")),
        ("/forwardings", forwarding, ("", "/end")),
        ("/calendars", calendar, ("", "/end")),
        ("/exceptions", exception, ("", "/uses", "/revoke")),
        ("/users", {"name": "ny"}, ("", "/end", "/password", "/sessions")),
        ("/tokens", {"user": user["id"], "name": "prov"}, ("", "/revoke")),
        ("/mobiles", mobile, ("", "/end")),
    ):
        made = await answer(await town.ask("POST", path, body), 201)
        parts += [there(f"{path}/{{id}}{action}", "id", made["id"]) for action in actions]
    for path, fields, _ in MADE:
        made = await answer(await town.ask("POST", f"/{path}", fields), 201)
        parts.append(there(f"/{path}/{{id}}", "id", made["id"]))
    siv, message, recording = str(id_of("siv")), await leaves(town), await records(town, "siv")
    heard = await answer(await town.ask("POST", "/absences/heard", {"person": siv, "reason": "1"}), 200)
    notice = await answer(await town.ask("POST", "/notices", {"text": "Hej"}), 201)
    training = await answer(await town.ask("POST", "/trainings", {"person": anna}), 201)
    flag = await answer(await town.ask("POST", f"/persons/{anna}/flags", {}), 201)
    for path, name, value in (
        ("/messages/{id}", "id", message),
        ("/messages/{id}/sound", "id", message),
        ("/messages/{id}/ring-back", "id", message),
        ("/absences/heard/{sound}", "sound", heard["sounds"]["sv"]),
        ("/recordings/{id}", "id", recording),
        ("/recordings/{id}/sound", "id", recording),
        ("/notices/{id}", "id", notice["id"]),
        ("/notices/{id}/acknowledge", "id", notice["id"]),
        ("/trainings/{id}", "id", training["id"]),
        ("/trainings/{id}/done", "id", training["id"]),
        ("/flags/{id}", "id", flag["id"]),
        ("/flags/{id}/close", "id", flag["id"]),
        ("/persons/{id}/confirm", "id", siv),
        ("/persons/{id}/flags", "id", siv),
        ("/absence-reasons/{code}", "code", 6),
        ("/persons/{id}", "id", anna),
        ("/coverage-alarms/{id}", "id", alarm["id"]),
        ("/coverage-alarms/{id}/seen", "id", alarm["id"]),
        ("/operators/{person}", "person", id_of("olle")),
        ("/operators/{person}/state", "person", id_of("olle")),
        ("/calls/{call}", "call", call),
        ("/calls/{call}/explain", "call", call),
        *((f"/extracts/{{id}}{action}", "id", extract) for action in EXTRACT),
        ("/audit/{id}", "id", (await town.get("/audit"))["items"][0]["id"]),
        *(
            (f"/reports/{{report}}{part}", "report", "refusals")
            for part in ("", "/rows", "/csv", "/rows/csv")
        ),
    ):
        parts.append(there(path, name, value))
    await asyncio.to_thread(file.write_text, "".join(parts))
    return file


# Parts, none of which takes long, also where others share the processors.
PARTS = {
    "a": "^/api/v1/a",
    "b to d": "^/api/v1/[b-d]",
    "e to f": "^/api/v1/[e-f]",
    "g to l": "^/api/v1/[g-l]",
    "m to n": "^/api/v1/[m-n]",
    "o to q": "^/api/v1/[o-q]",
    "r to z": "^/api/v1/[r-z]",
}


@pytest.mark.timeout(170)  # beside the calls' tests, which come first
@pytest.mark.parametrize("part", PARTS)
async def test_every_operation_keeps_what_its_description_says(
    town: Town, call: str, tmp_path: Path, part: str
) -> None:
    config = await _written(town, call, tmp_path / "schemathesis.toml", PARTS[part])
    words = (
        "--config-file",
        str(config),
        "run",
        str(town.client.make_url("/api/v1/openapi.json")),
        "--header",
        f"Authorization: Bearer {town.tokens['admin']}",
        "--phases=examples,coverage,fuzzing",
        "--checks=all",
        f"--exclude-checks={EXCLUDED}",
        # Each answer is a process that prints or draws: a hundred of them take minutes (test_reports.py asks for some).
        "--exclude-path=/api/v1/reports/{report}/pdf",
        "--exclude-path=/api/v1/reports/{report}/chart",
        f"--include-path-regex={PARTS[part]}",
        "--seed=1",
        "--generation-database=none",
        "--suppress-health-check=all",
        "--no-color",
    )
    exit_code, said = await schemathesis(words, tmp_path / "schemathesis.log")
    assert exit_code == 0, said
