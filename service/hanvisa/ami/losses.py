"""Phones that are gone: they have unregistered, or don't answer when Asterisk asks whether they are there (qualify)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from hanvisa.ami.manager import Manager
    from hanvisa.ami.wire import Message


def watch_losses(manager: Manager, lost: Callable[[str], None]) -> None:
    """Call back with the account of each phone that has lost the last of its contacts."""

    def on_status(event: Message) -> None:
        account = lost_by(event)
        if account:
            lost(account)

    manager.on_event("PeerStatus", on_status)


def lost_by(event: Message) -> str:
    """The phone's account, "" when the event tells of anything else. The peer is ``PJSIP/<account>``."""
    if event.get("PeerStatus") != "Unreachable":
        return ""
    return event.get("Peer", "").partition("/")[2]
