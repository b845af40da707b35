"""How many of the carrier's calls are let in, by how long calls wait: delays in, shares out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat

import pytest

from hanvisa.calls.admission import BORNE, OFFERED, TARGET, Admission

TICK = 0.2  # seconds
SOON, LATE = TARGET / 10, TARGET * 4


def after(delays: list[float | None], start: Admission | None = None) -> Admission:
    admission = start or Admission()
    for delay in delays:
        admission = admission.after(delay, TICK)
    return admission


@pytest.mark.parametrize(
    ("delays", "offered", "refused"),
    [
        pytest.param([], 1, 0, id="at first all are offered"),
        pytest.param([None, SOON, TARGET], 1, 0, id="what is taken in time changes nothing"),
        pytest.param([LATE, SOON, LATE, SOON, LATE], 1, 0, id="nor do bursts that are over at the next look"),
        pytest.param([LATE] * 2, 0.5, 0, id="a delay that stands has half turned away"),
        pytest.param([TARGET * 1.25] * 2, 0.8, 0, id="and a little of it few"),
        pytest.param([LATE] * 3, 0.25, 0, id="then half of what is left"),
        pytest.param([LATE] * 5, 0.0625, 0, id="and so on; nobody is refused yet"),
        pytest.param([LATE] * 8, OFFERED, 1 - 0.92**2, id="when that does not help some are refused"),
        pytest.param([LATE] * 100, OFFERED, 1 - BORNE, id="never all"),
    ],
)  # fmt: skip
def test_shares(delays: list[float | None], offered: float, refused: float) -> None:
    admission = after(delays)
    assert admission.offered == pytest.approx(offered, abs=0.005)
    assert admission.refused == pytest.approx(refused, abs=0.005)
    assert admission.offered + admission.turned_away + admission.refused == pytest.approx(1)


@pytest.mark.parametrize("calls", [SOON, None], ids=["with calls", "without a call"])
def test_after_the_worst_overload_all_are_offered_again_within_eight_seconds(calls: float | None) -> None:
    admission = after([LATE] * 100)
    seconds = 0.0
    while not admission.is_whole:
        admission, seconds = admission.after(calls, TICK), seconds + TICK
    assert seconds < 8


def test_near_the_limit_the_share_grows_slowly_at_first() -> None:
    cut = after([LATE] * 3)
    grown = [after([None] * ticks, cut).offered - cut.offered for ticks in (5, 15)]
    assert grown == pytest.approx([1 / 150, 27 / 150])
    nearly_late = after([TARGET * 0.9] * 10, cut)
    assert nearly_late.offered == pytest.approx(cut.offered, abs=0.01)


@pytest.mark.parametrize("times", [1.5, 2, 4])
def test_a_node_that_is_offered_more_than_it_serves_is_kept_busy_and_its_calls_wait_little(
    times: float,
) -> None:
    """A queue that serves 100 calls a second."""
    served, waited = zip(*seconds_of_a_queue(limit=100, offered=100 * times, ticks=300), strict=True)
    assert sum(served) / len(served) > 0.75 * 100 * TICK
    assert sorted(waited)[len(waited) * 9 // 10] < 0.5, "seconds, of nine out of ten moments"


def seconds_of_a_queue(*, limit: float, offered: float, ticks: int) -> Iterator[tuple[float, float]]:
    """The calls that are served in each tick, and how long the last of them has waited."""
    admission, waiting = Admission(), 0.0
    for _ in repeat(None, ticks):
        waiting += offered * admission.offered * TICK
        served = min(waiting, limit * TICK)
        waiting -= served
        admission = admission.after(waiting / limit, TICK)
        yield served, waiting / limit
