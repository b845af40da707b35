"""Who has started whom, as Linux tells it (proc(5)). Who ends meanwhile has started nobody."""

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


def runs(process: int) -> bool:
    """One that has ended, and for whom nobody has asked yet, does not."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return not Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].startswith(" Z")
    return False
