"""./dev run, from a new state folder to Ctrl-C, with the real service and the demo directory."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from machine_traces import listening, processes_with

from hanvisa.config import Settings
from hanvisa.lab import newcomer
from hanvisa.lab.probing import http_status
from hanvisa.lab.system import environment


@pytest.fixture
def settings(state: Path, base_port: int, root: Path) -> Settings:
    return Settings(state=state, base_port=base_port, asterisk_root=root)


async def test_it_starts_tells_survives_and_stops(settings: Settings) -> None:
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hanvisa.lab.run"), stdout=subprocess.PIPE, env=environment(settings)
    )
    try:
        told = await heard(running, "Ctrl-C stops all of it.")
        assert f"http://127.0.0.1:{settings.web_port}/api/v1" in told
        assert await http_status(settings.web_host, settings.web_port, "/health/ready") == 200

        register = await newcomer.read_register(settings)
        account = register.phones.rows[0].account
        password = newcomer.account_details(register, settings, account).split("password")[1].split()[0]
        assert len(password) >= 16
        assert password not in told

        running.send_signal(signal.SIGINT)
        assert "Stopped." in await heard(running, "Stopped.")
        assert await running.wait() == 0
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    assert processes_with(str(settings.state)) == []
    assert listening(range(settings.sip_port, settings.sip_port + 5)) == set()


async def heard(running: asyncio.subprocess.Process, last: str) -> str:
    """What the program says up to the line ``last``."""
    assert running.stdout is not None
    lines = []
    async with asyncio.timeout(90):
        while line := (await running.stdout.readline()).decode():
            lines.append(line)
            if last in line:
                break
    return "".join(lines)
