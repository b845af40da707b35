"""SIP messages torn: what a broken phone, a broken network or somebody with ill intent may send.

elsa.sends_first = torn(Random(7), copies=3)  # before each message of hers
"""

from collections.abc import Callable
from random import Random

NASTY = (
    *(
        b"",
        b" ",
        b"\x00",
        b"\xff\xfe\xfd",
        b"\r\n",
        b"\r\n\r\n",
        b"\t ",
        b'"',
        b"<<>>",
        b";;;",
        b",,",
        b"=",
        b"@",
    ),
    *(b"-1", b"0", b"4294967296", b"9" * 400, b"1e9", b"sip:", b"sips:x", b"tel:+", b"*", b"%00%ff", b"%n%s"),
    *(
        b"${SHELL(id)}",
        b"../../etc/passwd",
        "åäö\U0001f4de".encode(),
        b"z9hG4bK",
        b"A" * 5000,
        b"127.0.0.1:0",
    ),
)


def torn(chance: Random, *, copies: int) -> Callable[[bytes], list[bytes]]:
    """So many torn copies of a message; the same ones for the same chance."""
    return lambda message: [_torn(chance, message) for _ in range(copies)]


def _torn(chance: Random, message: bytes) -> bytes:
    for _ in range(chance.randint(1, 4)):
        message = chance.choice((_line_lost, _line_twice, _lines_swapped, _word_replaced, _cut, _noise))(
            chance, message
        )
    return message[:60_000]  # what a datagram holds


def _line_lost(chance: Random, message: bytes) -> bytes:
    lines = message.split(b"\r\n")
    del lines[chance.randrange(len(lines))]
    return b"\r\n".join(lines)


def _line_twice(chance: Random, message: bytes) -> bytes:
    lines = message.split(b"\r\n")
    lines.insert(chance.randrange(len(lines)), chance.choice(lines))
    return b"\r\n".join(lines)


def _lines_swapped(chance: Random, message: bytes) -> bytes:
    lines = message.split(b"\r\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\r\n".join(lines)


def _word_replaced(chance: Random, message: bytes) -> bytes:
    words = message.split(b" ")
    words[chance.randrange(len(words))] = chance.choice(NASTY)
    return b" ".join(words)


def _cut(chance: Random, message: bytes) -> bytes:
    return message[: chance.randrange(len(message) + 1)]


def _noise(chance: Random, message: bytes) -> bytes:
    at = chance.randrange(len(message) + 1)
    return message[:at] + chance.choice((*NASTY, chance.randbytes(8))) + message[at:]
