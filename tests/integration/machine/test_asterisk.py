"""An Asterisk of our own: it starts cleanly, and nothing of it is left."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from machine_traces import (
    arenas,
    huge_heap,
    listening,
    mounts_in,
    must_ask_for_huge_pages,
    processes_with,
    program,
)
from provisioning import configuration
from provisioning.configuration import Ports

from hanvisa.config import Settings
from hanvisa.errors import ConfigurationError
from hanvisa.lab.asterisk import CONFIGURATION, Asterisk
from hanvisa.lab.ports import free_base_port
from hanvisa.lab.processes import offspring_of
from hanvisa.lab.system import environment
from hanvisa.lab.waiting import until
from hanvisa.rescue import Asterisk as Rest


async def test_it_starts_without_a_complaint(settings: Settings, root: Path, dialplan: Path) -> None:
    async with Asterisk(settings, root, dialplan) as asterisk:
        assert "22.11" in await asterisk.cli("core show version")
        assert "100" in await asterisk.cli("dialplan show from-carrier")
        assert "hanvisa" in await asterisk.cli("moh show files")
    complaints = [line for line in asterisk.log().splitlines() if "ERROR" in line or "WARNING" in line]
    assert complaints == []


async def test_it_listens_on_loopback_only(settings: Settings, root: Path, dialplan: Path) -> None:
    async with Asterisk(settings, root, dialplan):
        ports = range(settings.sip_port, settings.sip_port + 5)
        assert listening(ports) == {
            ("127.0.0.1", settings.sip_port),
            ("127.0.0.1", settings.sip_port + 1),
            ("127.0.0.1", settings.ami_port),
        }


async def test_nothing_is_left_when_it_is_stopped(settings: Settings, root: Path, dialplan: Path) -> None:
    asterisk = Asterisk(settings, root, dialplan)
    await asterisk.start()
    assert processes_with(str(settings.state))
    assert mounts_in(settings.state) == []
    await asterisk.stop()
    assert not asterisk.running
    assert processes_with(str(settings.state)) == []


async def test_its_memory_is_one_heap_in_huge_pages(settings: Settings, root: Path, dialplan: Path) -> None:
    async with Asterisk(settings, root, dialplan) as asterisk:
        assert asterisk.pid is not None
        inside = next(one for one in offspring_of(asterisk.pid) if program(one) == "asterisk")
        assert huge_heap(inside) > 2_000_000 or not must_ask_for_huge_pages()
        assert arenas(inside) == []


async def test_it_can_be_killed_and_started_again(settings: Settings, root: Path, dialplan: Path) -> None:
    asterisk = Asterisk(settings, root, dialplan)
    await asterisk.start()
    await asterisk.kill()
    assert processes_with(str(settings.state)) == []
    await asterisk.start()
    await asterisk.stop()


async def test_it_takes_new_passwords_while_it_runs(
    settings: Settings, root: Path, dialplan: Path, base_port: int
) -> None:
    """docs/access.md: what is taken out of secrets.json is made anew, and the one before lets nobody in."""
    secrets = settings.state / "secrets.json"
    async with Asterisk(settings, root, dialplan) as asterisk:
        before = json.loads(secrets.read_text())
        secrets.write_text(json.dumps({"phones": before["phones"]}))
        configuration.write(settings.state, Ports.from_base(base_port), dialplan)
        await asterisk.cli("module reload res_ari.so")
        await asterisk.cli("manager reload")
        new = json.loads(secrets.read_text())
        assert await asyncio.to_thread(Rest(settings.ari_url, new["ari"]).command, "GET", "/asterisk/ping")
        with pytest.raises(PermissionError):
            await asyncio.to_thread(Rest(settings.ari_url, before["ari"]).command, "GET", "/asterisk/ping")
        assert await _manager_says(settings, new["ami"]) == "Authentication accepted"
        assert await _manager_says(settings, before["ami"]) == "Authentication failed"


async def _manager_says(settings: Settings, password: str) -> str:
    """To who logs in with it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", settings.ami_port)
    writer.write(f"Action: Login\r\nUsername: hanvisa\r\nSecret: {password}\r\n\r\n".encode())
    await reader.readuntil(b"Message: ")
    said = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return said.decode().strip()


async def test_it_ends_with_the_program_that_started_it(
    settings: Settings, root: Path, dialplan: Path
) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path; from hanvisa.config import Settings;"
        "from hanvisa.lab.asterisk import Asterisk;"
        "starting = Asterisk(Settings(), Path(sys.argv[1]), Path(sys.argv[2])).start();"
        "loop = asyncio.new_event_loop(); loop.run_until_complete(starting);"
        "print('up', flush=True); loop.run_forever()"
    )
    starter = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, str(root), str(dialplan)),
        stdout=subprocess.PIPE,
        env=environment(settings),
    )
    assert starter.stdout is not None
    assert await starter.stdout.readline() == b"up\n"
    os.kill(starter.pid, signal.SIGKILL)
    await starter.wait()
    await until(lambda: not processes_with(str(settings.state)), what="Asterisk is gone")


async def test_two_share_a_root_and_write_nothing_into_it(
    settings: Settings, root: Path, dialplan: Path, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    before.touch()
    other = Settings(state=settings.state / "b", base_port=free_base_port())
    async with Asterisk(settings, root, dialplan) as one, Asterisk(other, root, dialplan) as two:
        await one.cli("database put who am one")
        await two.cli("database put who am two")
        assert "one" in await one.cli("database get who am")
        assert "two" in await two.cli("database get who am")
    asked = await asyncio.create_subprocess_exec(
        *("find", str(root), "-newer", str(before)), stdout=subprocess.PIPE
    )
    assert await asked.communicate() == (b"", None)


async def test_one_that_cannot_start_says_why(settings: Settings, root: Path, dialplan: Path) -> None:
    taken = socket.create_server(("127.0.0.1", settings.ami_port))
    with taken, pytest.raises(ConfigurationError, match="Address already in use"):
        await Asterisk(settings, root, dialplan).start(within=3)
    assert processes_with(str(settings.state)) == []


async def test_the_machines_own_is_used_without_a_root(
    settings: Settings, root: Path, dialplan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "asterisk"
    jail = CONFIGURATION / "jail"
    own.write_text(f'#!/bin/sh\nexec {jail} {root} {settings.state} {dialplan} asterisk "$@"\n')
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    asterisk = Asterisk(settings, dialplan=dialplan)
    asterisk.root = None
    async with asterisk:
        assert "22.11" in await asterisk.cli("core show version")
    assert processes_with(str(settings.state)) == []
