"""What the steps of a call tell: how long somebody waited, and how long they talked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
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
    since: datetime | None = None
    for step in steps:
        if since is None:
            since = step.at if _stage(step) in _TALKS else None
        elif _ends_talk(step):
            yield _talk(since, step.at)
            since = None


def mobile_talks(steps: Iterable[CallEntry]) -> Iterator[tuple[UUID | None, Talk]]:
    """The talks with a mobile that are over, and whose mobile it is where it is one of ours."""
    since: dict[UUID | None, datetime] = {}
    for at, holders in _on_mobiles(steps):
        since = dict.fromkeys(holders, at) | since
        for holder in [one for one in since if one not in holders]:
            yield holder, _talk(since.pop(holder), at)


def _on_mobiles(steps: Iterable[CallEntry]) -> Iterator[tuple[datetime, tuple[UUID | None, ...]]]:
    """Who is on a mobile from when on: told as the talk begins, and anew where the call changes hands."""
    for is_told, run in groupby(steps, lambda step: _is_signal(step, "with_mobile")):
        if is_told:
            told = tuple(run)
            yield told[0].at, tuple(map(_holder, told))
        else:
            ends = (step.at for step in run if _is_signal(step, "without_mobile") or _ends_talk(step))
            yield from ((at, ()) for at in ends)


def _is_signal(step: CallEntry, type_: str) -> bool:
    return step.kind == "signal" and step.data.get("type") == type_


def _holder(step: CallEntry) -> UUID | None:
    holder = step.data.get("person")
    return UUID(holder) if holder else None


def _ends_talk(step: CallEntry) -> bool:
    stage = _stage(step)
    return step.kind == "closed" or bool(stage and stage not in _TALKS)


def _talk(since: datetime, until: datetime) -> Talk:
    return Talk(since, (until - since).total_seconds())


def _stage(step: CallEntry) -> str:
    return str(step.data.get("name", "")) if step.kind == "stage" else ""
