"""What one end heard, in time."""

from time import monotonic

import numpy as np

from hanvisa.lab.alaw import RATE
from hanvisa.lab.recording import Recording

PACKET = np.full(RATE // 50, 1000, dtype=np.int16)
TIME = len(PACKET) / RATE


def heard(*came: float, goes_on: bool) -> list[bool]:
    """Of each 20 ms whether there is sound, when the packets came at these seconds."""
    recording, begun = Recording(), monotonic() - 100
    for seconds in came:
        recording.append(PACKET, begun + seconds, goes_on=goes_on)
    whole = recording.since(begun)[: round(2 / TIME) * len(PACKET)]
    return [bool(each.any()) for each in whole.reshape(-1, len(PACKET))]


def test_where_nothing_came_there_is_silence() -> None:
    assert heard(TIME, 1.0, goes_on=False)[:50] == [True, *[False] * 48, True]


def test_a_stream_that_goes_on_late_is_heard_as_one() -> None:
    assert heard(TIME, 0.5, goes_on=True)[:3] == [True, True, False]
    assert heard(TIME, 0.5, goes_on=False)[:3] == [True, False, False]


def test_one_that_stood_still_for_long_has_a_gap_all_the_same() -> None:
    assert heard(TIME, 1.5, goes_on=True)[:3] == [True, False, False]


def test_what_was_not_read_yet_is_no_silence() -> None:
    """To look at it while packets wait to be read parts nothing."""
    recording, begun = Recording(), monotonic() - 100
    recording.append(PACKET, begun + TIME)
    assert len(recording.since(begun)) > 90 * RATE
    recording.append(PACKET, begun + 2 * TIME)
    assert recording.since(begun)[: 2 * len(PACKET)].all()
