"""Debian packages: named before they are installed, and no service started by them."""

from pathlib import Path

import pytest
from provisioning import packages
from provisioning.problem import Problem


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "policy-rc.d"
    monkeypatch.setattr(packages, "POLICY", file)
    return file


def test_no_service_is_started_meanwhile(policy: Path) -> None:
    with packages.no_service_started():
        assert policy.read_text().endswith("exit 101\n")
        assert policy.stat().st_mode & 0o111
    assert not policy.exists()


def test_the_hosts_own_policy_stays(policy: Path) -> None:
    policy.write_text("#!/bin/sh\nexit 0\n")
    with packages.no_service_started():
        assert policy.read_text() == "#!/bin/sh\nexit 0\n"
    assert policy.exists()


def test_what_a_killed_run_left_is_removed(policy: Path) -> None:
    policy.write_text(packages.NO_SERVICE)
    with packages.no_service_started():
        assert policy.exists()
    assert not policy.exists()


def test_they_are_named_before_they_are_installed(
    policy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said_before: list[str] = []

    def as_root(command: list[str]) -> int:
        if "install" in command:
            said_before.append(capsys.readouterr().out)
        return 0

    monkeypatch.setattr(packages, "NEEDED", {"test": {"no-such-program": "its-package", "sh": "dash"}})
    monkeypatch.setattr(packages, "as_root", as_root)
    packages.ensure("test")
    assert said_before == ["Installing Debian packages: its-package ...\n"]


def test_without_apt_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages.shutil, "which", lambda _: None)
    with pytest.raises(Problem, match="These programs are missing: mmdebstrap"):
        packages.ensure("root")


def test_without_root_and_sudo_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(packages.shutil, "which", lambda _: None)
    with pytest.raises(Problem, match=r"install sudo .* docker compose up"):
        packages.root_prefix()
