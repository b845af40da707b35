"""Whose something is: a person of the register, or a caller, and the numbers that are or were theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, true

_AT_HOME = "+46"
_EXTENSION = 5  # digits at most
_SEPARATORS = " -–/().\u00a0\u2010\u2011"  # the last ones: a no-break space, hyphens


@dataclass(frozen=True, slots=True)
class TheirNumber:
    """E.164, from when until when it is theirs; None: always. What came before and after is another's."""

    number: str
    since: datetime | None = None
    until: datetime | None = None

    def theirs_at(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at <= self.until)

    def theirs_then(self, at: Any) -> ColumnElement[bool]:
        """The same of a column."""
        return and_(
            true() if self.since is None else at >= self.since,
            true() if self.until is None else at <= self.until,
        )


@dataclass(frozen=True, slots=True)
class Whose:
    """A person of the register, by id, or a caller, by number.

    ``users`` are the names of their users: what they do is kept under these.
    """

    person: UUID | None
    numbers: tuple[TheirNumber, ...] = ()
    users: tuple[str, ...] = ()


def is_of(person: Any) -> Callable[[Whose], ColumnElement[bool]]:
    return lambda whose: person == whose.person if whose.person else false()


def is_theirs(number: Any, at: Any, numbers: Iterable[TheirNumber]) -> ColumnElement[bool]:
    """A column has a number that was theirs at the time that another column has."""
    return or_(false(), *(and_(number == one.number, one.theirs_then(at)) for one in numbers))


def was_dialled(dialled: Any, at: Any, numbers: Iterable[TheirNumber]) -> ColumnElement[bool]:
    """The same of a column that has what was dialled: in any usual spelling, behind the outside-line prefix, too."""
    bare = dialled
    for separator in _SEPARATORS:
        bare = func.replace(bare, separator, "")
    return or_(
        false(),
        *(
            and_(dialled.like(_in_order(one.number)), _is_spelt(bare, one.number), one.theirs_then(at))
            for one in numbers
        ),
    )


def _in_order(number: str) -> str:
    """Its digits at home, with whatever between: quick to ask of every call, and nearly none has them."""
    return f"%{'%'.join(number.removeprefix(_AT_HOME).removeprefix('+'))}%"


def _is_spelt(bare: Any, number: str) -> ColumnElement[bool]:
    """Without separators: 0701740605, 0046701740605, or +46701740605, and before the first two the usual prefix, 0."""
    without_zeros = func.ltrim(bare, "0")
    spelt = [bare == number, and_(bare.startswith("00"), without_zeros == number.removeprefix("+"))]
    if number.startswith(_AT_HOME):
        spelt.append(and_(bare.startswith("0"), without_zeros == number.removeprefix(_AT_HOME)))
    return or_(*spelt)


def as_dialled(numbers: Iterable[TheirNumber]) -> tuple[TheirNumber, ...]:
    """The same as they are and as they are dialled from here: 0980319244 and 0046980319244 for +46980319244."""
    return tuple(
        replace(one, number=spelt) for one in numbers for spelt in (one.number, *_dialled(one.number))
    )


def within_its_area(number: str) -> tuple[str, ...]:
    """As it may be dialled there: 319244 for +46980319244. An area's code has up to three digits, an extension five."""
    at_home = number.removeprefix(_AT_HOME) if number.startswith(_AT_HOME) else ""
    return tuple(at_home[digits:] for digits in (1, 2, 3) if len(at_home[digits:]) > _EXTENSION)


def _dialled(number: str) -> tuple[str, ...]:
    from_abroad = f"00{number.removeprefix('+')}"
    return (f"0{number[3:]}", from_abroad) if number.startswith(_AT_HOME) else (from_abroad,)
