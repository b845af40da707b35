"""One step of a call's story, and the port to where the stories are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class CallEntry:
    """``seq`` orders the entries of a call, also those that another instance wrote; it is not dense.

    Kinds: opened, signal, stage, decision, command, heard, key, outcome, closed. ``data`` is JSON.
    """

    call_id: str
    seq: int
    at: datetime
    kind: str
    data: dict[str, Any]


class CallRecords(Protocol):
    async def append(self, entries: Sequence[CallEntry]) -> None:
        """Keep the entries, all or none. One that is kept already (``call_id``, ``seq``) is passed over.

        StorageError when the database does not answer: they are offered again later.
        """
        ...
