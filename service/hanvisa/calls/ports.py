"""The edges of a call as Protocols. `hanvisa.testing` has a public fake of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from hanvisa.calls.prompts import Prompt
from hanvisa.policy.facts import OperatorState
from hanvisa.policy.model import Language
from hanvisa.policy.register import Register


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, timezone-aware (UTC)."""
        ...


class Directory(Protocol):
    """The register as it is now, and the two changes a call makes."""

    @property
    def register(self) -> Register: ...

    async def reserve_use(self, exception_id: UUID, call_id: str) -> bool:
        """Take one use of a counted exception in one atomic statement. False when none is left or after 200 ms."""
        ...

    async def set_operator_state(self, person_id: UUID, state: OperatorState) -> None: ...


@dataclass(frozen=True, slots=True)
class Spoken:
    """A prompt ready for playing: absolute paths without suffix, in order, and the words."""

    files: tuple[str, ...]
    words: str


class Voice(Protocol):
    def say(self, prompt: Prompt, language: Language, at: datetime) -> Spoken:
        """What is played for the prompt at this moment. Never waits, never raises, never gives nothing."""
        ...

    async def prepare(self, prompts: Sequence[Prompt]) -> None:
        """Make, in both languages, what the prompts need. Raises SpeechError when a synthesiser failed."""
        ...


class CallLog(Protocol):
    def record(self, call_id: str, kind: str, data: dict[str, Any]) -> None:
        """Append to the call's story. Never waits. ``data`` is JSON.

        Kinds: opened, signal, stage, decision, command, heard, key, outcome, closed.
        """
        ...
