"""The locked dependencies: they cover pyproject.toml, every file is known by its hash, and no registry is named."""

import re
import tomllib
from typing import Any

import pytest

from hanvisa.lab.asterisk import REPOSITORY

LISTS = sorted((REPOSITORY / "requirements").glob("*.txt"))


def name_of(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement.strip())[0].lower().replace("_", "-")


def locked(name: str) -> dict[str, str]:
    """Package -> version of one list."""
    text = (REPOSITORY / "requirements" / name).read_text()
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)", text, re.MULTILINE))


@pytest.fixture
def project() -> dict[str, Any]:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text())


@pytest.mark.parametrize("file", LISTS, ids=lambda file: file.name)
def test_every_package_has_hashes_and_no_address(file: Any) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"^#.*\n", "", file.read_text(), flags=re.MULTILINE))
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in file.read_text()


def test_the_lists_cover_the_project(project: dict[str, Any]) -> None:
    extras = project["project"]["optional-dependencies"]
    service = [*project["project"]["dependencies"], *extras["oidc"]]
    lab = [*service, *extras["lab"]]
    dev = [*lab, *project["dependency-groups"]["dev"]]
    for name, wanted in (("service.txt", service), ("lab.txt", lab), ("dev.txt", dev)):
        missing = {name_of(one) for one in wanted} - set(locked(name))
        assert not missing, f"requirements/{name} lacks {missing}: ./dev lock"


def test_the_lists_agree() -> None:
    largest = locked("dev.txt")
    for name in ("service.txt", "lab.txt"):
        assert locked(name).items() <= largest.items()
