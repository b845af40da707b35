"""The calls' loop stays on one processor; what computes beside it does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hanvisa.processor import stay_on_one
from hanvisa.reports.apart import run_apart

PROGRAM = """
import json, os, subprocess, sys, threading
from hanvisa.processor import let_go, stay_on_one, threads

def mine():
    return sorted(os.sched_getaffinity(0))

found = {"before": mine()}
stay_on_one()
found["loop"] = mine()
with threads(1, "beside") as pool:
    found["thread"] = pool.submit(mine).result()
child = subprocess.Popen((sys.executable, "-c", "input()"), stdin=subprocess.PIPE)
found["child"] = sorted(os.sched_getaffinity(child.pid))
let_go(child.pid)
found["child let go"] = sorted(os.sched_getaffinity(child.pid))
child.communicate(b"\\n")
let_go(child.pid)  # that it has ended is no trouble
print(json.dumps(found))
"""


def what_is_said(program: str) -> list[str]:
    run = [sys.executable, "-c", program]
    said = subprocess.run(run, check=True, stdout=subprocess.PIPE, text=True, timeout=60)  # noqa: S603 - ours
    return said.stdout.splitlines()


def found(program: str = PROGRAM) -> dict[str, list[int]]:
    [said] = what_is_said(program)  # and no warning
    told: dict[str, list[int]] = json.loads(said)
    return told


def test_the_loop_stays_on_one_and_what_computes_beside_it_goes_where_there_is_room() -> None:
    where = found()
    allowed = where["before"]
    assert len(where["loop"]) == 1
    assert set(where["loop"]) <= set(allowed)
    assert where["child"] == where["loop"], "what is not let go stays with it"
    assert where["thread"] == where["child let go"] == allowed


def test_only_those_are_used_that_the_service_was_started_with() -> None:
    """As systemd has it by CPUAffinity=, and containers by their own."""
    one = max(os.sched_getaffinity(0))
    where = found(f"import os; os.sched_setaffinity(0, {{{one}}})" + PROGRAM)
    assert set(map(tuple, where.values())) == {(one,)}


FORBIDDEN = """
import os
def refuse(*_): raise PermissionError(1, "Operation not permitted")
os.sched_setaffinity = refuse
"""
NOT_TOLD = """
import ctypes
from types import SimpleNamespace
ctypes.CDLL = lambda _: SimpleNamespace(sched_getcpu=lambda: -1)
"""


@pytest.mark.parametrize("fault", [FORBIDDEN, NOT_TOLD], ids=["forbidden", "not told"])
def test_where_it_can_not_be_chosen_it_is_said_once_and_the_work_goes_on(fault: str) -> None:
    [said, where] = what_is_said(fault + PROGRAM)
    assert "processor.not_kept_to" in said
    assert json.loads(where)["thread"] == sorted(os.sched_getaffinity(0))


async def test_who_prints_does_not_stay_where_the_calls_are_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = os.sched_getaffinity(0)
    printing = "import os, sys\nsys.stdin.read()\nsys.stdout.write(str(len(os.sched_getaffinity(0))))\n"
    (tmp_path / "prints_where_it_is.py").write_text(printing)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    stay_on_one()
    try:
        counted = await run_apart("prints_where_it_is", b"")
    finally:
        os.sched_setaffinity(0, usual)
    assert int(counted) == len(usual)
