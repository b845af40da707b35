"""The register in memory, and what calls change in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from hanvisa.errors import Conflict, InvalidInput, PolicyRefused
from hanvisa.policy.facts import (
    Absence,
    Callback,
    ConfidentialMark,
    Forwarding,
    ForwardingKind,
    OperatorState,
    Recording,
    RecordingKind,
)
from hanvisa.policy.forwarding import Judge
from hanvisa.policy.model import Decision
from hanvisa.policy.register import Register
from hanvisa.testing.clock import FakeClock
from hanvisa.testing.slow import Slow


@dataclass
class MemoryDirectory(Slow):
    """A register that is changed by assigning to it."""

    register: Register = field(default_factory=Register)
    clock: FakeClock = field(default_factory=FakeClock)
    recorded: list[tuple[UUID, datetime]] = field(default_factory=list)  # of whom, and when
    refuses: Decision | None = None  # what comes of every absence and forwarding that is to be stored

    @property
    def phone_changes(self) -> MemoryChanges:
        return MemoryChanges(self)

    @property
    def callbacks(self) -> MemoryCallbacks:
        return MemoryCallbacks(self)

    async def reserve_uses(self, exceptions: Collection[UUID], call_id: str) -> frozenset[UUID]:  # noqa: ARG002 - the port's
        return await self._ask(lambda: self._reserve(exceptions))

    def _reserve(self, exceptions: Collection[UUID]) -> frozenset[UUID]:
        rows = self.register.exceptions.rows
        left = {one.id for one in rows if one.max_uses is None or one.uses < one.max_uses}
        if missing := frozenset(exceptions) - left:
            return missing
        used = (replace(one, uses=one.uses + 1) if one.id in exceptions else one for one in rows)
        self.register = self.register.replace(exceptions=used)
        return frozenset()

    def give_back_uses(self, exceptions: Collection[UUID], call_id: str) -> None:  # noqa: ARG002 - the port's
        rows = self.register.exceptions.rows
        back = (replace(one, uses=one.uses - 1) if one.id in exceptions else one for one in rows)
        self.register = self.register.replace(exceptions=back)

    async def set_operator_state(self, person_id: UUID, state: OperatorState) -> None:
        await self._ask(lambda: self._set_state(person_id, state))

    def _set_state(self, person_id: UUID, state: OperatorState) -> None:
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
        if self.directory.refuses is not None:
            raise PolicyRefused(self.directory.refuses)
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
        judge: Judge,
        by: str,
    ) -> None:
        await self.stop_forwarding(person, kind, starts_at, by=by)
        decision = self.directory.refuses or judge(self._register.forwardings_of(person))
        if not decision.allowed:
            raise PolicyRefused(decision)
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
        at: datetime,
        *,
        absence: UUID | None,
        by: str,  # noqa: ARG002 - the port's
    ) -> None:
        self.directory.recorded.append((person, at))
        new = Recording(person, kind, sound, absence)
        of_the_kind = (person, kind, absence)
        others = [
            row
            for row in self._register.recordings.rows
            if (row.person_id, row.kind, row.absence_id) != of_the_kind
        ]
        self._replace(recordings=[*others, new])

    async def recordings_since(self, person: UUID, since: datetime) -> int:
        return sum(who == person and at > since for who, at in self.directory.recorded)

    async def mark_next_call(self, by: str) -> None:
        self._replace(marks=(ConfidentialMark(by),))

    async def take_mark(self, by: str) -> None:
        self._replace(marks=[row for row in self._register.marks.rows if row.account != by])


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
        kept = {(row.switchboard_id, row.number): row.id for row in self._rows}
        same = kept.get((callback.switchboard_id, callback.number))
        if same is None:
            self._replace((*self._rows, callback))
        elif callback.confidential:
            await self.mark_confidential(same)

    async def take(self, id_: UUID, tries: int, again_at: datetime) -> None:
        if not any((row.id, row.tries) == (id_, tries) for row in self._rows):
            raise Conflict(f"The callback {id_} is taken already.")
        self._replace(
            [replace(row, tries=tries + 1, due_at=again_at) if row.id == id_ else row for row in self._rows]
        )

    async def give_back(self, id_: UUID, tries: int) -> None:
        taken = (id_, tries + 1)
        self._replace(
            [replace(row, tries=tries) if (row.id, row.tries) == taken else row for row in self._rows]
        )

    async def mark_confidential(self, id_: UUID) -> None:
        self._replace([replace(row, confidential=True) if row.id == id_ else row for row in self._rows])

    async def let_go(self, id_: UUID) -> None:
        self._replace([row for row in self._rows if row.id != id_])
