"""What works beside the calls never ends them: it is told of, shown, and begun again."""

from __future__ import annotations

import asyncio
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

from structlog.testing import capture_logs

from hanvisa.beside import Beside
from hanvisa.disk_writer import AT_ONCE
from hanvisa.lab.waiting import until
from hanvisa.service import Service


class Work:
    """Fails the first ``failures`` times, in a way that nobody has thought of; then goes on."""

    def __init__(self, failures: int = 1) -> None:
        self.begun = 0
        self.failures = failures

    async def __call__(self) -> None:
        self.begun += 1
        if self.begun <= self.failures:
            raise LookupError("unknown encoding: xxx")
        await asyncio.Event().wait()

    def has_begun(self, times: int) -> bool:
        return self.begun == times


async def test_what_fails_is_told_with_its_trace_and_shown_until_it_has_gone_well_for_a_while() -> None:
    work = Work(failures=2)
    part = Beside("calendars", work, again=0.05)
    shown: list[str | None] = []
    with capture_logs() as told:
        running = asyncio.create_task(part.run())
        for begun in range(1, 4):
            await until(partial(work.has_begun, begun))
            shown.append(part.trouble)
        await until(lambda: part.trouble is None)
    running.cancel()
    assert shown == ["What does the calendars has failed (LookupError), and is begun again."] * 3
    assert [(one["event"], one["log_level"], one["part"], one["exc_info"]) for one in told] == [
        ("beside.failed", "error", "calendars", True)
    ] * 2


def _service(idle: Any, follower: Any) -> Service:
    """With ``idle`` for each part but the follower."""
    parts: dict[str, Any] = dict.fromkeys(Service.__dataclass_fields__, idle)
    del parts["beside"], parts["later"], parts["at_last"]
    return Service(
        **parts
        | {
            "settings": SimpleNamespace(ldap_url="", nodes={}),
            "projections": (idle,),
            "followers": (follower,),
            "directory": SimpleNamespace(healthy=True),
            "disk": AT_ONCE,
            "outbox": SimpleNamespace(trouble=None),
            **dict.fromkeys(("streams", "managers"), (MagicMock(connected=True),)),
            "registry": MagicMock(),
        }
    )


async def test_of_the_service_every_part_beside_the_calls_is_such_a_one_and_in_its_health() -> None:
    idle: Any = SimpleNamespace(run=Work(failures=0), hangs=False)
    follower: Any = SimpleNamespace(name="phones", trouble=None, run=Work(failures=0))
    service = _service(idle, follower)
    service.later = (Beside("calendars", Work()),)
    service.registry.beside = (Beside("ringing back", Work()),)
    async with asyncio.TaskGroup() as tasks:
        work = [
            tasks.create_task(part.run())
            for part in (*service.registry.beside, *service.beside, *service.later)
        ]
        others = len(service.beside) - 1  # than the follower
        await until(lambda: idle.run.begun == others and follower.run.begun == 1)
        await until(lambda: sum(map(bool, service.health().values())) == 2)
        wrong = {name: what for name, what in service.health().items() if what}
        assert list(wrong) == ["ringing back", "calendars"]
        assert not any(task.done() for task in work)
        for task in work:
            task.cancel()


async def test_what_nobody_waits_for_begins_when_all_is_ready_that_somebody_does() -> None:
    idle: Any = SimpleNamespace(run=Work(failures=0), hangs=False)
    follower: Any = SimpleNamespace(name="phones", run=Work(failures=0), ready=asyncio.Event())
    running = asyncio.create_task(_service(idle, follower)._run_at_last())
    for _ in range(10):
        await asyncio.sleep(0)
    assert idle.run.begun == 0
    follower.ready.set()
    await until(lambda: idle.run.begun == 2)  # the projection and the search
    running.cancel()
