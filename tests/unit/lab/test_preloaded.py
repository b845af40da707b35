"""The service out of a process that has read its modules: how it ends is told, and it outlives nobody."""

import os
import select
import signal
from pathlib import Path

from hanvisa.config import Settings
from hanvisa.lab.preloaded import preloaded
from hanvisa.lab.system import environment


async def test_how_each_ended_is_told_and_none_outlives_its_keeper(tmp_path: Path) -> None:
    (tmp_path / "held").mkdir()
    os.mkfifo(tmp_path / "held" / "secrets.json")  # it reads here for as long as nobody writes
    without_passwords, held = Settings(state=tmp_path / "new"), Settings(state=tmp_path / "held")
    with (tmp_path / "log").open("ab") as log:
        async with preloaded() as service:
            refused = await service.start(environment(without_passwords), log)
            assert await refused.wait() == refused.returncode == 1
            assert "has no password" in (tmp_path / "log").read_text()

            killed = await service.start(environment(held), log)
            assert killed.returncode is None
            killed.send_signal(signal.SIGKILL)
            assert await killed.wait() == killed.returncode == -signal.SIGKILL

            left = await service.start(environment(held), log)
            watched = os.pidfd_open(left.pid)
    try:
        assert select.select([watched], [], [], 10)[0], "it runs on"
    finally:
        os.close(watched)
    assert await left.wait() == -signal.SIGKILL
