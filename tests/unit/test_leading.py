"""Of the instances of a state folder one has the calls, and the next has them when it ends, however it does."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from hanvisa.errors import ConfigurationError
from hanvisa.leading import LOCK, FileLead

HOLDS_IT = """
import asyncio, sys, pathlib
from hanvisa.leading import FileLead
lead = FileLead(pathlib.Path(sys.argv[1]))
print(asyncio.run(lead.take()), flush=True)
sys.stdin.read()
"""


async def test_they_take_turns(tmp_path: Path) -> None:
    async with FileLead(tmp_path) as second:
        async with FileLead(tmp_path) as first:
            assert await first.take()
            assert await first.take(), "it is ours still"
            assert not await second.take()
            waiting = asyncio.create_task(second.take_in_turn())
            await asyncio.sleep(0)
            assert not waiting.done()
        async with asyncio.timeout(5):
            await waiting
        async with FileLead(tmp_path) as third:
            assert not await third.take()


async def test_who_is_killed_leaves_the_place(tmp_path: Path) -> None:
    async with FileLead(tmp_path) as ours:
        with subprocess.Popen(  # noqa: ASYNC220, S603 - our own; a line is read of it at once
            (sys.executable, "-c", HOLDS_IT, str(tmp_path)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "True\n"
            assert not await ours.take()
            other.kill()
            async with asyncio.timeout(5):
                await ours.take_in_turn()


async def test_the_lock_is_its_owners_alone(tmp_path: Path) -> None:
    async with FileLead(tmp_path):
        assert (tmp_path / LOCK).stat().st_mode & 0o777 == 0o600


def test_a_state_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere/leading\.lock can't be opened: No such file"):
        FileLead(tmp_path / "nowhere")
