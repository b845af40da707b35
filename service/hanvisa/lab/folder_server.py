"""A file system that passes all on to a folder, and is mounted over that folder: told to, it hangs.

Whoever then reaches into the folder waits, as with a file server that is silent, and can be killed: a request that this
program had begun could not be, so it hangs between two.
Speaks the kernel's protocol (FUSE 7.31, linux/fuse.h) by itself: no library is needed. Nothing is remembered for the
kernel, so that each access comes here.

Run as root: python -m hanvisa.lab.folder_server FOLDER. It says "mounted" and its process on a line. A line that it
reads has it hang, which it says, and the next go on. It serves until it is unmounted, or nobody can tell it anything.
"""

from __future__ import annotations

import ctypes
import errno
import os
import select
import stat
import struct
import sys
from collections.abc import Callable
from pathlib import Path

LARGEST = 1 << 17  # bytes of one write
HEADER, ANSWER = struct.Struct("<IIQQIIII"), struct.Struct("<IiQ")
ATTRIBUTES = struct.Struct("<6Q10I")
ROOT = 1
NO_ANSWER = (2, 36, 42)  # FORGET, INTERRUPT, BATCH_FORGET
SETS_MODE, SETS_OWNER, SETS_GROUP, SETS_SIZE, SETS_TIMES = 1, 2, 4, 8, 16 | 32


