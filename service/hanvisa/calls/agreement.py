"""Whether what the Asterisks hold and what we know agree."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Agreement:
    """``reached`` is set while it is so with all that answer, and with one at least; ``tell`` hears when it is.

    Nodes go by name, the only Asterisk by "". One that is asked is waited for. One that does not answer is left out
    until it does: it is not to hold up what the others could go on with.
    """

    def __init__(self, tell: Callable[[], None]) -> None:
        self.reached = asyncio.Event()
        self._tell = tell
        self._asked: set[str] = set()
        self._known: set[str] = set()
        self._silent: set[str] = set()

    def asking(self, node: str) -> None:
        self._known.discard(node)
        if node not in self._silent:
            self._asked.add(node)
        self._look()

    def known(self, node: str) -> None:
        self._leave_out(node)
        self._known.add(node)
        self._look()

    def silent(self, node: str) -> None:
        self._leave_out(node)
        self._silent.add(node)
        self._look()

    def lost(self, node: str) -> None:
        self._leave_out(node)
        self._look()

    def _leave_out(self, node: str) -> None:
        for those in (self._asked, self._known, self._silent):
            those.discard(node)

    def _look(self) -> None:
        if self._known and not self._asked:
            self.reached.set()
            self._tell()
        else:
            self.reached.clear()
