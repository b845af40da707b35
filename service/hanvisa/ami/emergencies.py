"""Calls to 112 that the dialplan makes by itself, seen as they are dialled."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from hanvisa.ami.manager import Manager
    from hanvisa.ami.wire import Message

CONTEXT = "emergency"  # dialplan/from-phone.conf


def watch_emergencies(manager: Manager, dialled: Callable[[str], None]) -> None:
    """Call back with the account of each phone from which the dialplan dials 112."""

    def on_dial(event: Message) -> None:
        account = dialled_by(event)
        if account:
            dialled(account)

    manager.on_event("DialBegin", on_dial)


def dialled_by(event: Message) -> str:
    """The phone's account, "" when the event is of another call. A channel's name is ``PJSIP/<account>-<hex>``."""
    if event.get("Context") != CONTEXT:
        return ""
    return event.get("Channel", "").rpartition("-")[0].partition("/")[2]
