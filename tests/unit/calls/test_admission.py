"""How many of the carrier's calls are let in, by how long calls wait: delays in, shares out."""

from __future__ import annotations

from collections import deque
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
        pytest.param([LATE] * 2, 0.775, 0, id="a delay that stands has a quarter turned away"),
        pytest.param([TARGET + 0.04] * 2, 0.98, 0, id="and a little of it few"),
        pytest.param([TARGET + 0.04, TARGET + 0.08], 0.86, 0, id="more of one that becomes longer"),
        pytest.param([LATE] * 6, 0.271, 0, id="and ever more; nobody is refused yet"),
        pytest.param([LATE] * 12, OFFERED, 0.269, id="when that does not help some are refused"),
        pytest.param([LATE] * 100, OFFERED, 1 - BORNE, id="never all"),
    ],
)  # fmt: skip
def test_shares(delays: list[float | None], offered: float, refused: float) -> None:
    admission = after(delays)
    assert admission.offered == pytest.approx(offered, abs=0.005)
    assert admission.refused == pytest.approx(refused, abs=0.005)
    assert admission.offered + admission.turned_away + admission.refused == pytest.approx(1)


def test_a_look_that_comes_late_is_one_look() -> None:
    """The processor had paused: all calls waited, and none is one too many."""
    assert Admission().after(LATE, 3.0).is_whole
    cut = after([LATE] * 6)
    assert cut.after(None, 3.0).offered - cut.offered < 0.1


def test_a_queue_that_becomes_shorter_is_left_to_do_so() -> None:
    cut = after([LATE] * 4)
    assert after([LATE - 0.2, LATE - 0.4], cut).offered >= cut.offered


@pytest.mark.parametrize("calls", [SOON, None], ids=["with calls", "without a call"])
def test_after_the_worst_overload_all_are_offered_again_within_eight_seconds(calls: float | None) -> None:
    admission = after([LATE] * 100)
    seconds = 0.0
    while not admission.is_whole and seconds < 60:
        admission, seconds = admission.after(calls, TICK), seconds + TICK
    assert seconds < 8


@pytest.mark.parametrize("delays", [(0.07, 0.0), (0.14, 0.01), (0.14, None, None)])
def test_delays_that_come_and_go_below_the_target_keep_no_share_down(
    delays: tuple[float | None, ...],
) -> None:
    admission = after([*delays] * 50, after([LATE] * 100))
    assert admission.is_whole


def test_near_the_target_the_share_grows_slowly() -> None:
    cut = after([LATE] * 6)
    assert after([None] * 5, cut).offered - cut.offered == pytest.approx(0.25)
    at_the_target = after([TARGET], cut)
    nearly_late = after([TARGET * 0.9] * 5, at_the_target)
    assert nearly_late.offered - at_the_target.offered == pytest.approx(0.075)


@pytest.mark.parametrize(
    ("times", "offered", "fallen_back"),
    [
        (1.0, 0.99, 0.0),
        (1.05, 0.85, 0.1),
        (1.1, 0.7, 0.2),
        (1.25, 0.5, 0.4),
        (1.5, 0.25, 0.65),
        (2, 0.1, 0.6),
    ],
)
def test_of_a_little_too_many_calls_most_are_served_and_wait_little(
    times: float, offered: float, fallen_back: float
) -> None:
    shares, waited = zip(*moments_of_a_machine(times), strict=True)
    assert sum(one.offered for one in shares) / len(shares) > offered
    assert sum(one.turned_away for one in shares) / len(shares) > fallen_back - 0.05
    assert sorted(waited)[len(waited) * 9 // 10] < 0.5, "seconds, of nine out of ten moments"


def moments_of_a_machine(times: float) -> Iterator[tuple[Admission, float]]:
    """A minute of so many times the calls that it can serve: the shares, and how long the last call has waited.

    Two fifths of what a call costs come with its end. The fallback's costs half as much, a refused one an eighth.
    """
    admission, backlog = Admission(), 0.0  # seconds of work
    ends = deque(repeat(0.0, int(2.4 / TICK)))
    for _ in range(int(60 / TICK)):
        came = times * TICK
        begun = 0.6 * admission.offered + 0.3 * admission.turned_away + 0.125 * admission.refused
        ends.append(came * (0.4 * admission.offered + 0.2 * admission.turned_away))
        backlog = max(0.0, backlog + came * begun + ends.popleft() - TICK)
        yield admission, backlog
        admission = admission.after(backlog, TICK)
