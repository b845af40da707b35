"""What the service does by itself each night: it takes away what is not kept, and asks who is to confirm details."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import time
from functools import partial
from typing import TYPE_CHECKING

import structlog

from hanvisa.ami.secrets import forget_calendar_password
from hanvisa.directory.personal.purging import Purge
from hanvisa.errors import HanvisaError
from hanvisa.policy.retention import Limits, Retention, limits_at, next_purge

if TYPE_CHECKING:
    from datetime import datetime

    from hanvisa.calls.ports import Clock
    from hanvisa.config import Settings
    from hanvisa.directory.engine import Database

log = structlog.get_logger()

LOOK_EVERY = 60.0  # seconds: the machine's clock may be set meanwhile


class Nightly:
    """Does ``work`` at that time of every night, and logs what was done. What fails is done the next night."""

    def __init__(
        self,
        name: str,
        clock: Clock,
        at: time,
        work: Callable[[], Awaitable[Mapping[str, int]]],
        look_every: float = LOOK_EVERY,
    ) -> None:
        self._failed, self._done = f"{name}.failed", f"{name}.done"
        self._clock = clock
        self._at = at
        self._work = work
        self._look_every = look_every

    async def run(self) -> None:
        while True:
            await self._until_night()
            try:
                done = await self._work()
            except (HanvisaError, OSError) as error:
                log.warning(self._failed, why=str(error), again="next night")
            else:
                log.info(self._done, **done)

    async def _until_night(self) -> None:
        moment = next_purge(self._clock.now(), self._at)
        while (left := (moment - (now := self._clock.now())).total_seconds()) > 0:
            await asyncio.sleep(min(left, self._look_every))
            moment = min(moment, next_purge(now, self._at))  # the clock was ahead, and has been put right


def limits_of(settings: Settings, now: datetime) -> Limits:
    retention = Retention(
        calls=settings.keep_calls,
        recordings=settings.keep_recordings,
        greetings=settings.keep_greetings,
        absences=settings.keep_absences,
        left=settings.keep_left,
        audit=settings.keep_audit,
    )
    return limits_at(retention, now)


def purge_of(settings: Settings, database: Database, now: datetime) -> Purge:
    forget = partial(forget_calendar_password, settings.state / "secrets.json")
    return Purge(database, settings.state, limits_of(settings, now), now, forget)
