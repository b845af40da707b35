"""The sound of the small phone, as packets."""

import asyncio
import socket

from hanvisa.lab.rtp import Stream

SOUND, KEY = 8, 101
MARKED = 0x80


async def test_the_first_packet_of_sound_after_none_is_marked() -> None:
    rtp = Stream(lambda _samples, _at, _goes_on: None, lambda _key: None)
    await rtp.open("127.0.0.1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.setblocking(False)
        try:
            rtp.press("1")
            rtp.send_to(ear.getsockname())
            kinds = await _kinds(ear, until=[SOUND, SOUND])
            assert kinds[0] == MARKED | KEY
            assert kinds[-2:] == [MARKED | SOUND, SOUND]
            # As after a pause, in which nothing was sent.
            rtp.send_to(None)
            while await _next(ear, within=0.1) is not None:
                pass
            rtp.send_to(ear.getsockname())
            assert await _kinds(ear, until=[SOUND, SOUND]) == [MARKED | SOUND, SOUND]
        finally:
            rtp.close()


async def _kinds(ear: socket.socket, until: list[int]) -> list[int]:
    """The second bytes (marker and payload type) of the packets up to where, unmarked, they end so."""
    kinds: list[int] = []
    while [kind & ~MARKED for kind in kinds][-len(until) :] != until:
        kind = await _next(ear, within=5)
        assert kind is not None
        kinds.append(kind)
    return kinds


async def _next(ear: socket.socket, within: float) -> int | None:
    try:
        async with asyncio.timeout(within):
            return (await asyncio.get_running_loop().sock_recv(ear, 2048))[1]
    except TimeoutError:
        return None
