"""What a system leaves behind on the machine, and what it uses there."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ARENA = 64 * 2**20  # bytes; glibc's HEAP_MAX_SIZE


def processes_with(word: str) -> list[str]:
    """The command lines of the processes that mention ``word``."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it ended while we looked
            continue
        if word in line:
            found.append(line)
    return found


def mounts_in(folder: Path) -> list[str]:
    return [line for line in Path("/proc/mounts").read_text().splitlines() if f" {folder}/" in line]


def listening(ports: range) -> set[tuple[str, int]]:
    """The (address, port) pairs among ``ports`` on which somebody listens, TCP and UDP, IPv4."""
    found = set()
    for table, state in (("tcp", "0A"), ("udp", "07")):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            address, port = fields[1].split(":")
            if fields[3] == state and int(port, 16) in ports:
                found.add((".".join(str(octet) for octet in reversed(bytes.fromhex(address))), int(port, 16)))
    return found


def program(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def must_ask_for_huge_pages() -> bool:
    """Whether the kernel gives none to who does not."""
    return "[madvise]" in Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text()


def huge_heap(pid: int) -> int:
    """How many bytes of its heap the kernel was asked to keep in huge pages (``hg``)."""
    return sum(one.size for one in _memory(pid) if one.name == "[heap]" and "hg" in one.flags)


def arenas(pid: int) -> list[str]:
    """The heaps of malloc beside the one that grows with ``brk``.

    Each is nameless, from a multiple of 64 MB on: what is in use, writable, and the rest of the 64 MB, which is not
    accessible. The kernel puts other large mappings at such addresses too.
    """
    memory = _memory(pid)
    return [
        one.first
        for one, rest in pairwise(memory)
        if not one.name
        and "wr" in one.flags
        and int(one.first, 16) % ARENA == 0
        and (one.size == ARENA or ("rd" not in rest.flags and one.size + rest.size == ARENA))
    ]


@dataclass
class _Mapping:
    first: str  # its address
    size: int  # bytes
    name: str
    flags: list[str]


def _memory(pid: int) -> list[_Mapping]:
    """What proc(5) has in ``smaps``."""
    found: list[_Mapping] = []
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        fields = line.split()
        if fields[0] == "VmFlags:":
            found[-1].flags = fields[1:]
        elif not fields[0].endswith(":"):
            first, last = fields[0].split("-")
            found.append(_Mapping(first, int(last, 16) - int(first, 16), " ".join(fields[5:]), []))
    return found
