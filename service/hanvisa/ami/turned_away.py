"""Calls that the dialplan (from-carrier.conf) has turned away or refused, as it was told to: it tells of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from hanvisa.ami.manager import Manager
    from hanvisa.ami.wire import Message


def watch_turned_away(manager: Manager, turned_away: Callable[[], None], refused: Callable[[], None]) -> None:
    """Call back at each."""

    def on_event(event: Message) -> None:
        match event.get("UserEvent"):
            case "HanvisaTurnedAway":
                turned_away()
            case "HanvisaRefused":
                refused()

    manager.on_event("UserEvent", on_event)
