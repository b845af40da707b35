"""What the steps of a call tell: how long somebody waited, and how long they talked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from operator import is_
from uuid import UUID

from hanvisa.calls.ports import CallEntry

_AT_SWITCHBOARD = "AtSwitchboard"
_TALKS = ("Talking", "OnHold")
_NOT_OPEN = ("Closed", "NightService")


class WaitEnd(StrEnum):
    ANSWERED = "answered"
    TO_BE_RUNG = "to_be_rung"  # left a number instead of waiting
    GIVEN_UP = "given_up"  # hung up, or nobody was there


@dataclass(frozen=True, slots=True)
class Wait:
    """A caller waited for an operator, so many seconds from when they came."""

    switchboard_id: UUID
    since: datetime
    seconds: float
    end: WaitEnd
    operator_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    since: datetime
    seconds: float


def waits(steps: Iterable[CallEntry]) -> Iterator[Wait]:
    """The times that the caller waited at a switchboard. One that was closed is no wait; one that lasts is none yet."""
    came: tuple[UUID, datetime] | None = None
    for step in steps:
        stage = _stage(step)
        if came is None:
            if stage == _AT_SWITCHBOARD:
                came = UUID(step.data["args"]["switchboard"]), step.at
            continue
        end = _end_of_wait(step, stage)
        if end is not None:
            operator = step.data.get("operator") if end is WaitEnd.ANSWERED else None
            seconds = (step.at - came[1]).total_seconds()
            yield Wait(*came, seconds, end, UUID(operator) if operator else None)
        if end is not None or stage in _NOT_OPEN:
            came = None


def _end_of_wait(step: CallEntry, stage: str) -> WaitEnd | None:
    if step.kind == "outcome" and step.data.get("outcome") == "operator":
        return WaitEnd.ANSWERED
    if stage == "LeavingNumber":
        return WaitEnd.TO_BE_RUNG
    goes_on = not stage or stage == _AT_SWITCHBOARD or stage in _NOT_OPEN
    return None if goes_on and step.kind != "closed" else WaitEnd.GIVEN_UP


def talks(steps: Iterable[CallEntry]) -> Iterator[Talk]:
    """The talks of the call that are over, with what was on hold in them."""
    return _lasting(steps, lambda step: _stage(step) in _TALKS)


def mobile_talks(steps: Iterable[CallEntry]) -> Iterator[tuple[UUID | None, Talk]]:
    """The talks with a mobile, and whose mobile it is where it is one of ours."""
    told = list(steps)
    for number, step in enumerate(told):
        if step.kind == "signal" and step.data.get("type") == "with_mobile":
            holder = step.data.get("person")
            for talk in _lasting(told[number:], partial(is_, step)):
                yield UUID(holder) if holder else None, talk


def _lasting(steps: Iterable[CallEntry], begins: Callable[[CallEntry], bool]) -> Iterator[Talk]:
    since: datetime | None = None
    for step in steps:
        if since is None:
            since = step.at if begins(step) else None
            continue
        stage = _stage(step)
        if step.kind == "closed" or (stage and stage not in _TALKS):
            yield Talk(since, (step.at - since).total_seconds())
            since = None


def _stage(step: CallEntry) -> str:
    return str(step.data.get("name", "")) if step.kind == "stage" else ""
