"""The command line of ``provision``."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TypeVar

from provisioning import configuration, encryption, packages, rootfs, version
from provisioning.configuration import Ports
from provisioning.encryption import Encryption
from provisioning.problem import Problem

DESCRIPTION = """\
Puts an Asterisk and its configuration into a state folder.

Uses an Asterisk 22.11 or newer found on the machine; where there is none, makes a root file system
with one at STATE/asterisk/root (Debian only; about half a minute, 300 MB). Then writes
STATE/asterisk/etc from the *.conf templates beside this program, and STATE/secrets.json with
passwords, if it is not there yet. Run it as often as you like, and again after an interruption:
it makes only what is missing.
"""
Given = TypeVar("Given")
EXAMPLES = """\
examples:
  provision --state .state                     everything, on the usual ports
                                               (SIP 5060, ARI 8088, AMI 5038, RTP 10000-10799)
  provision --state /tmp/b --base-port 21000   a second instance beside it
                                               (SIP 21000, ARI 21001, AMI 21002, RTP 21100-21499)
  provision --state .state --check             changes nothing; exits 1 when something is missing
"""


def main(words: list[str]) -> int:
    """Carry out the command line; the exit code."""
    options = _parser().parse_args(words)
    try:
        if options.packages:
            packages.ensure(options.packages)
        elif options.install_here:
            rootfs.install_here()
        elif options.check:
            packages.say(_check(options.state.absolute(), options.root))
        else:
            _provision(options)
    except Problem as problem:
        sys.stderr.write(f"provision: {problem}\n")
        return 1
    except OSError as error:
        sys.stderr.write(
            f"provision: {error}. See who owns {options.state.absolute()}, and whether its disk has room and may be "
            "written, or choose another folder with --state.\n"
        )
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("provision: interrupted; run it again to go on.\n")
        return 130
    return 0


def _provision(options: argparse.Namespace) -> None:
    state = options.state.absolute()
    state.mkdir(parents=True, exist_ok=True)
    if not options.configuration_only and version.on_this_machine() is None:
        rootfs.ensure(options.root or state / "asterisk" / "root")
    if options.asterisk_only:
        return
    ports = Ports() if options.base_port is None else Ports.from_base(options.base_port)
    given = {field.name: getattr(options, field.name) for field in fields(Ports)}
    ports = Ports(**{field.name: given[field.name] or getattr(ports, field.name) for field in fields(Ports)})
    encrypted = Encryption.of(
        options.sip_tls_port, options.sip_tls_certificate, options.sip_tls_key, options.sip_srtp
    )
    configuration.write(state, ports, options.dialplan.absolute(), encrypted)


def _check(state: Path, root: Path | None) -> str:
    """What is there, in a few lines.

    Raises:
        Problem: something is missing or does not work.
    """
    root = root or state / "asterisk" / "root"
    if root.exists():
        found = f"{rootfs.check(root)} in {root}"
    else:
        program = version.on_this_machine()
        if program is None:
            raise Problem(
                f"No Asterisk 22.11 or newer, neither on this machine nor in {root}. Run: ./dev run"
            )
        found = f"{version.installed([str(program)])} at {program}"
    lacking = [
        name
        for name in sorted(file.name for file in configuration.HERE.glob("*.conf"))
        if not (state / "asterisk" / "etc" / name).exists()
    ]
    if lacking:
        raise Problem(
            f"{state / 'asterisk' / 'etc'} lacks {', '.join(lacking)}. Run: provision --state {state}"
        )
    return f"{found}\nconfiguration in {state / 'asterisk' / 'etc'}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="provision",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--state", type=Path, default=Path(".state"), help="the state folder (default: .state)"
    )
    parser.add_argument("--root", type=Path, help="the root file system (default: STATE/asterisk/root)")
    parser.add_argument("--base-port", type=int, help="derive all ports from this one")
    parser.add_argument(
        "--dialplan", type=Path, default=configuration.DIALPLAN, help="the folder with the dialplan"
    )
    parser.add_argument(
        "--configuration-only", action="store_true", help="write the configuration, look for no Asterisk"
    )
    parser.add_argument(
        "--asterisk-only", action="store_true", help="find or make an Asterisk, write no configuration"
    )
    parser.add_argument("--check", action="store_true", help="change nothing, say what is there")
    parser.add_argument(
        "--packages", choices=packages.NEEDED, help="only install the Debian packages for this purpose"
    )
    parser.add_argument(
        "--install-here", action="store_true", help="install Asterisk on this Debian sid (for containers)"
    )
    single = parser.add_argument_group("ports one by one")
    for field in fields(Ports):
        kind = str if isinstance(field.default, str) else int
        single.add_argument(f"--{field.name.replace('_', '-')}", type=kind, help=f"usually {field.default}")
    tls = parser.add_argument_group("phones over TLS")
    tls.add_argument("--sip-tls-port", type=_or_none(int), help="usually none: no phones over TLS")
    tls.add_argument("--sip-tls-certificate", type=_or_none(Path), help="a PEM file")
    tls.add_argument("--sip-tls-key", type=_or_none(Path), help="its key, a PEM file")
    tls.add_argument(
        "--sip-srtp",
        choices=encryption.SRTP,
        default=encryption.SRTP[0],
        help="whether they may speak without SRTP (offered, the default) or not (required)",
    )
    return parser


def _or_none(kind: Callable[[str], Given]) -> Callable[[str], Given | None]:
    """An option that stands for none when it is empty, as an environment variable does."""
    return lambda word: kind(word) if word else None
