"""Where a report's facts come from: the month, the database, the register as it is now, and the limits that hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from hanvisa.directory.repositories.placing import Place as Columns
from hanvisa.directory.repositories.placing import Places, look_up_places
from hanvisa.policy.numbers import NumberPlan
from hanvisa.policy.register import Register
from hanvisa.reports.model import NOWHERE, Place
from hanvisa.reports.months import Month


@dataclass(frozen=True, slots=True)
class Limits:
    """Settings: after how many days a mobile's greeting, and a person's details, are to be seen to."""

    greeting_every: int = 180
    details_every: int = 180


@dataclass(frozen=True, slots=True)
class Source:
    session: AsyncSession
    month: Month
    now: datetime
    register: Register
    plan: NumberPlan
    limits: Limits

    @property
    def at(self) -> datetime:
        """When the register is looked at: the end of the month, or now while it lasts."""
        return min(self.now, self.month.ends_at)

    async def places(
        self, persons: Iterable[UUID | None] = (), departments: Iterable[UUID | None] = ()
    ) -> Places:
        return await look_up_places(
            await self.session.connection(),
            {one for one in persons if one is not None},
            {one for one in departments if one is not None},
        )


def place_of(columns: Columns | None) -> Place:
    if columns is None:
        return NOWHERE
    return Place(
        columns["organisation_id"],
        columns["operation_id"],
        columns["department_id"],
        columns["cost_centre_id"],
    )
