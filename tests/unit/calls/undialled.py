"""An Asterisk that makes legs and does not dial them, and one that makes none to the carrier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanvisa.errors import Refused, Unavailable
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


class TrunkAway(FakeCallControl):
    """It answers 500 to whoever would have a leg to the carrier."""

    async def create(
        self, channel: str, dial_string: str, variables: Mapping[str, str], originator: str
    ) -> None:
        if dial_string.endswith("@carrier"):
            raise Refused("Allocation failed")
        await super().create(channel, dial_string, variables, originator)
