"""SIP messages (RFC 3261), as a small phone of our own writes and reads them: odd ones too."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Self

Header = tuple[str, str]
Address = tuple[str, int]

_ADDRESS = re.compile(r"sips?:(?:[^@>;\s]*@)?(\[[^]]+\]|[^:;>\s?]+)(?::(\d+))?")
_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]+))')
_NUMBER = re.compile(r"sips?:([^@>]*)@|tel:([^>]*)")

_REASONS = {
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    302: "Moved Temporarily",
    404: "Not Found",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    503: "Service Unavailable",
    603: "Decline",
}


@dataclass
class Message:
    """A request or a response: its first line, its headers in order, its body."""

    first: str
    headers: list[Header] = field(default_factory=list)
    body: str = ""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read what came in a datagram."""
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return cls(first, [(name.strip(), value.strip()) for name, _, value in pairs], body)

    def encode(self) -> bytes:
        body = self.body.encode()
        lines = [self.first, *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body

    def get(self, name: str) -> str:
        """The first header of this name, or nothing."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        return [value for each, value in self.headers if each.lower() == name.lower()]

    def set(self, name: str, value: str) -> None:
        """Replace a header that is there."""
        self.headers = [(each, value if each == name else old) for each, old in self.headers]

    @property
    def is_request(self) -> bool:
        return not self.first.startswith("SIP/2.0")

    @property
    def method(self) -> str:
        return self.first.split(" ")[0] if self.is_request else self.get("CSeq").split(" ")[-1]

    @property
    def uri(self) -> str:
        """Garbage may have none: "" then."""
        return self.first.partition(" ")[2].partition(" ")[0]

    @property
    def status(self) -> int:
        """Garbage may have none: 0 then."""
        told = self.first.partition(" ")[2].partition(" ")[0]
        return int(told) if told.isdecimal() else 0

    @property
    def reason(self) -> str:
        return self.first.partition(" ")[2].partition(" ")[2]

    @property
    def branch(self) -> str:
        return parameter(self.get("Via"), "branch")

    @property
    def to_tag(self) -> str:
        return parameter(self.get("To"), "tag")

    @property
    def from_tag(self) -> str:
        return parameter(self.get("From"), "tag")


def response(request: Message, status: int, *headers: Header, tag: str = "", body: str = "") -> Message:
    """The answer to a request; ``tag`` completes its To."""
    to = request.get("To")
    if tag and not request.to_tag:
        to = f"{to};tag={tag}"
    copied = [("Via", via) for via in request.all("Via")]
    copied += [("Record-Route", route) for route in request.all("Record-Route")]
    copied += [("From", request.get("From")), ("To", to)]
    copied += [("Call-ID", request.get("Call-ID")), ("CSeq", request.get("CSeq"))]
    return Message(f"SIP/2.0 {status} {_REASONS.get(status, 'Whatever')}", [*copied, *headers], body)


def parameter(header: str, name: str) -> str:
    """A parameter's value behind the address of a header, or nothing."""
    found = re.search(rf";\s*{name}=([^;,\s>]+)", header.rpartition(">")[2] or header)
    return found[1] if found else ""


def host_of(uri: str) -> Address:
    """Where a SIP URI, or the header around it, leads."""
    found = _ADDRESS.search(uri)
    if found is None:
        raise ValueError(f"no SIP address in {uri!r}")
    return found[1], int(found[2] or 5060)


def uri_of(header: str) -> str:
    """The bare URI of a From, To, Contact or Refer-To."""
    found = re.search(r"<([^>]*)>", header)
    return found[1] if found else header.partition(";")[0].strip()


def number_of(uri: str) -> str:
    """The user part of a SIP URI, or the number of a tel: URI."""
    found = _NUMBER.search(uri)
    return (found[1] or found[2] or "").partition(";")[0] if found else ""


def credentials(challenge: str, method: str, uri: str, user: str, password: str) -> str:
    """The Authorization for a digest challenge (RFC 2617: MD5, with or without qop=auth)."""
    asked = {name: quoted or bare for name, quoted, bare in _PARAMETER.findall(challenge)}
    realm, nonce = asked["realm"], asked["nonce"]
    secret = _md5(f"{user}:{realm}:{password}")
    said = _md5(f"{method}:{uri}")
    parts = f'username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm=MD5'
    if "opaque" in asked:
        parts += f', opaque="{asked["opaque"]}"'
    if "qop" not in asked:
        return f'Digest {parts}, response="{_md5(f"{secret}:{nonce}:{said}")}"'
    own = secrets.token_hex(8)
    answer = _md5(f"{secret}:{nonce}:00000001:{own}:auth:{said}")
    return f'Digest {parts}, qop=auth, nc=00000001, cnonce="{own}", response="{answer}"'


def description(address: Address, direction: str = "sendrecv") -> str:
    """An SDP body (RFC 4566): A-law and keys, one stream."""
    host, port = address
    lines = [
        "v=0",
        f"o=- {secrets.randbelow(1 << 30)} 1 IN IP4 {host}",
        "s=-",
        f"c=IN IP4 {host}",
        "t=0 0",
        f"m=audio {port} RTP/AVP 8 101",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=ptime:20",
        f"a={direction}",
    ]
    return "\r\n".join(lines) + "\r\n"


def media_of(body: str) -> tuple[Address, str] | None:
    """Where an SDP body wants its audio, and in which direction it sends; None without audio."""
    host = re.search(r"^c=IN IP4 (\S+)", body, re.MULTILINE)
    port = re.search(r"^m=audio (\d+)", body, re.MULTILINE)
    direction = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)", body, re.MULTILINE)
    if host is None or port is None:
        return None
    return (host[1], int(port[1])), direction[1] if direction else "sendrecv"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
