"""A number with its noun."""

from __future__ import annotations


def counted(number: int, one: str, several: str) -> str:
    """“1 call”, “2 calls”."""
    return f"{number} {one if number == 1 else several}"
