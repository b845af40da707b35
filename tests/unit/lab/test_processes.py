"""What runs is counted, and what has ended is not."""

import asyncio
import sys

from hanvisa.lab.processes import processor_time
from hanvisa.lab.waiting import until


async def test_the_processors_time_is_that_of_what_runs_still() -> None:
    before = processor_time()
    busy = await asyncio.create_subprocess_exec(sys.executable, "-c", "while True: pass")

    def spent() -> float:
        since = processor_time() - before
        return since if since >= 0.2 else 0.0

    try:
        seen = await until(spent, within=10, what="two tenths of a second of work")
    finally:
        busy.kill()
        await busy.wait()
    assert processor_time() - before < seen
