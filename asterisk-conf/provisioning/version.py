"""Asterisk's version: the oldest that will do, and how to read it."""

import re
import subprocess
from pathlib import Path

OLDEST = (22, 11)
"""Older ones crash at a REFER with ``Refer-Sub: false`` (asterisk/asterisk#2021) and can deadlock (#1946)."""


def parse(said: str) -> tuple[int, int] | None:
    """``asterisk -V``'s answer as (major, minor), None where it has no version (a build from git).

    A release candidate counts as the version that it is a candidate for.
    """
    found = re.search(r"\bAsterisk (?:certified[-/])?(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else None


def installed(command: list[str]) -> str:
    """What the Asterisk behind this command says of its version, empty where there is none."""
    try:
        answer = subprocess.run([*command, "-V"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - our own words
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def good_enough(said: str) -> bool:
    version = parse(said)
    return version is not None and version >= OLDEST


def on_this_machine() -> Path | None:
    """The Asterisk found on the machine itself, where it is new enough."""
    for folder in ("/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"):
        program = Path(folder) / "asterisk"
        if program.exists() and good_enough(installed([str(program)])):
            return program
    return None
