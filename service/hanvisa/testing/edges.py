"""A voice, a call log and an outbox of text messages, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hanvisa.calls.ports import Spoken
from hanvisa.calls.prompts import Prompt
from hanvisa.policy.model import Language
from hanvisa.policy.texts import TextMessage


class FakeVoice:
    """Says every prompt as one file, named after the prompt's type."""

    def say(self, prompt: Prompt, language: Language, at: datetime) -> Spoken:  # noqa: ARG002 - the port's
        return Spoken((f"/sounds/{type(prompt).__name__}",), repr(prompt))

    async def prepare(self, prompts: Sequence[Prompt]) -> None:
        """Everything is ready."""


@dataclass
class MemoryLog:
    entries: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def record(self, call_id: str, kind: str, data: dict[str, Any]) -> None:
        self.entries.append((call_id, kind, data))

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [data for _, entry_kind, data in self.entries if entry_kind == kind]


@dataclass
class MemoryTexts:
    """Text messages by their ids, none of which is ever sent; ``full``: none can be written down.

    ``before`` are those that numbers were to have earlier in the day.
    """

    queued: dict[str, TextMessage] = field(default_factory=dict)
    full: bool = False
    before: dict[str, int] = field(default_factory=dict)

    def queue(self, id_: str, text: TextMessage) -> bool:
        if not self.full:
            self.queued[id_] = text
        return not self.full

    def lately(self, number: str) -> int:
        return self.before.get(number, 0) + sum(text.to == number for text in self.queued.values())
