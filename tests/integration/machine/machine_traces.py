"""What a system leaves behind on the machine."""

from pathlib import Path


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
