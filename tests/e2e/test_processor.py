"""The service that runs: its loop stays on one processor, and what computes beside it has them all."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from e2e.support.world import World


async def test_the_loop_of_the_service_stays_on_one_processor_and_its_threads_do_not(world: World) -> None:
    service = world.system.service_pid
    assert service is not None
    assert len(os.sched_getaffinity(service)) == 1
    beside = list(processors_of_threads(service))
    assert beside
    assert all(processors == os.sched_getaffinity(0) for processors in beside)


def processors_of_threads(process: int) -> Iterator[set[int]]:
    """Of Python's threads but the loop's own; libuv's look up names."""
    for thread in Path(f"/proc/{process}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            is_ours = (thread / "comm").read_text() != "libuv-worker\n"
            if is_ours and int(thread.name) != process:
                yield os.sched_getaffinity(int(thread.name))
