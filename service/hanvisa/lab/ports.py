"""Ports for one more system on this machine."""

import atexit
import random
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

from hanvisa.errors import ConfigurationError

# Beside what people choose, and below those that the kernel gives to whoever connects (from 32768): Asterisk could
# not bind one of them in the moment in which somebody's connection has it.
FIRST, LAST = 11000, 32500
CARRIER = "127.0.0.2"
_STEP = 500
_CLAIM = 9
_UDP, _TCP = socket.SOCK_DGRAM, socket.SOCK_STREAM


def free_base_port(carrier_host: str = CARRIER) -> int:
    """A base port whose ports are free, and that nobody else is given while this process lives.

    Raises:
        ConfigurationError: there is none.
    """
    base, claim = _claim_one(carrier_host)
    atexit.register(claim.close)
    return base


@contextmanager
def lent_base_port(carrier_host: str = CARRIER) -> Iterator[int]:
    """The same, for as long as the context: there are some forty, and a process may need more one after the other."""
    base, claim = _claim_one(carrier_host)
    with claim:
        yield base


def _claim_one(carrier_host: str) -> tuple[int, socket.socket]:
    bases = list(range(FIRST, LAST, _STEP))
    random.shuffle(bases)
    for base in bases:
        needed = [
            ("127.0.0.1", kind, base + offset)
            for offset in (0, 1, 2, 3, 5, 6, 10, 11, 12)
            for kind in (_UDP, _TCP)
        ]
        needed.append((carrier_host, _UDP, base + 4))
        if all(_is_free(host, kind, port) for host, kind, port in needed):
            claim = _claim(base + _CLAIM)
            if claim is not None:
                return base, claim
    raise ConfigurationError(f"No {_STEP} ports in a row are free between {FIRST} and {LAST}.")


def _claim(port: int) -> socket.socket | None:
    """The port that stands for all of them, None where another has it."""
    holder = socket.socket(socket.AF_INET, _UDP)
    try:
        holder.bind(("127.0.0.1", port))
    except OSError:
        holder.close()
        return None
    return holder


def _is_free(host: str, kind: socket.SocketKind, port: int) -> bool:
    with closing(socket.socket(socket.AF_INET, kind)) as probe:
        if kind == _TCP:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
