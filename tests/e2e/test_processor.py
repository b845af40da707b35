"""The service that runs: its loop stays on one processor, and what computes beside it has them all."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from e2e.support.world import World
from hanvisa.lab.waiting import until


async def test_the_loop_of_the_service_stays_on_one_processor_and_its_threads_do_not(world: World) -> None:
    service = world.system.service_pid
    assert service is not None
    assert len(os.sched_getaffinity(service)) == 1

    def have_all() -> bool:
        beside = list(processors_of_threads(service))
        return bool(beside) and all(one == os.sched_getaffinity(0) for one in beside)

    await until(have_all, what="all are let go, who has just begun too")


def processors_of_threads(process: int) -> Iterator[set[int]]:
    """Of Python's threads but the loop's own; libuv's look up names."""
    for thread in Path(f"/proc/{process}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            is_ours = (thread / "comm").read_text() != "libuv-worker\n"
            if is_ours and int(thread.name) != process:
                yield os.sched_getaffinity(int(thread.name))
