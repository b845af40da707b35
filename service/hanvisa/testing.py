"""Public fakes of the edges of a call: for tests, and for faults that must be produced."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hanvisa.calls.ports import LiveChannel, NewMessage, Spoken, TransferProgress
from hanvisa.calls.prompts import Prompt
from hanvisa.errors import Conflict, Gone, HanvisaError, InvalidInput, SpeechError, StorageError
from hanvisa.policy.facts import (
    Absence,
    Callback,
    ConfidentialMark,
    Forwarding,
    ForwardingKind,
    Message,
    MessageState,
    OperatorState,
    Recording,
    RecordingKind,
)
from hanvisa.policy.model import Language
from hanvisa.policy.register import Register
from hanvisa.policy.texts import TextMessage


@dataclass
class FakeClock:
    """Stands still until it is moved."""

    at: datetime = datetime(2026, 8, 3, 10, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


@dataclass
class MemoryDirectory:
    """A register that is changed by assigning to it."""

    register: Register = field(default_factory=Register)
    clock: FakeClock = field(default_factory=FakeClock)

    @property
    def phone_changes(self) -> MemoryChanges:
        return MemoryChanges(self)

    @property
    def callbacks(self) -> MemoryCallbacks:
        return MemoryCallbacks(self)

    async def reserve_use(self, exception_id: UUID, call_id: str) -> bool:  # noqa: ARG002 - the port's
        for exception in self.register.exceptions.rows:
            if exception.id == exception_id:
                if exception.max_uses is not None and exception.uses >= exception.max_uses:
                    return False
                used = replace(exception, uses=exception.uses + 1)
                rows = (used if row.id == exception_id else row for row in self.register.exceptions.rows)
                self.register = self.register.replace(exceptions=rows)
                return True
        return False

    async def set_operator_state(self, person_id: UUID, state: OperatorState) -> None:
        rows = (
            replace(row, state=state, since=self.clock.now()) if row.person_id == person_id else row
            for row in self.register.operators.rows
        )
        self.register = self.register.replace(operators=rows)


@dataclass(frozen=True)
class MemoryChanges:
    """What codes on a phone change, in a `MemoryDirectory`."""

    directory: MemoryDirectory

    @property
    def _register(self) -> Register:
        return self.directory.register

    def _replace(self, **rows: Iterable[Any]) -> None:
        self.directory.register = self._register.replace(**rows)

    async def set_absence(
        self,
        person: UUID,
        reason: str,
        starts_at: datetime,
        ends_at: datetime | None,
        *,
        by: str,  # noqa: ARG002 - the port's
    ) -> None:
        known = self._register.reason(reason)
        if known is None:
            raise InvalidInput(f"There is no reason {reason}.")
        absence = Absence(uuid4(), person, known, starts_at, ends_at)
        self._replace(absences=(*self._register.absences.rows, absence))

    async def end_absences(self, person: UUID, at: datetime, *, by: str) -> None:  # noqa: ARG002
        rows = self._register.absences.rows
        self._replace(absences=[row for row in rows if row.person_id != person or row.starts_at > at])

    async def forward(
        self,
        person: UUID,
        kind: ForwardingKind,
        target: str,
        starts_at: datetime,
        ends_at: datetime,
        *,
        by: str,
    ) -> None:
        await self.stop_forwarding(person, kind, starts_at, by=by)
        forwarding = Forwarding(uuid4(), person, target, starts_at, ends_at, kind)
        self._replace(forwardings=(*self._register.forwardings.rows, forwarding))

    async def stop_forwarding(
        self,
        person: UUID,
        kind: ForwardingKind,
        at: datetime,
        *,
        by: str,  # noqa: ARG002 - the port's
    ) -> None:
        self._replace(
            forwardings=[
                replace(row, ends_at=at)
                if (row.person_id, row.kind) == (person, kind) and row.starts_at <= at < row.ends_at
                else row
                for row in self._register.forwardings.rows
            ]
        )

    async def set_recording(
        self,
        person: UUID,
        kind: RecordingKind,
        sound: str,
        at: datetime,  # noqa: ARG002 - the port's
        *,
        absence: UUID | None,
        by: str,  # noqa: ARG002
    ) -> None:
        new = Recording(person, kind, sound, absence)
        of_the_kind = (person, kind, absence)
        others = [
            row
            for row in self._register.recordings.rows
            if (row.person_id, row.kind, row.absence_id) != of_the_kind
        ]
        self._replace(recordings=[*others, new])

    async def mark_next_call(self, by: str) -> None:
        self._replace(marks=(ConfidentialMark(by),))

    async def take_mark(self, by: str) -> None:
        self._replace(marks=[row for row in self._register.marks.rows if row.account != by])


@dataclass
class MemorySpool:
    """``sounds`` are the recordings there are with their seconds; ``full`` is a disk that takes no more of them.

    ``cut``: Asterisk has no room to record more.
    """

    sounds: dict[str, float] = field(default_factory=dict)
    full: bool = False
    cut: bool = False

    async def seconds(self, recording: str) -> float | None:
        return self.sounds.get(recording)

    async def is_full(self) -> bool:
        return self.cut

    def path(self, recording: str) -> str:
        return f"/recorded/{recording}"

    async def discard(self, recording: str) -> None:
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


@dataclass(frozen=True)
class MemoryCallbacks:
    """Callers who have left a number, in a `MemoryDirectory`."""

    directory: MemoryDirectory

    @property
    def _rows(self) -> tuple[Callback, ...]:
        return self.directory.register.callbacks.rows

    def _replace(self, rows: Iterable[Callback]) -> None:
        self.directory.register = self.directory.register.replace(callbacks=rows)

    async def keep(self, callback: Callback) -> None:
        kept = {(row.switchboard_id, row.number) for row in self._rows}
        if (callback.switchboard_id, callback.number) not in kept:
            self._replace((*self._rows, callback))

    async def take(self, id_: UUID, tries: int, again_at: datetime) -> None:
        if not any((row.id, row.tries) == (id_, tries) for row in self._rows):
            raise Conflict(f"The callback {id_} is taken already.")
        self._replace(
            [replace(row, tries=tries + 1, due_at=again_at) if row.id == id_ else row for row in self._rows]
        )

    async def let_go(self, id_: UUID) -> None:
        self._replace([row for row in self._rows if row.id != id_])


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


@dataclass
class FakeCallControl:
    """Remembers every command, and which channels and bridges there are.

    ``fail_at`` makes the n-th command (from 1) raise ``failure``; with ``fails_late`` it has been carried out all the
    same, as when only the answer was lost. ``alive`` are the channels that exist: those that come in are put there by
    the test. ``bridges`` are those that exist with who is in them.
    """

    commands: list[tuple[Any, ...]] = field(default_factory=list)
    fail_at: int | None = None
    failure: HanvisaError = field(default_factory=lambda: Gone("made to fail"))
    fails_late: bool = False
    alive: set[str] = field(default_factory=set)
    bridges: dict[str, set[str]] = field(default_factory=dict)
    registered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # dial strings by account
    variables: dict[tuple[str, str], str] = field(default_factory=dict)
    existing: tuple[LiveChannel, ...] = ()
    orphaned: tuple[str, ...] = ()
    left_bridges: tuple[str, ...] = ()

    def named(self, name: str) -> list[tuple[Any, ...]]:
        """The commands of that name, their arguments only."""
        return [command[1:] for command in self.commands if command[0] == name]

    def is_gone(self, channel: str) -> None:
        """The channel exists no more."""
        self.alive.discard(channel)
        for inside in self.bridges.values():
            inside.discard(channel)

    async def _do(self, *command: Any, then: Callable[[], object] = lambda: None) -> None:
        self.commands.append(command)
        fails = len(self.commands) == self.fail_at
        if not fails or self.fails_late:
            then()
        if fails:
            raise self.failure

    async def claim(self, channel: str) -> bool:
        await self._do("claim", channel)
        return True

    async def answer(self, channel: str) -> None:
        await self._do("answer", channel)

    async def hang_up(self, channel: str, reason: str = "normal") -> None:
        await self._do("hang_up", channel, reason, then=lambda: self.is_gone(channel))

    async def play(self, channel: str, files: Sequence[str], playback: str) -> None:
        await self._do("play", channel, tuple(files), playback)

    async def play_in_bridge(self, bridge: str, files: Sequence[str], playback: str) -> None:
        await self._do("play_in_bridge", bridge, tuple(files), playback)

    async def stop_playing(self, playback: str) -> None:
        await self._do("stop_playing", playback)

    async def is_playing(self, playback: str) -> bool:
        await self._do("is_playing", playback)
        return False

    async def record(self, channel: str, recording: str, *, longest: int, silence: int) -> None:
        await self._do("record", channel, recording, longest, silence)

    async def record_bridge(self, bridge: str, recording: str) -> None:
        await self._do("record_bridge", bridge, recording)

    async def stop_recording(self, recording: str) -> None:
        await self._do("stop_recording", recording)

    async def is_recording(self, recording: str) -> bool:
        await self._do("is_recording", recording)
        return False

    async def set_variable(self, channel: str, name: str, value: str) -> None:
        self.variables[channel, name] = value
        await self._do("set_variable", channel, name)

    async def variable(self, channel: str, name: str) -> str:
        return self.variables.get((channel, name), "")

    async def dial_strings(self, channel: str, account: str) -> tuple[str, ...]:
        await self._do("dial_strings", channel, account)
        return self.registered.get(account, (f"PJSIP/{account}",))

    async def create(
        self, channel: str, dial_string: str, variables: Mapping[str, str], originator: str
    ) -> None:
        await self._do(
            "create",
            channel,
            dial_string,
            dict(variables),
            originator,
            then=lambda: self.alive.add(channel),
        )

    async def originate(
        self, channel: str, dial_string: str, *, name: str, number: str, within: float
    ) -> None:
        await self._do(
            "originate",
            channel,
            dial_string,
            name,
            number,
            within,
            then=lambda: self.alive.add(channel),
        )

    async def dial(self, channel: str) -> None:
        await self._do("dial", channel)

    async def ring(self, channel: str) -> None:
        await self._do("ring", channel)

    async def stop_ringing(self, channel: str) -> None:
        await self._do("stop_ringing", channel)

    async def start_music(self, channel: str) -> None:
        await self._do("start_music", channel)

    async def stop_music(self, channel: str) -> None:
        await self._do("stop_music", channel)

    async def bridge(self, bridge: str, channels: Sequence[str]) -> None:
        await self._do(
            "bridge",
            bridge,
            tuple(channels),
            then=lambda: self.bridges.update({bridge: set(channels)}),
        )

    async def add_to_bridge(self, bridge: str, channel: str) -> None:
        await self._do(
            "add_to_bridge",
            bridge,
            channel,
            then=lambda: self.bridges.setdefault(bridge, set()).add(channel),
        )

    async def remove_from_bridge(self, bridge: str, channel: str) -> None:
        await self._do(
            "remove_from_bridge",
            bridge,
            channel,
            then=lambda: self.bridges.get(bridge, set()).discard(channel),
        )

    async def destroy_bridge(self, bridge: str) -> None:
        await self._do("destroy_bridge", bridge, then=lambda: self.bridges.pop(bridge, None))

    async def tell_transferor(self, channel: str, progress: TransferProgress) -> None:
        await self._do("tell_transferor", channel, progress)

    async def channels(self) -> tuple[LiveChannel, ...]:
        return self.existing

    async def empty_bridges(self) -> tuple[str, ...]:
        return self.left_bridges

    async def held_by_our_apps(self) -> tuple[str, ...]:
        return self.orphaned

    async def move_here(self, channel: str, args: Sequence[str]) -> None:
        await self._do("move_here", channel, tuple(args))
