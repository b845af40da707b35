"""What fails, and what there is to hear then.

assert drop_connections(world.system.service_pid, to_port=20001)
with hanging(world.system.service_pid):
    ...
"""

import ctypes
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PIDFD_GETFD = 438  # the same number on every architecture (Linux 5.6)
_REMOTE, _INODE = 2, 9  # the columns of /proc/net/tcp


def drop_connections(pid: int, *, to_port: int) -> int:
    """Shut every TCP connection that this process of ours has to a local port, as a network would; how many."""
    inodes = {f"socket:[{inode}]" for inode in _connected(to_port)}
    process = os.pidfd_open(pid)
    try:
        ours = [int(fd.name) for fd in Path(f"/proc/{pid}/fd").iterdir() if _link(fd) in inodes]
        for fd in ours:
            with socket.socket(fileno=_fetch(process, fd)) as connection:
                connection.shutdown(socket.SHUT_RDWR)
    finally:
        os.close(process)
    return len(ours)


@contextmanager
def hanging(pid: int) -> Iterator[None]:
    """The process does nothing, with all its connections open; then it goes on, unless its keeper has lost patience."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _connected(to_port: int) -> list[str]:
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [row[_INODE] for row in rows if int(row[_REMOTE].partition(":")[2], 16) == to_port]


def _link(fd: Path) -> str:
    try:
        return str(fd.readlink())
    except FileNotFoundError:  # closed since it was listed
        return ""


def _fetch(process: int, fd: int) -> int:
    """A descriptor of ours for what that process has open as ``fd`` (pidfd_getfd, 2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    fetched: int = libc.syscall(_PIDFD_GETFD, process, fd, 0)
    if fetched < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return fetched
