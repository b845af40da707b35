"""What the benches tell: the machine, times, and whether an aim is met."""

import os
import platform
import sys
from pathlib import Path


class Told:
    """What is said while it is measured, to be kept afterwards."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def __call__(self, line: str) -> None:
        say(line)
        self._lines.append(line)

    def kept(self) -> str:
        """As Markdown."""
        return "\n".join(["```", "\n".join(self._lines).strip("\n"), "```", ""])


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, Linux {platform.release()}"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:6.1f} ms"


def met(is_met: bool) -> str:
    return "met" if is_met else "not met"


def _processor() -> str:
    """What the processor calls itself."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
