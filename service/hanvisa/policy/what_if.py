"""Other rules than those in force, given in TOML, to see what they would have changed (`hanvisa replay --policy`).

docs/replay.md shows what may stand in it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Annotated, Literal
from uuid import UUID, uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from hanvisa.policy.case_world import CaseError, in_words
from hanvisa.policy.facts import (
    CallingClass,
    Department,
    Organisation,
    Person,
    PolicyException,
    ScopeKind,
    Window,
)
from hanvisa.policy.outgoing import PrivateCalls
from hanvisa.policy.register import Register

_ALWAYS, _NEVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OtherSettings(_Written):
    """Named as the settings themselves (HANVISA_...); None: as it was."""

    forwarding_longest: int | None = Field(default=None, ge=1)
    forwarding_days: int | None = Field(default=None, ge=0, le=31)
    may_call: CallingClass | None = None
    private_calls_fixed: PrivateCalls | None = None
    operator_consults_mobile: Literal["refuse", "allow"] | None = None
    unanswered_transfer: Literal["referral", "recall"] | None = None
    text_a_day: int | None = Field(default=None, ge=1)
    record_threats: bool | None = None
    wait_for_paused: float | None = Field(default=None, ge=0)


class _Window(_Written):
    days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(min_length=1)
    start: time
    end: time


class _Exception(_Written):
    """``whose`` is the name or id of an organisation, a department or a person; ``operators`` are names or ids."""

    scope: ScopeKind
    whose: str | None = None
    number: str | None = Field(default=None, pattern=r"^\+[1-9]\d{6,14}$")
    operators: tuple[str, ...] | None = None
    starts_at: AwareDatetime = _ALWAYS
    ends_at: AwareDatetime = _NEVER
    weekly: tuple[_Window, ...] = ()
    max_uses: int | None = Field(default=None, ge=1)
    reason: str = "what if"

    @model_validator(mode="after")
    def _names_its_scope(self) -> _Exception:
        needs = {ScopeKind.EVERYONE: None, ScopeKind.NUMBER: "number"}.get(self.scope, "whose")
        for name in ("whose", "number"):
            if (getattr(self, name) is not None) != (name == needs):
                what = "needs" if name == needs else "has no"
                raise ValueError(f"an exception for {self.scope} {what} “{name}”")
        return self


class _File(_Written):
    settings: OtherSettings = OtherSettings()
    exceptions: tuple[_Exception, ...] = ()
    without_exceptions: Literal["all"] | tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class WhatIf:
    """``exceptions`` are there beside those that were; ``without`` are the ids of those that are not, None all."""

    settings: OtherSettings = field(default_factory=OtherSettings)
    exceptions: tuple[PolicyException, ...] = ()
    without: frozenset[UUID] | None = frozenset()


def read_what_if(text: str, register: Register, named: str = "replay") -> WhatIf:
    """Names are those of the register; who grants its exceptions is it, as it is ``named``.

    Raises CaseError: what is wrong, and what to do.
    """
    try:
        written = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"it is not TOML: {error}. Correct that line.") from error
    except ValidationError as error:
        raise CaseError(in_words(error)) from error
    without = written.without_exceptions
    return WhatIf(
        settings=written.settings,
        exceptions=tuple(_exception(one, register, named) for one in written.exceptions),
        without=None if without == "all" else frozenset(without),
    )


def _exception(written: _Exception, register: Register, named: str) -> PolicyException:
    operators = None
    if written.operators is not None:
        operators = frozenset(_find(ScopeKind.PERSON, one, register) for one in written.operators)
    return PolicyException(
        id=uuid4(),
        scope=written.scope,
        reason=written.reason,
        granted_by=named,
        starts_at=written.starts_at,
        ends_at=written.ends_at,
        scope_id=_find(written.scope, written.whose, register) if written.whose is not None else None,
        number=written.number,
        operators=operators,
        weekly=tuple(Window(one.days, one.start, one.end) for one in written.weekly),
        max_uses=written.max_uses,
    )


def _find(scope: ScopeKind, name: str, register: Register) -> UUID:
    """Raises CaseError where nobody, or more than one, has the name. An id is taken as it is."""
    try:
        return UUID(name)
    except ValueError:
        pass
    rows: Sequence[Organisation | Department | Person]
    match scope:
        case ScopeKind.ORGANISATION:
            rows = register.organisations.rows
        case ScopeKind.DEPARTMENT:
            rows = register.departments.rows
        case _:
            rows = register.persons.rows
    found = [row.id for row in rows if row.name.casefold() == name.casefold()]
    if len(found) != 1:
        many = "nobody and nothing" if not found else f"{len(found)} of them"
        raise CaseError(f"{many} in the register is called “{name}”. Give the id instead.")
    return found[0]
