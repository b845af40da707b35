"""Telling how far a long piece of work has come: nothing of what is done in two seconds, then once a second."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

PATIENCE = 2.0  # seconds
EVERY = 1.0


class Progress:
    """``unit`` is what is counted, ``of`` how many there are, 0 where nobody knows. :meth:`add` those that are done."""

    def __init__(
        self,
        unit: str,
        of: int,
        say: Callable[[str], None],
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self.done = 0
        self._unit = unit
        self._of = of
        self._say = say
        self._seconds = seconds
        self._next = seconds() + PATIENCE

    def add(self, number: int) -> None:
        self.done += number
        now = self._seconds()
        if now >= self._next:
            self._next = now + EVERY
            of = f" of {max(self._of, self.done):,}" if self._of else ""
            self._say(f"{self.done:,}{of} {self._unit}".replace(",", " "))
