"""AMI on the wire: blocks of ``Name: value`` lines in UTF-8, ended by an empty line."""

from __future__ import annotations

from collections.abc import Mapping

from hanvisa.errors import InvalidInput

Message = dict[str, str]  # a header that comes many times has its values joined by newlines

END_OF_LINE = b"\r\n"
END = b"\r\n\r\n"
LONGEST_LINE = 1000  # bytes; Asterisk reads lines of at most 1,024


def encode(action: str, action_id: str, headers: Mapping[str, str]) -> bytes:
    """One action. Raises `InvalidInput` for a header that Asterisk would misread or cut."""
    lines = [
        _line(name, value) for name, value in (("Action", action), ("ActionID", action_id), *headers.items())
    ]
    return END_OF_LINE.join(lines) + END


def decode(block: bytes) -> Message:
    """One response or event. What is not UTF-8 is replaced; a line without a colon is left out."""
    message: Message = {}
    for line in block.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            value = value.removeprefix(" ")
            message[name] = f"{message[name]}\n{value}" if name in message else value
    return message


def _line(name: str, value: str) -> bytes:
    line = f"{name}: {value}".encode()
    if b"\r" in line or b"\n" in line:
        raise InvalidInput(f"“{value}” can't be sent to Asterisk as {name}: it has a line break.")
    if len(line) > LONGEST_LINE:
        raise InvalidInput(
            f"{name} can't be sent to Asterisk: it has {len(line)} bytes of at most {LONGEST_LINE}."
        )
    return line
