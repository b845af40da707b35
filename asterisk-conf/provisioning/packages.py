"""The host's own packages: what is needed, named before it is installed, and no service started by it."""

import glob
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provisioning.problem import INSTEAD, Problem

_PRINTING = {  # reports as PDF
    "/usr/lib/*/libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "/usr/lib/*/libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf": "fonts-dejavu-core",
}
_POSTGRESQL = {"/usr/lib/postgresql/*/bin/initdb": "postgresql"}
_CLOCKS = {"/usr/lib/*/faketime/libfaketimeMT.so.1": "libfaketime"}  # that jump
NEEDED = {
    "python": {"ensurepip": "python3-venv"},
    "root": {"mmdebstrap": "mmdebstrap"},
    "run": {"espeak-ng": "espeak-ng", **_PRINTING},
    "bench": {"espeak-ng": "espeak-ng", "sipp": "sip-tester", **_POSTGRESQL, **_CLOCKS},
    "test": {
        "espeak-ng": "espeak-ng",
        "chromium-headless-shell": "chromium-headless-shell",
        "openssl": "openssl",
        "sipp": "sip-tester",
        **_POSTGRESQL,
        **_CLOCKS,
        "/usr/sbin/slapd": "slapd",
        "/usr/sbin/kamailio": "kamailio",
        "/usr/lib/*/kamailio/modules/db_sqlite.so": "kamailio-sqlite-modules",
        "/usr/sbin/ip": "iproute2",
        **_PRINTING,
    },
}
"""For what -> the program, file or Python module that must be there -> the Debian package that brings it."""

POLICY = Path("/usr/sbin/policy-rc.d")
NO_SERVICE = "#!/bin/sh\n# hanvisa: start no service while packages are installed\nexit 101\n"


def ensure(purpose: str) -> None:
    """Install what ``purpose`` (a key of NEEDED) lacks.

    Raises:
        Problem: it can't be installed here.
    """
    missing = sorted({package for name, package in NEEDED[purpose].items() if not _is_there(name)})
    if not missing:
        return
    names = " ".join(missing)
    if not shutil.which("apt-get"):
        raise Problem(
            f"These programs are missing: {names}. Install them with your system's package manager."
        )
    say(f"Installing Debian packages: {names} ...")
    with no_service_started():
        for command in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
            if as_root(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", *command]) != 0:
                raise Problem(
                    f"apt-get {command[0]} failed (see above). Mend it, or install {names} yourself."
                )


def _is_there(name: str) -> bool:
    if name.startswith("/"):
        return bool(glob.glob(name))  # noqa: PTH207 - a pattern from the root
    return shutil.which(name) is not None or importlib.util.find_spec(name) is not None


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def as_root(command: list[str]) -> int:
    """Run a command as root, by sudo where need be; its exit code. Only its complaints are shown."""
    return subprocess.run([*root_prefix(), *command], stdout=subprocess.DEVNULL, check=False).returncode  # noqa: S603 - our own words


def root_prefix() -> list[str]:
    """What stands before a command to run it as root.

    Raises:
        Problem: the user is not root and there is no sudo.
    """
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        return ["sudo"]
    raise Problem(
        f"This needs root: run it as root, or install sudo and let your user use it. Otherwise: {INSTEAD}"
    )


@contextmanager
def no_service_started() -> Iterator[None]:
    """While it lasts, Debian starts no service of a package it installs. A policy of the host's own stays."""
    own = not POLICY.exists() or POLICY.read_text() == NO_SERVICE  # the latter: left by a run that was killed
    if own:
        script = f"printf '%s' \"$1\" >{POLICY} && chmod 755 {POLICY}"
        as_root(["sh", "-c", script, "sh", NO_SERVICE])
    try:
        yield
    finally:
        if own:
            as_root(["rm", "-f", str(POLICY)])
