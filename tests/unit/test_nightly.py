"""The service does its work of the night once a night, and again the next night after a failure."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from annotated_types import Le
from structlog.testing import capture_logs

from hanvisa.config import Settings
from hanvisa.errors import StorageError
from hanvisa.lab.waiting import until
from hanvisa.nightly import Nightly, limits_of
from hanvisa.testing import FakeClock

EVENING = datetime(2026, 8, 4, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "failure", [StorageError("The database does not answer."), PermissionError("It is not ours to delete.")]
)
async def test_it_is_done_once_a_night_and_told_and_a_failure_ends_nothing(failure: Exception) -> None:
    clock = FakeClock(EVENING)
    done: list[datetime] = []

    async def work() -> dict[str, int]:
        done.append(clock.now())
        if len(done) == 1:
            raise failure
        return {"files": 3}

    nightly = asyncio.create_task(Nightly("purge", clock, time(3, 15), work, look_every=0.001).run())
    with capture_logs() as told:
        for night in range(1, 4):
            clock.advance(timedelta(hours=5, minutes=14))
            looks = asyncio.get_running_loop().time() + 0.02
            await until(lambda at=looks: asyncio.get_running_loop().time() > at)
            assert len(done) == night - 1  # not before its time
            clock.advance(timedelta(hours=18, minutes=46))
            await until(lambda wanted=night: len(done) == wanted)
    nightly.cancel()
    assert [(one["event"], one.get("files")) for one in told] == [
        ("purge.failed", None),
        ("purge.done", 3),
        ("purge.done", 3),
    ]


async def test_a_clock_that_was_ahead_at_the_start_puts_off_nothing() -> None:
    """The machine's clock said 2036 until NTP had put it right, a minute after the service had started."""
    clock = FakeClock(datetime(2036, 1, 1, tzinfo=UTC))
    done: list[datetime] = []

    async def work() -> dict[str, int]:
        done.append(clock.now())
        return {}

    nightly = asyncio.create_task(Nightly("purge", clock, time(3, 15), work, look_every=0.001).run())
    looks = asyncio.get_running_loop().time() + 0.02
    await until(lambda: asyncio.get_running_loop().time() > looks)
    clock.advance(EVENING - clock.now())
    looks = asyncio.get_running_loop().time() + 0.02
    await until(lambda: asyncio.get_running_loop().time() > looks)
    assert done == []  # not before its time
    clock.advance(timedelta(days=1))
    await until(lambda: done == [EVENING + timedelta(days=1)])
    nightly.cancel()


@pytest.mark.parametrize("setting", [name for name in Settings.model_fields if name.startswith("keep_")])
def test_what_is_kept_for_the_longest_that_its_setting_takes_is_taken_away_then(
    setting: str, tmp_path: Path
) -> None:
    """For ever, as who writes 9999 means it, is no time that there is: nothing at all was taken away."""
    (longest,) = (each.le for each in Settings.model_fields[setting].metadata if isinstance(each, Le))
    settings = Settings.model_validate({"state": tmp_path, setting: longest})
    limit = getattr(limits_of(settings, EVENING), setting.removeprefix("keep_"))
    assert limit.year in (1926, 1927)  # a hundred years, of 365 days where they are days
