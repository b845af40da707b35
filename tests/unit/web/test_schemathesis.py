"""What the description promises is kept: Schemathesis asks every operation, as admin, on a loopback port."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from unit.web.town import Town, answer, id_of

# A body can fit its schema and still mean nothing (an end before its start, a person who is not there): no schema can
# say so, which is why data that fits may be refused.
EXCLUDED = "positive_data_acceptance"

# A change without If-Match gets 428 (docs/decisions.md), which Schemathesis does not expect by itself.
CONFIG = """
[checks.missing_required_header]
expected-statuses = [401, 428]

[parameters]
"header.If-Match" = "*"
"""
OPERATION = """
[[operations]]
include-path = "/api/v1{path}"
parameters = {{ "path.{name}" = "{value}" }}
"""


async def _written(town: Town, call: str, file: Path) -> Path:
    """What Schemathesis is told: things that are there, so that it comes past the look-up of an id."""
    anna = str(id_of("anna"))
    later = "2026-08-10T08:00:00+02:00"
    absence = {"person": anna, "reason": "1", "ends_at": later}
    forwarding = {"person": anna, "target": "202", "ends_at": later}
    exception = {"scope": {"kind": "everyone"}, "reason": "Jour", "ends_at": later}
    parts = [CONFIG]
    for path, body, actions in (
        ("/absences", absence, ("", "/end")),
        ("/forwardings", forwarding, ("", "/end")),
        ("/exceptions", exception, ("", "/uses", "/revoke")),
    ):
        made = await answer(await town.ask("POST", path, body), 201)
        parts += [
            OPERATION.format(path=f"{path}/{{id}}{action}", name="id", value=made["id"]) for action in actions
        ]
    for path, name, value in (
        ("/persons/{id}", "id", anna),
        ("/operators/{person}", "person", id_of("olle")),
        ("/operators/{person}/state", "person", id_of("olle")),
        ("/calls/{call}", "call", call),
        ("/calls/{call}/explain", "call", call),
        *(
            (f"/reports/{{report}}{part}", "report", "refusals")
            for part in ("", "/rows", "/csv", "/rows/csv")
        ),
    ):
        parts.append(OPERATION.format(path=path, name=name, value=value))
    await asyncio.to_thread(file.write_text, "".join(parts))
    return file


@pytest.mark.timeout(180)
async def test_every_operation_keeps_what_its_description_says(town: Town, call: str, tmp_path: Path) -> None:
    config = await _written(town, call, tmp_path / "schemathesis.toml")
    schemathesis = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "schemathesis.cli",
        "--config-file",
        str(config),
        "run",
        str(town.client.make_url("/api/v1/openapi.json")),
        "--header",
        f"Authorization: Bearer {town.tokens['admin']}",
        "--phases=examples,coverage,fuzzing",
        "--checks=all",
        f"--exclude-checks={EXCLUDED}",
        # Each answer is a process that prints a page: a hundred of them take minutes (test_reports.py asks for some).
        "--exclude-path=/api/v1/reports/{report}/pdf",
        "--max-examples=25",
        "--seed=1",
        "--generation-database=none",
        "--suppress-health-check=all",
        "--no-color",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await schemathesis.communicate()
    assert schemathesis.returncode == 0, said.decode()
