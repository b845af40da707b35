"""A voice, a call log and an outbox of text messages, in memory."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from hanvisa.calls.ports import Spoken
from hanvisa.calls.prompts import Prompt
from hanvisa.policy.model import Language
from hanvisa.policy.texts import TextMessage


@dataclass
class FakeVoice:
    """Says every prompt as one file, named after the prompt's type. ``joined`` are the sounds made of several."""

    joined: dict[str, tuple[Spoken, ...]] = field(default_factory=dict)

    def say(self, prompt: Prompt, language: Language, at: datetime) -> Spoken:  # noqa: ARG002 - the port's
        return Spoken((f"/sounds/{type(prompt).__name__}",), repr(prompt))

    def in_one(self, files: tuple[str, ...]) -> tuple[str, ...]:
        return files

    async def prepare(self, prompts: Sequence[Prompt]) -> None:
        """Everything is ready."""

    async def join(self, said: Sequence[Spoken]) -> str:
        name = sha256(" ".join(one.words for one in said).encode()).hexdigest()[:32]
        self.joined[name] = tuple(said)
        return name

    def is_there(self, sound: str) -> bool:
        return sound in self.joined

    async def wav(self, *sounds: str) -> bytes | None:
        """A tenth of a second of silence for each that is there, 8 kHz."""
        found = [sound for sound in sounds if self.is_there(sound)]
        if not found:
            return None
        content = io.BytesIO()
        with wave.open(content, "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes(1600 * len(found)))
        return content.getvalue()


@dataclass
class MemoryLog:
    entries: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def record(self, call_id: str, kind: str, data: dict[str, Any]) -> None:
        self.entries.append((call_id, kind, data))

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [data for _, entry_kind, data in self.entries if entry_kind == kind]


@dataclass
class MemoryOpenCalls:
    """``states`` are those that are kept, by the calls' ids."""

    states: dict[str, str] = field(default_factory=dict)

    def keep(self, call_id: str, state: str) -> None:
        self.states[call_id] = state

    def forget(self, call_id: str) -> None:
        self.states.pop(call_id, None)

    async def left(self) -> dict[str, str]:
        return dict(self.states)


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
