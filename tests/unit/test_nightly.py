"""The service does its work of the night once a night, and again the next night after a failure."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest
from structlog.testing import capture_logs

from hanvisa.errors import StorageError
from hanvisa.lab.waiting import until
from hanvisa.nightly import Nightly
from hanvisa.testing import FakeClock


@pytest.mark.parametrize(
    "failure", [StorageError("The database does not answer."), PermissionError("It is not ours to delete.")]
)
async def test_it_is_done_once_a_night_and_told_and_a_failure_ends_nothing(failure: Exception) -> None:
    clock = FakeClock(datetime(2026, 8, 4, 20, tzinfo=UTC))
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
