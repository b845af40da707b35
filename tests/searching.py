"""How far the tests search: each run takes the same samples, `./dev soak searches` (pytest --long) all there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

is_long = False  # set before the tests are collected


def some_of(all_of_them: Sequence[T], every: int, first: int = 0) -> Sequence[T]:
    """In a usual run every so many of them, from the ``first`` on: tests that begin elsewhere take others."""
    return all_of_them if is_long else all_of_them[first % every :: every]


def times(usual: int, at_length: int) -> int:
    """How many examples, or walks."""
    return at_length if is_long else usual
