"""Which pages somebody may open, in the order in which they stand at the top."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hanvisa.web.pages.translating import gettext
from hanvisa.web.roles import Action


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    path: str
    is_open: bool


def entries(may: Callable[[Action], bool], path: str) -> tuple[Entry, ...]:
    return tuple(
        Entry(name, to, path == to or path.startswith(f"{to}/"))
        for name, to, action in _pages()
        if may(action)
    )


def first(may: Callable[[Action], bool]) -> str:
    """Where somebody begins who asks for no page."""
    return next((entry.path for entry in entries(may, "/")), "/nothing")


def _pages() -> tuple[tuple[str, str, Action], ...]:
    return ((gettext("Administration"), "/admin", Action.GRANT_EXCEPTIONS),)
