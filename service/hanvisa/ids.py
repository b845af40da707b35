"""Ids of our own making: UUIDv7 (RFC 9562), which sort by the time they were made."""

from __future__ import annotations

from uuid import UUID

import uuid6


def new_id() -> UUID:
    """A new UUIDv7, as the standard library's UUID."""
    return UUID(int=uuid6.uuid7().int)


OUR_IDS = "hv-"  # what the ids of channels, bridges and calls begin with that we choose
_SHORTEST = 2  # characters of a node's name: what our ids are of has one (c, b, k)


def node_of(id_: str) -> str:
    """The node of several that something of Asterisk's is at, as its id tells; "" where there is only one.

    The name stands before the last dash: Asterisk begins its own ids so (``n1-1764275000.12``, asterisk.conf's
    systemname), and ours have it there (``hv-c-n1-<hex>``), with what is made from them (``hv-play-n1-1764275000.12``).
    """
    name = id_.rpartition("-")[0].rpartition("-")[2]
    return name if len(name) >= _SHORTEST else ""
