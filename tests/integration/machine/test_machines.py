"""Networks of one's own, beside those of others."""

from __future__ import annotations

import os
import subprocess

from hanvisa.lab.machines import network

IP = ("ip",) if os.geteuid() == 0 else ("sudo", "ip")


def test_one_that_another_process_has_is_not_taken() -> None:
    """Their numbers may be alike modulo 256: the second could not be made."""
    with network("n1") as first:
        usual = first.prefix
    theirs = ("local", f"{usual}.2", "dev", "lo")
    subprocess.run((*IP, "route", "add", *theirs), check=True)  # noqa: S603 - our own
    try:
        with network("n1") as beside:
            assert beside.prefix != usual
    finally:
        subprocess.run((*IP, "route", "delete", *theirs), check=True)  # noqa: S603 - our own
