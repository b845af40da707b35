"""FastAGI on the wire: what Asterisk asks, and the channel variables it is given.

Asterisk connects for each call of ``AGI(agi://HOST:PORT/SCRIPT,ARGUMENT,...)``, sends its variables as "name: value"
lines up to an empty one, and then carries out one command a line, answering each with a line. When the connection is
closed the dialplan goes on. A line longer than 2,048 bytes is cut (res_agi.c, AGI_BUF_LEN).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

MOST_LINES = 200
LONGEST_VALUE = 900  # characters, so that even escaped UTF-8 is not cut


@dataclass(frozen=True, slots=True)
class Request:
    """``script`` is what stands after the port; ``arguments`` are the dialplan's, in order."""

    script: str
    arguments: tuple[str, ...]


async def read_request(reader: asyncio.StreamReader) -> Request:
    """Raises ValueError when it is no AGI request, IncompleteReadError when it ends too early."""
    said: dict[str, str] = {}
    for _ in range(MOST_LINES):
        line = (await reader.readuntil(b"\n")).decode(errors="replace").rstrip("\r\n")
        if not line:
            break
        name, _, value = line.partition(":")
        said[name.strip()] = value.strip()
    if "agi_network_script" not in said:
        raise ValueError("no agi_network_script was sent")
    arguments: list[str] = []
    while (name := f"agi_arg_{len(arguments) + 1}") in said:
        arguments.append(said[name])
    return Request(said["agi_network_script"].strip("/"), tuple(arguments))


async def set_variables(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, variables: Mapping[str, str]
) -> None:
    """Set them one after the other on the channel that asks."""
    for name, value in variables.items():
        writer.write(f'SET VARIABLE {name} "{_quoted(value)}"\n'.encode())
        await writer.drain()
        await reader.readuntil(b"\n")


def _quoted(value: str) -> str:
    one_line = "".join(character if character.isprintable() else " " for character in value)
    return one_line[:LONGEST_VALUE].replace("\\", "\\\\").replace('"', '\\"')
