"""What the bench of an overload tells of what it counted, and of what was promised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanvisa.lab.bench_overload import Outcome, Overloaded, is_met, table
from hanvisa.lab.sipp import Load

WAITS = (0.01, 0.02, 0.3)
LIMIT = Outcome(Load(100, 99.8, 6000, 5990, WAITS), served=5960)
TWICE = Outcome(Load(200, 199.0, 12000, 9000, WAITS, refused=2900), served=2000)
AFTERWARDS = Outcome(Load(50, 50.0, 250, 250, WAITS), served=250)
WELL = Overloaded(LIMIT, TWICE, 6.4, AFTERWARDS, (0.02, 0.1))


def test_all_that_was_promised_is_kept_and_each_call_is_counted_once() -> None:
    assert all(is_met(WELL).values()), is_met(WELL)
    told = table(WELL, 60)
    assert "| at the limit | 100 | 6000 | 5990 | 5960 | 30 | 0 | 10 | 20.0 ms | 300.0 ms |" in told
    assert "| at twice | 199 | 12000 | 9000 | 2000 | 7000 | 2900 | 100 | 20.0 ms | 300.0 ms |" in told
    assert "again 6.4 s after" in told


def test_of_calls_that_failed_though_the_service_had_them_none_is_the_fallbacks() -> None:
    outcome = Outcome(Load(200, 199.0, 100, 60, WAITS), served=70)
    assert (outcome.by_fallback, outcome.failed) == (0, 40)


@pytest.mark.parametrize(
    ("overloaded", "promise"),
    [
        (replace(WELL, twice=replace(TWICE, load=replace(TWICE.load, well=5390))), "at twice the limit"),
        (replace(WELL, back=10.1), "all are offered"),
        (replace(WELL, afterwards=replace(AFTERWARDS, served=249)), "afterwards"),
        (replace(WELL, silences=(0.1, 0.6)), "who talks"),
    ],
)
def test_what_is_not_kept_is_said(overloaded: Overloaded, promise: str) -> None:
    [missed] = [name for name, kept in is_met(overloaded).items() if not kept]
    assert missed.startswith(promise)
    assert f"| {missed} | **no** |" in table(overloaded, 60)
