"""Making the root file system: interrupted at any point and run again. A fast stand-in takes mmdebstrap's place."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from machine_traces import processes_with
from provisioning import rootfs
from provisioning.problem import Problem

from hanvisa.lab.asterisk import CONFIGURATION
from hanvisa.lab.waiting import until

SLOW = "mkdir -p $target/usr; touch {started}; while :; do sleep 0.1; done"
"""A mmdebstrap that never gets further than its first folder."""
FAILING = "mkdir -p $target/usr; exit 1"
WHOLE = (
    "echo made >>{started}; cp -al {root} $target 2>/dev/null || {{ rm -rf $target; cp -a {root} $target; }}"
)
"""One that copies the root that is there."""


class Machine:
    """A state folder, and a mmdebstrap that does what the test says."""

    def __init__(self, folder: Path, state: Path, root: Path) -> None:
        self.folder, self.state, self._root = folder, state, root
        self.started = folder / "started"
        self.root = state / "asterisk" / "root"

    def mmdebstrap_does(self, script: str) -> None:
        program = self.folder / "mmdebstrap"
        body = script.format(started=self.started, root=self._root)
        find = 'while [ "$1" != sid ]; do shift; done; target=$2'
        program.write_text(f"#!/bin/sh\n{find}\n{body}\n")
        program.chmod(0o755)

    def provision(self) -> subprocess.Popen[str]:
        """Start provision on a machine that has no Asterisk of its own."""
        path = f"{self.folder}:{os.environ['PATH']}"
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, CONFIGURATION / "provision", "--state", self.state],
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def provisioned(self) -> tuple[int, str]:
        """Run provision to its end: the exit code, and what it said."""
        with self.provision() as provisioning:
            said, _ = provisioning.communicate()
        return provisioning.returncode, said


@pytest.fixture
def machine(tmp_path: Path, state: Path, root: Path) -> Iterator[Machine]:
    # What a shell starts in the background ignores SIGINT, and so would all that is started from here.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield Machine(tmp_path, state, root)
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
async def test_interrupted_and_run_again(machine: Machine, number: signal.Signals) -> None:
    machine.mmdebstrap_does(SLOW)
    with machine.provision() as first:
        try:
            await until(machine.started.exists, within=20, what="mmdebstrap has started")
        finally:
            first.send_signal(number)
    await until(lambda: not processes_with(str(machine.root)), what="mmdebstrap is gone too")
    assert not machine.root.exists()

    machine.mmdebstrap_does(WHOLE)
    code, said = machine.provisioned()
    assert code == 0, said
    assert "22.11" in rootfs.check(machine.root)
    assert (machine.state / "asterisk" / "etc" / "pjsip.conf").exists()
    assert not machine.root.with_name("root.making").exists()


def test_what_is_whole_is_not_made_again(machine: Machine) -> None:
    machine.mmdebstrap_does(WHOLE)
    for _ in range(2):
        code, said = machine.provisioned()
        assert code == 0, said
    assert machine.started.read_text() == "made\n"


def test_a_failure_is_said_and_keeps_nothing(machine: Machine) -> None:
    machine.mmdebstrap_does(FAILING)
    code, said = machine.provisioned()
    assert code == 1
    assert "mmdebstrap failed" in said
    assert "docker compose up" in said
    assert not machine.root.exists()


def test_a_root_that_lacks_a_module_is_not_whole(tmp_path: Path) -> None:
    (tmp_path / "usr/sbin").mkdir(parents=True)
    (tmp_path / "usr/sbin/asterisk").touch()
    assert not rootfs.is_whole(tmp_path)
    with pytest.raises(Problem, match=r"lacks asterisk/modules/chan_pjsip\.so"):
        rootfs.check(tmp_path)


def test_check_says_what_is_missing(machine: Machine) -> None:
    checking = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, CONFIGURATION / "provision", "--state", machine.state, "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checking.returncode == 1
    assert "No Asterisk 22.11 or newer" in checking.stderr
