"""The port to where the stories of calls are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hanvisa.calls.ports import CallEntry

__all__ = ["CallEntry", "CallRecords"]


class CallRecords(Protocol):
    async def append(self, entries: Sequence[CallEntry]) -> None:
        """Keep the entries, all or none. One that is kept already (``call_id``, ``seq``) is passed over.

        StorageError when the database does not answer: they are offered again later.
        """
        ...
