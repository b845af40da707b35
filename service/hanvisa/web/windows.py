"""Times of the week in requests and answers."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hanvisa.policy import facts
from hanvisa.web.fields import LocalTime, Weekday


class WeeklyWindow(BaseModel):
    """Some days of the week from `start` (included) to `end` (not), Swedish time.

    An `end` that is not after `start` lies on the day after.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: list[Weekday] = Field(min_length=1, max_length=7)
    start: LocalTime
    end: LocalTime

    @classmethod
    def of(cls, window: facts.Window) -> WeeklyWindow:
        return cls(days=list(window.days), start=f"{window.start:%H:%M}", end=f"{window.end:%H:%M}")

    def fact(self) -> facts.Window:
        days = tuple(sorted(set(self.days)))
        return facts.Window(days, time.fromisoformat(self.start), time.fromisoformat(self.end))


Windows = Annotated[list[WeeklyWindow], Field(max_length=50)]


def facts_of(windows: list[WeeklyWindow]) -> tuple[facts.Window, ...]:
    return tuple(window.fact() for window in windows)


def shown(windows: tuple[facts.Window, ...]) -> list[WeeklyWindow]:
    return [WeeklyWindow.of(window) for window in windows]
