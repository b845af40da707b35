"""The script ./dev: what it says, which Python it takes, and what it refuses to delete."""

import fcntl
import os
import socket
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from hanvisa.config import Settings
from hanvisa.errors import ConfigurationError
from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.lab.run import check_ports, only_one


def dev(*words: str | Path, **environment: str) -> tuple[int, str]:
    """Run ./dev: the exit code, and all that it said."""
    ran = subprocess.run(  # noqa: S603 - our own script
        [REPOSITORY / "dev", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | environment,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A state folder as ./dev makes it."""
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / ".made-by-hanvisa").touch()
    (folder / "something").touch()
    return folder


@pytest.mark.parametrize("words", [["--help"], ["help"], []])
def test_help_names_every_command(words: list[str]) -> None:
    code, said = dev(*words)
    assert code == 0
    commands = {line.split()[0] for line in said.splitlines() if line.startswith("  ") and line[2] != " "}
    assert {"run", "test", "demo", "check", "audit", "bench", "hanvisa", "phone", "lock", "clean"} <= commands


def test_an_unknown_command_is_said() -> None:
    code, said = dev("fly")
    assert code == 1
    assert "there is no command 'fly'" in said


@pytest.mark.parametrize("command", ["run", "check", "docs", "pictures", "clean"])
def test_what_a_command_has_no_use_for_is_said_before_it_does_anything(command: str, made: Path) -> None:
    code, said = dev("--state", made, command, "--help")
    assert code == 1
    assert said.startswith("usage: ./dev ")
    assert said.endswith(f"dev: {command} is told nothing more: '--help'\n")
    assert sorted(path.name for path in made.iterdir()) == [".made-by-hanvisa", "something"]


@pytest.mark.parametrize(("option", "needs"), [("--state", "a folder"), ("--base-port", "a number")])
def test_an_option_without_its_value_is_said(option: str, needs: str) -> None:
    """As a variable leaves it that is not set, too."""
    for words in ((option,), (option, ""), (f"{option}=",)):
        assert dev("help", *words) == (1, f"dev: {option} needs {needs}\n")


@pytest.mark.parametrize(
    ("pip_audit", "code", "says"),
    [
        ("exit 0", 0, "No known vulnerability"),
        ('echo "aiohttp 1.0 PYSEC-1" >"$report"; exit 1', 1, "aiohttp 1.0 PYSEC-1"),
        ("echo no such host >&2; exit 1", 0, "could not be audited: no such host"),
    ],
    ids=["nothing known", "a vulnerability", "nobody to ask"],
)
def test_the_audit_fails_for_what_is_known_and_not_for_who_can_not_be_asked(
    made: Path, pip_audit: str, code: int, says: str
) -> None:
    programs = {
        "tools/done": "",
        "venv/bin/python": "",
        "audit/bin/pip-audit": f'#!/bin/sh\nwhile [ "$1" != --output ]; do shift; done\nreport=$2\n{pip_audit}\n',
    }
    for name, text in programs.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text)
        (made / name).chmod(0o755)
    digest = sha256((REPOSITORY / "requirements" / "audit.txt").read_bytes()).hexdigest()
    (made / "audit" / ".installed").write_text(f"{digest}  -\n")
    found, said = dev("--state", made, "audit")
    assert says in said
    assert found == code, said


def test_debians_python_comes_before_another(tmp_path: Path) -> None:
    another = tmp_path / "python3"
    another.write_text("#!/bin/sh\nexit 0\n")  # any version there is
    another.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    code, said = dev(
        "--state", tmp_path / "state", "audit", PATH=path, PIP_INDEX_URL="http://127.0.0.1:9", PIP_RETRIES="0"
    )
    assert code != 0, "without a package index nothing is installed"
    assert "home = /usr/bin\n" in (tmp_path / "state" / "tools" / "pyvenv.cfg").read_text(), said


def test_clean_deletes_what_was_made(made: Path) -> None:
    code, said = dev("clean", "--state", made)
    assert (code, made.exists()) == (0, False), said


def test_clean_deletes_nothing_else(tmp_path: Path) -> None:
    code, said = dev("clean", f"--state={tmp_path}")
    assert code == 1
    assert "was not made by hanvisa" in said
    assert tmp_path.exists()


def test_clean_refuses_while_it_runs(made: Path) -> None:
    with (made / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, said = dev("--state", made, "clean")
    assert code == 1
    assert "stop it first" in said
    assert (made / "something").exists()


def test_nothing_is_made_in_a_folder_of_others(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").touch()
    code, said = dev("--state", tmp_path, "hanvisa", "--help")
    assert code == 1
    assert "choose another folder" in said


def test_a_second_run_in_one_folder_is_refused(made: Path) -> None:
    with only_one(made), pytest.raises(ConfigurationError, match="--state DIR --base-port"), only_one(made):
        pass


def test_a_taken_port_is_said(settings: Settings) -> None:
    check_ports(settings)
    taken = socket.create_server(("127.0.0.1", settings.web_port))
    expected = rf"127\.0\.0\.1:{settings.web_port} \(for the API\)"
    with taken, pytest.raises(ConfigurationError, match=expected):
        check_ports(settings)
