"""Which phones are in calls of the fallback's, by what Asterisk lists."""

from __future__ import annotations

from typing import Any

import pytest

from hanvisa.ami.transfers import withdraw
from hanvisa.errors import Refused


class Manager:
    """Lists these channels, and does what is asked but of those that have ``gone``."""

    def __init__(self, *channels: tuple[str, str, str], gone: str = "") -> None:
        self._channels, self._gone = channels, gone
        self.set: list[str] = []

    async def listing(self, _: str) -> list[dict[str, str]]:
        return [
            {"Channel": name, "Context": context, "Application": application}
            for name, context, application in self._channels
        ]

    async def action(self, _: str, **fields: str) -> None:
        if fields["Channel"] == self._gone:
            raise Refused("No such channel")
        self.set.append(fields["Channel"])


CALLER = ("PJSIP/carrier-00000001", "fallback-carrier", "Dial")
RUNG = ("PJSIP/hallefors-290-00000002", "from-phone", "AppDial")
OURS = ("PJSIP/hallefors-201-00000003", "from-phone", "Stasis")
DIALS = ("PJSIP/hallefors-205-00000004", "fallback-phone", "Dial")


@pytest.mark.parametrize(
    ("channels", "accounts"),
    [
        ((CALLER, RUNG), ["carrier", "hallefors-290"]),
        # The caller has just hung up: the phone's operator is engaged until this leg is gone too.
        ((RUNG,), ["hallefors-290"]),
        ((DIALS, OURS), ["hallefors-205"]),
        ((OURS,), []),
    ],
)
async def test_whoever_is_in_a_call_there_is_told(channels: Any, accounts: list[str]) -> None:
    manager: Any = Manager(*channels)
    assert await withdraw(manager) == accounts
    assert manager.set == [name for name, *_ in channels if "carrier" not in name]


async def test_who_has_just_hung_up_is_in_none() -> None:
    manager: Any = Manager(RUNG, DIALS, gone=RUNG[0])
    assert await withdraw(manager) == ["hallefors-205"]
