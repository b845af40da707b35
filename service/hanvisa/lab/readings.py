"""What a system uses at a moment: memory, open files, channels, bridges, tasks, recordings."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from hanvisa.config import Settings
from hanvisa.lab.api import Api
from hanvisa.lab.processes import offspring_of
from hanvisa.lab.system import System
from hanvisa.lab.town import make_token, web_of

_METRIC = re.compile(r'^(\w+(?:\{outcome="\w+"\})?) (\S+)$', re.MULTILINE)
_RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reading:
    """Memory is MB that is resident; Asterisk's is that of all its processes."""

    service_mb: float
    asterisk_mb: float
    service_files: int
    asterisk_files: int
    tasks: int
    not_taken: int  # calls, since the start of the service, that went without it
    channels: int
    bridges: int
    recordings: int


@asynccontextmanager
async def reader(settings: Settings) -> AsyncIterator[Api]:
    """One who may read what the service with these settings tells in numbers, as Prometheus may."""
    async with Api(web_of(settings), await make_token(settings, "superuser", name="readings")) as api:
        yield api


async def read(system: System, api: Api) -> Reading:
    service = [system.service_pid or 0]
    started = system.asterisk.pid or 0
    asterisk = [started, *offspring_of(started)]
    told = await metrics(api)
    channels = await system.asterisk.cli("core show channels count")
    bridges = await system.asterisk.cli("bridge show all")
    return Reading(
        service_mb=_memory(service),
        asterisk_mb=_memory(asterisk),
        service_files=_files(service),
        asterisk_files=_files(asterisk),
        tasks=int(told["hanvisa_tasks"]),
        not_taken=int(told["hanvisa_calls_not_taken_total"] + told["hanvisa_calls_turned_away_total"]),
        channels=int(channels.split()[0]),
        bridges=len(bridges.splitlines()) - 1,  # the first line names the columns
        recordings=sum(one.is_file() for one in (system.asterisk.folder / "spool" / "recording").rglob("*")),
    )


async def metrics(api: Api) -> dict[str, float]:
    """What the service tells in numbers of its own: those without labels, and shares of calls by their outcome."""
    told = await api.metrics()
    return {name: float(value) for name, value in _METRIC.findall(told)}


def _memory(processes: list[int]) -> float:
    found = (_RESIDENT.search(Path(f"/proc/{one}/status").read_text()) for one in processes)
    return sum(int(one[1]) for one in found if one) / 1024


def _files(processes: list[int]) -> int:
    return sum(len(list(Path(f"/proc/{one}/fd").iterdir())) for one in processes)
