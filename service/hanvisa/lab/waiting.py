"""Waiting for a condition, bounded, and saying what never came about."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")

_FIRST_PAUSE = 0.01
_LONGEST_PAUSE = 0.2


class NeverHappenedError(AssertionError):
    """What was waited for did not come about in time."""


@overload
async def until(
    condition: Callable[[], Awaitable[T | None]], *, within: float = ..., what: str | Callable[[], str] = ...
) -> T: ...


@overload
async def until(
    condition: Callable[[], T | None], *, within: float = ..., what: str | Callable[[], str] = ...
) -> T: ...


async def until(
    condition: Callable[[], Any],
    *,
    within: float = 5.0,
    what: str | Callable[[], str] = "the condition",
) -> Any:
    """Ask again and again until the condition gives something, and give that.

    ``within`` is seconds; ``what`` says in the failure what was waited for. An AssertionError of the
    condition counts as "not yet", and its text is told when the time is up.

    Raises:
        NeverHappenedError: the time is up.
    """
    time = asyncio.get_running_loop().time
    deadline = time() + within
    pause = _FIRST_PAUSE
    while True:
        said = ""
        try:
            value = condition()
            outcome = await value if isinstance(value, Awaitable) else value
        except AssertionError as error:
            outcome, said = None, f": {error}"
        if outcome:
            return outcome
        if time() >= deadline:
            told = what() if callable(what) else what
            raise NeverHappenedError(f"{told}: not within {within:g} s{said} (last: {outcome!r})")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)
