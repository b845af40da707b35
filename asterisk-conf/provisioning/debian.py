"""What the host says of itself: is it Debian, and which mirror does it use."""

import re
from collections.abc import Iterator
from pathlib import Path

from provisioning.problem import INSTEAD, Problem


def release(etc: Path = Path("/etc")) -> str:
    """The code name of the host's Debian ("bookworm").

    Raises:
        Problem: the host is no Debian.
    """
    file = etc / "os-release"
    text = file.read_text() if file.exists() else ""
    fields: dict[str, str] = dict(re.findall(r'^([A-Z_]+)="?([^"\n]*)"?$', text, re.MULTILINE))
    if fields.get("ID") != "debian":
        name = fields.get("PRETTY_NAME", "an unknown system")
        raise Problem(
            f"This machine runs {name}, and an Asterisk can be put in place on Debian only. {INSTEAD}"
        )
    return fields.get("VERSION_CODENAME", "sid")


MOVING = {"stable", "oldstable", "testing", "unstable", "sid"}
"""Names under which sources may name a release instead of by its code name."""


def mirror(codename: str, etc: Path = Path("/etc")) -> str:
    """The address of the host's own Debian mirror, from its apt sources.

    Raises:
        Problem: the sources name none.
    """
    for address, suites in _sources(etc / "apt"):
        if {codename, *MOVING} & set(suites) and "security" not in address:
            return _from_list(address) if address.startswith("mirror+file:") else address
    raise Problem(
        f"No Debian mirror for {codename} is named in {etc / 'apt'}/sources.list or sources.list.d. "
        "Add one, run apt-get update, and try again."
    )


def _sources(apt: Path) -> Iterator[tuple[str, list[str]]]:
    """Every (address, suites) of the host's sources, in both of apt's notations."""
    for file in [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*.list"))]:
        for line in file.read_text().splitlines() if file.exists() else []:
            words = re.sub(r"\[[^]]*\]", " ", line.split("#")[0]).split()
            if len(words) >= 3 and words[0] == "deb":
                yield words[1], [words[2]]
    for file in sorted((apt / "sources.list.d").glob("*.sources")):
        lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
        for stanza in "\n".join(lines).split("\n\n"):
            fields = {
                name.lower(): value for name, value in re.findall(r"^(\S+):[ \t]*(.*)$", stanza, re.MULTILINE)
            }
            if "deb" in fields.get("types", "").split() and fields.get("enabled", "yes") != "no":
                for address in fields.get("uris", "").split():
                    yield address, fields.get("suites", "").split()


def _from_list(address: str) -> str:
    """The first address in the file that a ``mirror+file:`` source points to."""
    lines = Path(address.removeprefix("mirror+file:")).read_text().splitlines()
    return next(line.split()[0] for line in lines if line.strip() and not line.startswith("#"))