class FolderServer:
    """Numbers of nodes stand for paths in the folder, which is ``top``, opened before it is mounted over."""

    def __init__(self, top: int) -> None:
        self._top = f"/proc/self/fd/{top}"
        self._paths = {ROOT: ""}
        self._nodes = {"": ROOT}
        self._operations: dict[int, Callable[[int, tuple[int, int], bytes], bytes]] = {
            1: self._look_up,
            3: self._attributes,
            4: self._set_attributes,
            9: self._make_folder,
            10: lambda node, _, name: self._gone(os.unlink, node, name),
            11: lambda node, _, name: self._gone(os.rmdir, node, name),
            12: lambda node, _, what: self._rename(node, what, 8),
            13: self._link,
            14: self._open,
            15: self._read,
            16: self._write,
            17: self._room,
            18: self._close,
            20: self._sync,
            25: lambda *_: b"",  # FLUSH
            26: lambda *_: struct.pack("<4I2H2I2H8I", 7, 31, LARGEST, 0, 16, 12, LARGEST, 1, 32, *[0] * 9),
            27: self._open,
            28: self._list,
            29: self._close,
            30: self._sync,
            35: self._create,
            45: lambda node, _, what: self._rename(node, what, 16),
        }

    def serve(self, device: int) -> None:
        """Until it is unmounted."""
        while True:
            if sys.stdin in select.select([device, sys.stdin], [], [])[0]:
                told = os.read(0, 1)
                say("hangs")
                if not told or not os.read(0, 1):
                    return
                continue
            try:
                asked = os.read(device, LARGEST + 4096)
            except OSError as error:
                if error.errno == errno.ENODEV:
                    return
                if error.errno in (errno.ENOENT, errno.EINTR, errno.EAGAIN):  # whoever asked has gone
                    continue
                raise
            _, kind, number, node, uid, gid, _, _ = HEADER.unpack_from(asked)
            if kind in NO_ANSWER:
                continue
            failed, answer = 0, b""
            try:
                operation = self._operations.get(kind, _not_known)
                answer = operation(node, (uid, gid), asked[HEADER.size :])
            except OSError as error:
                failed = error.errno or errno.EIO
            try:
                os.write(device, ANSWER.pack(ANSWER.size + len(answer), -failed, number) + answer)
            except FileNotFoundError:  # likewise
                continue

    def _path(self, node: int, name: bytes = b"") -> str:
        below = os.fsdecode(name.partition(b"\0")[0])
        return os.path.join(self._paths[node], below) if below else self._paths[node]  # noqa: PTH118 - they are strings

    def _here(self, path: str) -> str:
        return f"{self._top}/{path or '.'}"

    def _entry(self, path: str) -> bytes:
        attributes = self._of(path)
        node = self._nodes.setdefault(path, len(self._nodes) + 1)
        self._paths[node] = path
        return struct.pack("<4Q2I", node, 0, 0, 0, 0, 0) + attributes

    def _of(self, path: str) -> bytes:
        found = os.lstat(self._here(path))
        times = [
            divmod(moment, 1_000_000_000)
            for moment in (found.st_atime_ns, found.st_mtime_ns, found.st_ctime_ns)
        ]
        return ATTRIBUTES.pack(
            *(found.st_ino, found.st_size, found.st_blocks, *(seconds for seconds, _ in times)),
            *(*(rest for _, rest in times), found.st_mode, found.st_nlink, found.st_uid, found.st_gid),
            *(0, found.st_blksize, 0),
        )

    def _look_up(self, node: int, _: tuple[int, int], name: bytes) -> bytes:
        return self._entry(self._path(node, name))

    def _attributes(self, node: int, _owner: tuple[int, int], _what: bytes) -> bytes:
        return struct.pack("<Q2I", 0, 0, 0) + self._of(self._path(node))

    def _set_attributes(self, node: int, _: tuple[int, int], what: bytes) -> bytes:
        which, _, _, size, _, atime, mtime, _, *rest = struct.unpack_from("<2I6Q8I", what)
        atime_rest, mtime_rest, _, mode, _, uid, gid, _ = rest
        path = self._here(self._path(node))
        if which & SETS_MODE:
            os.chmod(path, stat.S_IMODE(mode))  # noqa: PTH101 - its path is a string
        if which & (SETS_OWNER | SETS_GROUP):
            os.chown(path, uid if which & SETS_OWNER else -1, gid if which & SETS_GROUP else -1)
        if which & SETS_SIZE:
            os.truncate(path, size)
        if which & SETS_TIMES:
            os.utime(path, ns=(atime * 1_000_000_000 + atime_rest, mtime * 1_000_000_000 + mtime_rest))
        return self._attributes(node, (0, 0), b"")

    def _make_folder(self, node: int, owner: tuple[int, int], what: bytes) -> bytes:
        path = self._path(node, what[8:])
        os.mkdir(self._here(path), struct.unpack_from("<I", what)[0])  # noqa: PTH102 - its path is a string
        os.chown(self._here(path), *owner)
        return self._entry(path)

    def _gone(self, remove: Callable[[str], None], node: int, name: bytes) -> bytes:
        remove(self._here(self._path(node, name)))
        return b""

    def _rename(self, node: int, what: bytes, names_at: int) -> bytes:
        """Nobody has a file open that is given another name."""
        old, new = what[names_at:].split(b"\0")[:2]
        to = struct.unpack_from("<Q", what)[0]
        os.replace(self._here(self._path(node, old)), self._here(self._path(to, new)))  # noqa: PTH105 - likewise
        return b""

    def _link(self, node: int, _: tuple[int, int], what: bytes) -> bytes:
        path = self._path(node, what[8:])
        os.link(self._here(self._path(struct.unpack_from("<Q", what)[0])), self._here(path))
        return self._entry(path)

    def _open(self, node: int, _: tuple[int, int], what: bytes) -> bytes:
        """Where a write goes the kernel says, also at the end of a file."""
        flags = struct.unpack_from("<I", what)[0] & ~(os.O_APPEND | os.O_CREAT)
        return struct.pack("<Q2I", os.open(self._here(self._path(node)), flags), 0, 0)

    def _create(self, node: int, owner: tuple[int, int], what: bytes) -> bytes:
        flags, mode = struct.unpack_from("<2I", what)
        path = self._path(node, what[16:])
        file = os.open(self._here(path), (flags & ~os.O_APPEND) | os.O_CREAT, mode)
        os.fchown(file, *owner)
        return self._entry(path) + struct.pack("<Q2I", file, 0, 0)

    def _read(self, _node: int, _owner: tuple[int, int], what: bytes) -> bytes:
        file, at, size = struct.unpack_from("<2QI", what)
        return os.pread(file, size, at)

    def _write(self, _node: int, _owner: tuple[int, int], what: bytes) -> bytes:
        file, at, size = struct.unpack_from("<2QI", what)
        return struct.pack("<2I", os.pwrite(file, what[40 : 40 + size], at), 0)

    def _list(self, node: int, _: tuple[int, int], what: bytes) -> bytes:
        _, at, size = struct.unpack_from("<2QI", what)
        told = b""
        for number, name in enumerate(sorted(os.listdir(self._here(self._path(node))))[at:], start=at + 1):  # noqa: PTH208 - likewise
            written = os.fsencode(name)
            one = struct.pack("<2Q2I", number, number, len(written), 0) + written
            one += bytes(-len(one) % 8)
            if len(told) + len(one) > size:
                break
            told += one
        return told

    def _room(self, *_: object) -> bytes:
        of = os.statvfs(self._top)
        return struct.pack(
            "<5Q4I6I",
            *(
                of.f_blocks,
                of.f_bfree,
                of.f_bavail,
                of.f_files,
                of.f_ffree,
                of.f_bsize,
                of.f_namemax,
                of.f_frsize,
            ),
            *[0] * 7,
        )

    def _sync(self, _node: int, _owner: tuple[int, int], what: bytes) -> bytes:
        os.fsync(struct.unpack_from("<Q", what)[0])
        return b""

    def _close(self, _node: int, _owner: tuple[int, int], what: bytes) -> bytes:
        os.close(struct.unpack_from("<Q", what)[0])
        return b""


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _not_known(*_: object) -> bytes:
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def mount(folder: Path) -> int:
    """What is asked of the folder from now on comes out of the device that is given. Raises OSError."""
    device = os.open("/dev/fuse", os.O_RDWR | os.O_NONBLOCK)
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
    if libc.mount(b"hanvisa", os.fsencode(folder), b"fuse", 0, options.encode()):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(folder))
    return device


if __name__ == "__main__":
    os.umask(0)
    over = Path(sys.argv[1])
    server = FolderServer(os.open(over, os.O_RDONLY | os.O_DIRECTORY))
    asked_at = mount(over)
    say(f"mounted {os.getpid()}")
    server.serve(asked_at)
