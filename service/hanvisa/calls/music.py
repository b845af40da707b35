"""Music that is to end over a talk: Asterisk is told so twice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

STOPS_AGAIN = 0.1  # seconds; a piece of music has twenty milliseconds


async def stop_again(call: Call, *channels: str) -> None:
    """In a bridge Asterisk loses the order where it comes as the next piece of music is made, and plays on for ever.

    (Its main/channel.c, generator_force; seen once in thirty times on a busy machine.) Music that may be wanted anew is
    not to be stopped from behind: the call waits.
    """
    await asyncio.sleep(STOPS_AGAIN)
    for channel in channels:
        await call.command(call.house.control.stop_music(channel))
