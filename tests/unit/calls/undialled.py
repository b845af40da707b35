"""An Asterisk that makes legs and does not dial them."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.errors import Unavailable
from hanvisa.testing import FakeCallControl


@dataclass
class NotDialling(FakeCallControl):
    """With ``rings`` it does dial, and its answers are lost."""

    rings: bool = False

    async def dial(self, channel: str) -> None:
        await super().dial(channel)
        raise Unavailable("for a moment")

    async def has_rung(self, channel: str) -> bool:
        await super().has_rung(channel)
        return self.rings
