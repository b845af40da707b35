"""What was recorded, in memory: messages, own names and greetings, evidence."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from hanvisa.calls.ports import NewMessage
from hanvisa.errors import SpeechError, StorageError
from hanvisa.policy.facts import (
    Message,
    MessageState,
)
from hanvisa.testing.directory import MemoryDirectory


def _answers() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class MemorySpool:
    """``sounds`` are the recordings there are with their seconds; ``full`` is a disk that takes no more of them.

    ``cut``: Asterisk has no room to record more. Unless it ``answers`` the folder hangs, until it does.
    """

    sounds: dict[str, float] = field(default_factory=dict)
    full: bool = False
    cut: bool = False
    answers: asyncio.Event = field(default_factory=_answers)

    async def seconds(self, recording: str) -> float | None:
        await self.answers.wait()
        return self.sounds.get(recording)

    async def is_full(self) -> bool:
        await self.answers.wait()
        return self.cut

    def path(self, recording: str) -> str:
        return f"/recorded/{recording}"

    async def discard(self, recording: str) -> None:
        await self.answers.wait()
        self.sounds.pop(recording, None)


@dataclass
class MemorySounds(MemorySpool):
    """``kept`` are the recordings of which a sound was made."""

    kept: list[str] = field(default_factory=list)

    async def keep(self, recording: str) -> str:
        if self.full:
            raise SpeechError("There is no space left on the device.")
        self.kept.append(recording)
        return f"sound {len(self.kept)}"


@dataclass
class MemoryEvidence(MemorySpool):
    """``kept`` are the recordings by their names."""

    kept: dict[str, str] = field(default_factory=dict)

    async def keep(self, recording: str, name: str) -> str:
        if self.full:
            raise SpeechError("There is no space left on the device.")
        self.kept[name] = recording
        return f"{name}.wav"


@dataclass
class MemoryMessages(MemorySpool):
    """Messages in a `MemoryDirectory`."""

    directory: MemoryDirectory = field(default_factory=MemoryDirectory)
    left: dict[UUID, NewMessage] = field(default_factory=dict)

    async def leave(self, message: NewMessage) -> None:
        if message.recording and self.full:
            raise StorageError("There is no space left on the device.")
        self.sounds.pop(message.recording or "", None)
        if message.id not in self.left:
            self.left[message.id] = message
            file = f"messages/{message.id}.wav" if message.recording else None
            self._replace(
                Message(
                    message.id,
                    message.person_id,
                    message.caller,
                    file,
                    MessageState.NEW,
                    message.left_at,
                    message.due_at,
                    message.confidential,
                    message.department_id,
                )
            )

    def sound(self, message: Message) -> str | None:
        return f"/{message.recording.removesuffix('.wav')}" if message.recording else None

    async def mark(
        self,
        message: UUID,
        state: MessageState,
        at: datetime,  # noqa: ARG002 - the port's
        *,
        by: str,  # noqa: ARG002
    ) -> None:
        if self.full:
            raise StorageError("There is no space left on the device.")
        for row in self.directory.register.messages.rows:
            if row.id == message:
                self._replace(replace(row, state=state))

    def _replace(self, message: Message) -> None:
        others = [row for row in self.directory.register.messages.rows if row.id != message.id]
        waiting = [] if message.state is MessageState.HANDLED else [message]
        self.directory.register = self.directory.register.replace(messages=(*others, *waiting))
