"""An Asterisk that makes legs and does not dial them."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.errors import Unavailable
from hanvisa.testing import FakeCallControl


@dataclass
class NotDialling(FakeCallControl):
    """With ``rings`` it does dial, and its answers are lost. It is so with the legs whose dial string has ``only``."""

    rings: bool = False
    only: str = ""

    async def dial(self, channel: str) -> None:
        await super().dial(channel)
        if any(made == channel and self.only in dialled for made, dialled, *_ in self.named("create")):
            raise Unavailable("for a moment")

    async def has_rung(self, channel: str) -> bool:
        await super().has_rung(channel)
        return self.rings
