"""Waiting ends when the condition comes about, or says what never did."""

import pytest

from hanvisa.lab.waiting import NeverHappenedError, until


async def test_gives_what_the_condition_gave() -> None:
    answers = iter([None, 0, "here"])
    assert await until(lambda: next(answers)) == "here"


async def test_waits_on_coroutines_too() -> None:
    async def condition() -> int:
        return 7

    assert await until(condition) == 7


async def test_says_what_did_not_happen() -> None:
    def condition() -> bool:
        raise AssertionError("still two channels")

    with pytest.raises(NeverHappenedError, match=r"the channels' end: not within 0.05 s: still two channels"):
        await until(condition, within=0.05, what="the channels' end")
