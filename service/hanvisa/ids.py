"""Ids of our own making: UUIDv7 (RFC 9562), which sort by the time they were made."""

from __future__ import annotations

from uuid import UUID

import uuid6


def new_id() -> UUID:
    """A new UUIDv7, as the standard library's UUID."""
    return UUID(int=uuid6.uuid7().int)
