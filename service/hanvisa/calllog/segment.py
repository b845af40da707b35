"""The outbox's files: one JSON line an entry, appended by one process, read by whoever ships them."""

from __future__ import annotations

import fcntl
import json
import os
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from pydantic_core import PydanticSerializationError, from_json, to_json

from hanvisa.calllog.entry import CallEntry

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)

SUFFIX = ".jsonl"
NEW = ".new"  # for a moment


def to_line(entry: CallEntry) -> bytes:
    """The entry as a line of JSON. What is no JSON (ids, times) is written as its text. ValueError when it can't be."""
    fields = [entry.call_id, entry.seq, entry.at.isoformat(), entry.kind, entry.data]
    try:
        line = to_json(fields, fallback=str)
    except PydanticSerializationError:  # half a character, which it can't replace
        line = json.dumps(fields, ensure_ascii=False, default=str).encode(errors="replace")
    return line + b"\n"


def from_line(line: bytes) -> CallEntry:
    """The reverse. ValueError when the line is not whole."""
    try:
        call_id, seq, at, kind, data = from_json(line)
        return CallEntry(call_id, seq, datetime.fromisoformat(at), kind, data)
    except TypeError as error:
        raise ValueError(str(error)) from error


def read(path: Path) -> list[CallEntry]:
    """The segment's entries. A torn line (a power cut, a full disk) is logged and passed over.

    None are left in a segment that another process has shipped and removed.
    """
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    entries = []
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            entries.append(from_line(line))
        except ValueError as error:
            log.warning("calllog.torn_line", file=path.name, line=number, why=str(error))
    return entries


def is_being_written(path: Path) -> bool:
    """Whether a living process still appends to the segment."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def remove(path: Path) -> None:
    path.unlink(missing_ok=True)


class SegmentWriter:
    """Appends to a new segment. It is locked until it is closed, or the process dies.

    It has its name only once it is locked: what is not would be shipped meanwhile, and removed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        new = path.with_suffix(NEW)
        self._file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            new.rename(path)
        except OSError:
            os.close(self._file)
            remove(new)
            raise
        self._torn = False

    def append(self, line: bytes) -> None:
        """Hand the line to the kernel: it survives the process. OSError when the disk takes it not, or half."""
        whole = b"\n" + line if self._torn else line
        self._torn = True
        written = os.write(self._file, whole)
        self.size += written
        if written != len(whole):
            raise OSError(f"{written} of {len(whole)} bytes were written")
        self._torn = False

    def close(self) -> None:
        os.close(self._file)


def sync(path: Path) -> None:
    """Have the segment on the disk itself; one that has been shipped meanwhile is done with."""
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        os.fsync(file)
    finally:
        os.close(file)
