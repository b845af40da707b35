"""What the host's own files say: is it Debian, and which mirror does it use."""

from pathlib import Path

import pytest
from provisioning import debian
from provisioning.problem import Problem

DEB822 = """\
# The mirror
Types: deb
# deb http://snapshot.example/archive
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
"""


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    (tmp_path / "apt" / "sources.list.d").mkdir(parents=True)
    return tmp_path


def test_debian_is_known_by_its_code_name(etc: Path) -> None:
    (etc / "os-release").write_text(
        'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_CODENAME=trixie\n'
    )
    assert debian.release(etc) == "trixie"


@pytest.mark.parametrize(
    "release", ['ID=fedora\nPRETTY_NAME="Fedora Linux 42"\n', "ID=ubuntu\nID_LIKE=debian\n", ""]
)
def test_another_system_is_told_what_to_do_instead(etc: Path, release: str) -> None:
    if release:
        (etc / "os-release").write_text(release)
    with pytest.raises(Problem, match=r"Install Asterisk 22\.11 or newer yourself .* docker compose up"):
        debian.release(etc)


def test_the_mirror_in_the_new_notation(etc: Path) -> None:
    (etc / "apt/sources.list.d/debian.sources").write_text(DEB822)
    assert debian.mirror("bookworm", etc) == "http://mirror.example/debian"


def test_the_mirror_in_the_old_notation(etc: Path) -> None:
    (etc / "apt/sources.list").write_text(
        "# deb http://no.example/debian bookworm main\n"
        "deb-src http://src.example/debian bookworm main\n"
        "deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://old.example/debian bookworm main\n"
    )
    assert debian.mirror("bookworm", etc) == "http://old.example/debian"


def test_a_mirror_list_gives_its_first_mirror(etc: Path) -> None:
    mirrors = etc / "mirrors.list"
    mirrors.write_text("# ours\nhttps://first.example/debian priority:1\nhttps://second.example/debian\n")
    (etc / "apt/sources.list").write_text(f"deb mirror+file:{mirrors} trixie main\n")
    assert debian.mirror("trixie", etc) == "https://first.example/debian"


def test_no_mirror_is_said(etc: Path) -> None:
    (etc / "apt/sources.list").write_text("deb http://old.example/debian bullseye main\n")
    with pytest.raises(Problem, match="No Debian mirror for bookworm"):
        debian.mirror("bookworm", etc)


def test_sid_may_be_called_unstable(etc: Path) -> None:
    (etc / "apt/sources.list").write_text("deb http://moving.example/debian unstable main\n")
    assert debian.mirror("forky", etc) == "http://moving.example/debian"
