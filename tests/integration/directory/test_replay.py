"""Stored calls decided again under a policy file, on both databases."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import TypeAdapter

from hanvisa.calls.decisions import SCHEMA, decide
from hanvisa.calls.ports import CallEntry
from hanvisa.config import Settings
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.errors import InvalidInput
from hanvisa.lab.system import environment
from hanvisa.policy.facts import Person
from hanvisa.policy.numbers import NumberKind, Reading
from hanvisa.policy.transfer import JoinFacts
from hanvisa.replay import replay

AT = datetime(2026, 8, 3, 8, tzinfo=UTC)
BATCH = 20
MANY = 2 * BATCH + 3


def refused(number: int, at: datetime, person: Person) -> CallEntry:
    mobile = Reading(NumberKind.MOBILE, "+46701740605")
    facts = JoinFacts(at=at, number=mobile, touched=True, touched_by=uuid4(), person=person)
    decision = decide(facts)
    data: dict[str, Any] = {
        "decision": "JoinFacts",
        "schema": SCHEMA,
        "facts": TypeAdapter(JoinFacts).dump_python(facts, mode="json"),
        "effect": str(decision.effect),
        "rules": list(decision.rules),
    }
    return CallEntry(f"hv-{number}", 1, at, "decision", data)


@pytest.fixture
async def settings(
    demo: Database,
    demo_url: str,
    directory: SnapshotDirectory,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Settings:
    """More calls in one moment than are read at once, to Anna and to one elsewhere, one of them two days before."""
    monkeypatch.setattr("hanvisa.directory.repositories.decisions.BATCH", BATCH)
    anna = next(row for row in directory.register.persons.rows if row.given_name == "Anna")
    other = next(row for row in directory.register.persons.rows if row.department_id != anna.department_id)
    await CallRecords(demo).append(
        [refused(number, AT, anna if number % 2 else other) for number in range(MANY)]
        + [refused(MANY, AT - timedelta(days=2), anna)]
    )
    department = directory.register.department(anna.department_id)
    assert department is not None
    (tmp_path / "other.toml").write_text(
        f'[[exceptions]]\nscope = "department"\nwhose = "{department.id}"\n', encoding="utf-8"
    )
    return Settings(state=tmp_path, database_url=demo_url)


async def test_each_decision_is_decided_again_once(settings: Settings) -> None:
    policy = settings.state / "other.toml"
    compared = await replay(settings, AT - timedelta(days=1), AT + timedelta(days=1), policy, print)
    assert compared.decided == MANY
    assert {one.was.call_id for one in compared.differences} == {
        f"hv-{number}" for number in range(1, MANY, 2)
    }
    assert {(one.was.effect, str(one.would_be.effect)) for one in compared.differences} == {
        ("refuse", "allow")
    }


async def test_a_chief_tries_a_rule_on_the_command_line(settings: Settings) -> None:
    """By rule and kind of change, with the calls; then nothing has changed."""
    policy = str(settings.state / "other.toml")
    words = ("replay", "--since", "2026-08-03", "--until", "2026-08-04", "--policy", policy, "--rows", "1")
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hanvisa", *words),
        env=environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, wrong = await running.communicate()
    assert running.returncode == 0, wrong.decode()
    heading, _, rule, change, row, more, _, explain = told.decode().splitlines()
    half = MANY // 2
    assert heading == f"{MANY} beslut prövades på nytt: {half} blir andra, i {half} samtal."
    assert rule == "O2  Koppling till mobil bara i undantagsfall"
    assert change.split(maxsplit=1) == [str(half), "nekas enligt O2 → släpps fram enligt O2"]
    assert "Anna Sundqvist: Tillåtet genom undantag från O2: what if (beviljat av other.toml, till" in row
    assert more.strip() == f"… och {half - 1} till (--rows 0 visar alla)"
    assert explain.endswith("Inget har ändrats.")


async def test_under_the_same_rules_nothing_differs(settings: Settings) -> None:
    compared = await replay(settings, AT - timedelta(days=9), AT, None, print)
    assert (compared.same, compared.differences) == (1, [])  # the end is not included


async def test_a_policy_file_that_wont_do_is_told(settings: Settings, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    for written, told in (
        (b"x", "not TOML"),
        (b"\xff", "not UTF-8"),
        (b"[settings]\nx = 1", "not known here"),
    ):
        wrong.write_bytes(written)
        with pytest.raises(InvalidInput, match=told):
            await replay(settings, AT, AT, wrong, print)
    with pytest.raises(InvalidInput, match="can't be read"):
        await replay(settings, AT, AT, tmp_path / "none.toml", print)
