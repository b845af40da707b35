"""How long SIP requests wait in Asterisk before anything is done with them: in its socket, and in PJSIP's queues.

Nothing else tells: Asterisk's own times of a call begin when all that is over. So an OPTIONS is sent now and then from
an address of its own (asterisk-conf/pjsip.conf, ``probe``), and its answer waited for, whatever it is (RFC 3261, 11).
"""

from __future__ import annotations

import asyncio
import math
import secrets
from time import monotonic

PROBE_HOST = "127.0.0.3"  # as in asterisk-conf/pjsip.conf
EVERY = 0.2  # seconds
LOST = 5.0  # seconds, then an OPTIONS is taken for lost: UDP may, and an Asterisk that starts answers none
# Seconds since the last answer: after more, it is not calls that keep Asterisk from answering. Nothing may answer there
# at all (another network, a firewall), and no call is kept out for that.
ANSWERED = 10.0
_ANY_HOST = ("0.0.0.0", "::")  # noqa: S104 - where Asterisk listens, not we


class SipDelay(asyncio.DatagramProtocol):
    """``host`` and ``port`` are where Asterisk listens to SIP over UDP."""

    def __init__(self, host: str, port: int) -> None:
        self._to = ("127.0.0.1" if host in _ANY_HOST else host, port)
        self._sent: dict[bytes, float] = {}  # moments (monotonic seconds) by Call-ID, the oldest first
        self._waits: list[float] = []
        self._answered = -math.inf  # the moment of the last answer

    async def run(self) -> None:
        """Ask for ever."""
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, local_addr=(PROBE_HOST, 0)
        )
        try:
            port = transport.get_extra_info("sockname")[1]
            while True:
                call = secrets.token_hex(8)
                self._sent[call.encode()] = monotonic()
                transport.sendto(self._options(call, port), self._to)
                await asyncio.sleep(EVERY)
        finally:
            transport.close()

    def measured(self) -> float | None:
        """The shortest wait (seconds) since the last time that this was asked.

        That of the oldest where none is answered any more, None where nothing was sent or ever answered.
        """
        now = monotonic()
        self._sent = {call: at for call, at in self._sent.items() if now - at < LOST}
        if now - self._answered > ANSWERED:
            return None
        waits = self._waits or [now - at for at in list(self._sent.values())[:1]]
        self._waits = []
        return min(waits, default=None)

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:  # noqa: ARG002 - the protocol's
        for line in data.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.strip().lower() in (b"call-id", b"i"):
                at = self._sent.pop(value.strip(), None)
                if at is not None:
                    self._answered = monotonic()
                    self._waits.append(self._answered - at)
                return

    def error_received(self, exc: Exception) -> None:
        """Nobody is there: what is not answered tells."""

    def _options(self, call: str, port: int) -> bytes:
        host, to_port = self._to
        lines = (
            f"OPTIONS sip:probe@{host}:{to_port} SIP/2.0",
            f"Via: SIP/2.0/UDP {PROBE_HOST}:{port};rport;branch=z9hG4bK{call}",
            f"From: <sip:probe@{PROBE_HOST}>;tag={call}",
            f"To: <sip:probe@{host}>",
            f"Call-ID: {call}",
            "CSeq: 1 OPTIONS",
            "Max-Forwards: 70",
            "Content-Length: 0",
            "",
            "",
        )
        return "\r\n".join(lines).encode()
