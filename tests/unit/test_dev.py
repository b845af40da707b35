"""The script ./dev installs for each of its commands what that imports."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

from hanvisa.lab.asterisk import REPOSITORY

SCRIPT = (REPOSITORY / "dev").read_text(encoding="utf-8")
COMMANDS = [
    (module.replace("$1", "soak"), group)
    for group, module in re.findall(
        r"prepare \w+ (\w+)\n(?:    \w+\n)?    exec \S+ -m \"?(hanvisa[\w.$]*)", SCRIPT
    )
]
# Imports a module as if nothing but these were installed.
ONLY_WITH = """
import runpy, sys

module, *missing = sys.argv[1:]
sys.argv[1:] = ["--help"]  # the command line runs as it is imported


class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Missing())
runpy.run_module(module, run_name="imported")
"""


def test_the_commands_are_found() -> None:
    assert {"hanvisa", "hanvisa.lab.run", "hanvisa.lab.docs", "hanvisa.lab.soak"} <= {
        name for name, _ in COMMANDS
    }


@pytest.mark.parametrize(("module", "group"), COMMANDS)
def test_a_command_is_imported_with_its_own_packages(module: str, group: str) -> None:
    locked = (REPOSITORY / "requirements" / f"{group}.txt").read_text(encoding="utf-8")
    installed = {_plain(name) for name in re.findall(r"^([\w.-]+)==", locked, re.MULTILINE)}
    missing = [
        name
        for name, packages in packages_distributions().items()
        if not installed & {_plain(package) for package in packages}
    ]
    assert ("playwright" in missing) == (group != "dev")
    imported = subprocess.run(  # noqa: S603 - our own modules
        [sys.executable, "-c", ONLY_WITH, module, *missing],
        capture_output=True,
        text=True,
        check=False,
    )
    assert imported.returncode == 0, imported.stderr


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
