"""Progress is told of what takes long, and of nothing else."""

from collections.abc import Iterator

from hanvisa.progress import Progress


def told(steps: list[tuple[float, int]], of: int = 4000) -> list[str]:
    """Each step: the clock by then, and how many more are done."""
    clock: Iterator[float] = iter([0.0, *(at for at, _ in steps)])
    said: list[str] = []
    progress = Progress("rows are read.", of, said.append, lambda: next(clock))
    for _, number in steps:
        progress.add(number)
    return said


def test_what_is_done_within_two_seconds_is_not_told() -> None:
    assert told([(0.5, 2000), (1.9, 2000)]) == []


def test_after_that_it_is_told_once_a_second() -> None:
    assert told([(1.0, 1000), (2.0, 500), (2.5, 500), (3.0, 1000), (4.2, 1000)]) == [
        "1 500 of 4 000 rows are read.",
        "3 000 of 4 000 rows are read.",
        "4 000 of 4 000 rows are read.",
    ]


def test_more_than_was_thought_is_no_more_than_all() -> None:
    assert told([(3.0, 4001)]) == ["4 001 of 4 001 rows are read."]


def test_how_many_there_are_need_not_be_known() -> None:
    assert told([(3.0, 70)], of=0) == ["70 rows are read."]
