"""A small root file system with an Asterisk in it, made with mmdebstrap where the host has none."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provisioning import debian, packages, version
from provisioning.problem import INSTEAD, Problem

PIN = "Package: asterisk asterisk-*\nPin: release a=experimental\nPin-Priority: 500\n"
"""Lets Asterisk alone come from experimental, and only while it is newer there than in sid."""

DIES_WITH_US = (
    "setpriv",
    "--pdeathsig",
    "KILL",
    "unshare",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
)
"""Before a command: nothing of it outlives this program, even when it is killed."""

UNWANTED = ("doc/*", "man/*", "locale/*", "info/*", "lintian/*")
NEEDED = (
    "asterisk/modules/chan_pjsip.so",
    "asterisk/modules/app_stasis_broadcast.so",
    "asterisk/modules/res_ari.so",
)


def ensure(root: Path) -> None:
    """Make the root file system at ``root``, or find the one that is there whole.

    It is made beside and renamed when it is whole, so an interrupted run leaves nothing that looks finished.

    Raises:
        Problem: it can't be made here, or what was made does not work.
    """
    if is_whole(root):
        return
    mirror = debian.mirror(debian.release())
    packages.root_prefix()  # says so now, where there is no way to become root
    if subprocess.run([*enter(Path("/")), "true"], capture_output=True, check=False).returncode != 0:  # noqa: S603 - our own words
        raise Problem(f"This machine lets you run nothing in a root file system of its own. {INSTEAD}")
    packages.ensure("root")
    root.parent.mkdir(parents=True, exist_ok=True)
    with _alone(root.with_name(f"{root.name}.lock")):
        if not is_whole(root):
            _make(root, mirror)


def _make(root: Path, mirror: str) -> None:
    making = root.with_name(f"{root.name}.making")
    remove(making)
    packages.say("Making a root file system with Asterisk (about half a minute) ...")
    command = [*packages.root_prefix(), *DIES_WITH_US, *_mmdebstrap(making, mirror)]
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode != 0:  # noqa: S603 - our own words
        raise Problem(
            f"mmdebstrap failed (see above); nothing was kept. Is the machine online? Run it again. {INSTEAD}"
        )
    check(making)
    remove(root)
    packages.as_root(["mv", str(making), str(root)])


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One at a time, and whoever waited finds the work done."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            packages.say("Another run is making it already; waiting for it ...")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_whole(root: Path) -> bool:
    return (root / "usr/sbin/asterisk").exists() and not missing(root)


def check(root: Path) -> str:
    """The version of the Asterisk in ``root``.

    Raises:
        Problem: it does not run, is too old, or lacks a module.
    """
    lacking = missing(root)
    if lacking:
        raise Problem(f"The Asterisk in {root} lacks {', '.join(lacking)}: delete {root} and run again.")
    said = version.installed([*enter(root), "/usr/sbin/asterisk"])
    if not version.good_enough(said):
        oldest = ".".join(map(str, version.OLDEST))
        raise Problem(
            f"The Asterisk in {root} says {said or 'nothing'!r}; {oldest} or newer is needed. "
            f"Delete {root} and run again with an up-to-date mirror."
        )
    return said


def enter(root: Path) -> list[str]:
    """The command that runs another inside ``root``."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *user, "--mount", "--root", str(root)]


def missing(root: Path) -> list[str]:
    return [name for name in NEEDED if not list(root.glob(f"usr/lib/*/{name}"))]


def remove(folder: Path) -> None:
    """Delete a root file system, root's or one's own. Nothing of ours is ever mounted in one."""
    if not folder.exists():
        return
    mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    inside = [place for place in mounted if place.startswith(f"{folder}/")]
    if inside:
        raise Problem(
            f"{inside[0]} is mounted, so {folder} is not deleted. Unmount it: sudo umount {inside[0]}"
        )
    if os.access(folder, os.W_OK) and os.geteuid() == folder.stat().st_uid:
        shutil.rmtree(folder)
    else:
        packages.as_root(["rm", "-rf", "--one-file-system", str(folder)])


def install_here() -> None:
    """Install Asterisk on this very machine (which is a container of Debian sid) with its own apt.

    Raises:
        Problem: apt-get failed.
    """
    source = f"deb {debian.mirror(debian.release())} experimental main\n"
    Path("/etc/apt/sources.list.d/experimental.list").write_text(source)
    Path("/etc/apt/preferences.d/asterisk").write_text(PIN)
    for command in (["update"], ["install", "--yes", "--no-install-recommends", "asterisk"]):
        if packages.as_root(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", *command]) != 0:
            raise Problem(f"apt-get {command[0]} failed (see above).")


def _mmdebstrap(target: Path, mirror: str) -> list[str]:
    setup = f"printf '%s' '{PIN}' >\"$1/etc/apt/preferences.d/asterisk\""
    names = 'printf "127.0.0.1 localhost\\n127.0.1.1 %s\\n" "$(uname -n)" >"$1/etc/hosts"'
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    return [
        "mmdebstrap",
        *quiet,
        "--mode=root",
        "--variant=minbase",
        '--aptopt=Acquire::Check-Valid-Until "false"',
        '--aptopt=APT::Install-Recommends "false"',
        '--aptopt=Acquire::Languages "none"',
        *(f"--dpkgopt=path-exclude=/usr/share/{pattern}" for pattern in UNWANTED),
        f"--setup-hook={setup}",
        f'--customize-hook=: >"$1/etc/resolv.conf"; {names}',
        "--include=asterisk",
        "sid",
        str(target),
        f"deb {mirror} sid main",
        f"deb {mirror} experimental main",
    ]
