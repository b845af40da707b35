"""Machines of one's own on a network of their own: network namespaces, joined by a bridge.

Needs root, or sudo. Everything goes with who made it; what one that was killed has left, the next takes away.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hanvisa.errors import ConfigurationError

_OURS = re.compile(r"\bhv(\d+)(?:-\w+)?\b")


@dataclass(frozen=True)
class Network:
    """``prefix`` is what its addresses begin with; ``names`` are the machines'."""

    name: str
    prefix: str
    names: Sequence[str]

    @property
    def phones(self) -> str:
        return f"{self.prefix}.1"

    @property
    def carrier(self) -> str:
        return f"{self.prefix}.2"

    def address(self, machine: str) -> str:
        return f"{self.prefix}.{10 + self.names.index(machine)}"

    def on(self, machine: str) -> tuple[str, ...]:
        """What stands before a command to run it on the machine, as whoever asks."""
        whom = ("setpriv", f"--reuid={os.getuid()}", f"--regid={os.getgid()}", "--init-groups")
        return (*_root(), "ip", "netns", "exec", self._space(machine), *(whom if os.geteuid() else ()))

    def _space(self, machine: str) -> str:
        return f"{self.name}-{machine}"

    def make(self) -> None:
        # Its own hardware address: else it has one of its cables', another when that is taken off, and nobody finds it.
        _ip("link", "add", self.name, "address", "02:00:00:00:00:01", "type", "bridge")
        self._up_without_address(self.name)
        # Ours by a route alone: a browser takes a new address for a new network, and gives up what it has asked for.
        for address in (self.phones, self.carrier):
            _ip("route", "add", "local", address, "dev", self.name)
        _ip("route", "add", f"{self.prefix}.0/24", "dev", self.name, "src", self.phones)
        for number, machine in enumerate(self.names):
            space, cable = self._space(machine), self._cable(number)
            _ip("netns", "add", space)
            _ip(
                "link",
                "add",
                cable,
                "master",
                self.name,
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "netns",
                space,
            )
            self._up_without_address(cable)
            _ip("-n", space, "address", "add", f"{self.address(machine)}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                _ip("-n", space, "link", "set", device, "up")

    def remove(self) -> None:
        _remove(self.name)

    def falls_silent(self, machine: str) -> None:
        """Nothing reaches it or comes from it any more, and nobody is told: it is taken off the bridge."""
        _ip("link", "set", self._cable(self.names.index(machine)), "nomaster")

    def is_back(self, machine: str) -> None:
        _ip("link", "set", self._cable(self.names.index(machine)), "master", self.name)

    def _up_without_address(self, device: str) -> None:
        """Not even one that IPv6 gives every device."""
        _ip("link", "set", device, "addrgenmode", "none", "up")

    def _cable(self, number: int) -> str:
        return f"{self.name}v{number}"


@contextmanager
def network(*names: str) -> Iterator[Network]:
    """Machines of these names. Raises ConfigurationError where none can be made."""
    _remove_left_behind()
    made = Network(f"hv{os.getpid()}", _free_prefix(), names)
    try:
        made.make()
        yield made
    finally:
        made.remove()


def _free_prefix() -> str:
    """Another process has one that begins with the same number where both of theirs are alike modulo 256."""
    taken = _ip("route", "show", "table", "all")
    prefixes = (f"10.201.{(os.getpid() + further) % 256}" for further in range(256))
    free = next((prefix for prefix in prefixes if f"{prefix}." not in taken), None)
    if free is None:
        raise ConfigurationError("No network of 10.201.0.0/16 is free: see ip route show table all.")
    return free


def _remove_left_behind() -> None:
    """Those of processes that live no more."""
    for pid in {
        int(pid) for pid in _OURS.findall(_ip("netns", "list") + _ip("-br", "link", "show", "type", "bridge"))
    }:
        if not Path(f"/proc/{pid}").exists():
            _remove(f"hv{pid}")


def _remove(name: str) -> None:
    """The cables go with the namespaces."""
    for space in _ip("netns", "list").split():
        if space.startswith(f"{name}-"):
            _ip("netns", "delete", space)
    if name in _ip("-br", "link", "show", "type", "bridge").split():
        _ip("link", "delete", name)


def _root() -> tuple[str, ...]:
    return () if os.geteuid() == 0 else ("sudo",)


def _ip(*words: str) -> str:
    ran = subprocess.run((*_root(), "ip", *words), capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if ran.returncode != 0:
        raise ConfigurationError(f"ip {' '.join(words)}: {ran.stderr.strip()}")
    return ran.stdout
