"""One RTP stream of A-law both ways (RFC 3550, 3551), with keys as RFC 4733 has them."""

import asyncio
import secrets
import socket
import struct
from collections import deque
from collections.abc import Callable
from time import monotonic, time

from hanvisa.lab.alaw import SILENCE, Samples, decode, encode
from hanvisa.lab.sip import Address

_PTIME = 0.02
_FRAME = 160
_ALAW, _KEYS = 8, 101
_KEY_NAMES = "0123456789*#ABCD"
_KEY_FRAMES = 5
_KEY_PAUSE = 4
_KEY_ENDS = 3
_LONGEST = 2048
_TIMESTAMPS = 35  # SO_TIMESTAMPNS of socket(7), which Python's socket has no name for
_TIME = struct.Struct("@ll")  # seconds and nanoseconds of the clock
_ANCILLARY = socket.CMSG_SPACE(_TIME.size)


class Stream:
    """Sends a packet every 20 ms, speech or silence; what comes in goes to ``on_audio`` and ``on_key``.

    ``on_audio`` is told the moment (monotonic seconds) at which the samples reached this machine: a program that is
    late in reading them has heard them in time all the same. And whether they follow the last ones by their timestamp.
    Whoever sends reads what has come at the same moment: to wake for each packet took as long as all that is done.
    """

    def __init__(
        self, on_audio: Callable[[Samples, float, bool], None], on_key: Callable[[str], None]
    ) -> None:
        self._on_audio = on_audio
        self._on_key = on_key
        self._remote: Address | None = None
        self._saying = bytearray()
        self._keys: deque[tuple[int, bytes] | None] = deque()
        self._sequence = secrets.randbelow(1 << 15)
        self._timestamp = secrets.randbelow(1 << 30)
        self._source = secrets.randbits(32)
        self._key_heard: int | None = None
        self._next_heard: int | None = None  # the timestamp of what goes on from here
        self._speaks = False  # the last packet that was sent was of sound

    async def open(self, host: str) -> Address:
        """Bind any free port and start the clock. Gives the address for the SDP."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, _TIMESTAMPS, 1)
        self._socket.bind((host, 0))
        self._due = monotonic()
        self._tick()
        address: Address = self._socket.getsockname()
        return address

    def send_to(self, remote: Address | None) -> None:
        """Where to send; None stops sending."""
        self._remote = remote

    def say(self, samples: Samples) -> None:
        self._saying += encode(samples)

    def press(self, key: str) -> None:
        """Queue a key: pressed for 100 ms, then a pause."""
        event = _KEY_NAMES.index(key)
        for frame in range(_KEY_FRAMES + _KEY_ENDS):
            ends = frame >= _KEY_FRAMES
            length = min(frame + 1, _KEY_FRAMES) * _FRAME
            self._keys.append((frame, struct.pack("!BBH", event, 0x80 * ends | 10, length)))
        self._keys.extend([None] * _KEY_PAUSE)

    @property
    def is_pressing(self) -> bool:
        return bool(self._keys)

    @property
    def is_speaking(self) -> bool:
        return bool(self._saying)

    def rest(self) -> None:
        """Send nothing, not even silence, until told to go on."""
        self._clock.cancel()
        asyncio.get_running_loop().add_reader(self._socket, self._receive)

    def go_on(self) -> None:
        self._clock.cancel()
        asyncio.get_running_loop().remove_reader(self._socket)
        self._due = monotonic()
        self._tick()

    def close(self) -> None:
        self._clock.cancel()
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _receive(self) -> None:
        """All that has come."""
        while True:
            try:
                data, ancillary, _, _ = self._socket.recvmsg(_LONGEST, _ANCILLARY)
            except BlockingIOError:
                return
            seconds, nanoseconds = _TIME.unpack(ancillary[0][2])
            self._take(data, monotonic() - (time() - seconds - nanoseconds / 1e9))

    def _take(self, data: bytes, came: float) -> None:
        if len(data) <= 12:
            return
        kind = data[1] & 0x7F
        payload = data[12 + 4 * (data[0] & 0x0F) :]
        if kind == _ALAW:
            timestamp = struct.unpack("!I", data[4:8])[0]
            self._on_audio(decode(payload), came, timestamp == self._next_heard)
            self._next_heard = (timestamp + len(payload)) & 0xFFFFFFFF
        elif kind == _KEYS and len(payload) >= 4:
            self._hear_key(struct.unpack("!I", data[4:8])[0], payload[0])

    def _hear_key(self, timestamp: int, event: int) -> None:
        """All packets of one press share its timestamp."""
        if timestamp != self._key_heard and event < len(_KEY_NAMES):
            self._key_heard = timestamp
            self._on_key(_KEY_NAMES[event])

    def _tick(self) -> None:
        """What is late is made up for, but for keys: of those that come all at once Asterisk takes the first alone."""
        self._receive()
        self._send_frame()
        now = monotonic()
        self._due = (now if self.is_pressing and now - self._due > _PTIME else self._due) + _PTIME
        self._clock = asyncio.get_running_loop().call_later(max(0.0, self._due - now), self._tick)

    def _send_frame(self) -> None:
        key = self._keys.popleft() if self._keys else None
        if key is not None:
            frame, payload = key
            self._send(_KEYS, payload, self._timestamp - frame * _FRAME, marked=frame == 0)
        else:
            payload = bytes(self._saying[:_FRAME])
            del self._saying[:_FRAME]
            sound = payload.ljust(_FRAME, bytes([SILENCE]))
            # RFC 3551, 4.1: the first packet of sound after none is marked.
            self._send(_ALAW, sound, self._timestamp, marked=not self._speaks)
        self._speaks = key is None and self._remote is not None
        self._timestamp += _FRAME

    def _send(self, kind: int, payload: bytes, timestamp: int, *, marked: bool = False) -> None:
        self._sequence = (self._sequence + 1) & 0xFFFF
        header = struct.pack(
            "!BBHII", 0x80, 0x80 * marked | kind, self._sequence, timestamp & 0xFFFFFFFF, self._source
        )
        if self._remote is not None:
            self._socket.sendto(header + payload, self._remote)
