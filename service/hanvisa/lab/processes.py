"""Who has started whom, as Linux tells it (proc(5)). Who ends meanwhile has started nobody."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def children_of(process: int) -> list[int]:
    """Those of all its threads."""
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                found += map(int, (thread / "children").read_text().split())
    return found


def offspring_of(process: int) -> Iterator[int]:
    """All that it has started, and they have, deepest first."""
    for child in children_of(process):
        yield from offspring_of(child)
        yield child


def processor_time() -> float:
    """How many seconds of the processor have been taken by all that this process has started and that runs still."""
    ticks = 0
    for one in offspring_of(os.getpid()):
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])  # in its own code, and in the kernel's
    return ticks / os.sysconf("SC_CLK_TCK")


def runs(process: int) -> bool:
    """One that has ended, and for whom nobody has asked yet, does not."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return not Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].startswith(" Z")
    return False
