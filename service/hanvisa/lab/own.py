"""A system of one's own beside whatever else runs: its own folder and ports, and the demo directory."""

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Any

from hanvisa.config import Settings
from hanvisa.errors import ConfigurationError
from hanvisa.lab.asterisk import REPOSITORY, find_root
from hanvisa.lab.ports import free_base_port
from hanvisa.lab.system import environment

DIRECTORY = REPOSITORY / "demo" / "directory"


def own_settings(settings: Settings, name: str, **changed: Any) -> Settings:
    """Settings for a system in a new folder ``name`` of the state folder, on free ports.

    Speech that the state folder has is taken along: it is named by its content.
    """
    state = settings.state / name
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True)
    if (settings.state / "sounds").exists():
        take_speech(settings.state, state)
    return Settings(
        state=state,
        base_port=free_base_port(settings.carrier_host),
        database_url=f"sqlite+aiosqlite:///{state / 'hanvisa.sqlite'}",
        asterisk_root=find_root(settings),
        **changed,
    )


def take_speech(state: Path, new: Path) -> None:
    """Give a new state folder the speech that another has."""
    shutil.copytree(state / "sounds", new / "sounds", ignore=shutil.ignore_patterns("new-*"))


async def import_demo(settings: Settings) -> None:
    """Fill the database with the demo directory, through the program that everybody uses.

    Raises:
        ConfigurationError: it was refused; the message says why.
    """
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hanvisa", "import", str(DIRECTORY)),
        env=environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await program.communicate()
    if program.returncode != 0:
        raise ConfigurationError(f"The demo directory was not imported:\n{said.decode().strip()}")
