"""Which phones are in calls of the fallback's, by what Asterisk lists."""

from __future__ import annotations

from typing import Any

import pytest

from hanvisa.ami.transfers import withdraw
from hanvisa.errors import Refused


class Manager:
    """Lists these channels, and does what is asked but of those that have ``gone``. ``counted``: the dialplan's."""

    def __init__(self, *channels: tuple[str, str, str], gone: str = "", counted: int = 1) -> None:
        self._channels, self._gone, self._counted = channels, gone, counted
        self.listed = 0
        self.set: list[str] = []

    async def listing(self, _: str) -> list[dict[str, str]]:
        self.listed += 1
        return [
            {"Channel": name, "Context": context, "Application": application}
            for name, context, application in self._channels
        ]

    async def action(self, name: str, **fields: str) -> dict[str, str]:
        if name == "Getvar":
            return {"Value": str(self._counted)}
        if fields["Channel"] == self._gone:
            raise Refused("No such channel")
        self.set.append(fields["Channel"])
        return {}


CALLER = ("PJSIP/carrier-00000001", "fallback-carrier", "Dial")
RUNG = ("PJSIP/hallefors-290-00000002", "from-phone", "AppDial")
OURS = ("PJSIP/hallefors-201-00000003", "from-phone", "Stasis")
BROUGHT = ("PJSIP/hallefors-207-00000005", "from-phone", "Dial")
DIALS = ("PJSIP/hallefors-205-00000004", "fallback-phone", "Dial")


@pytest.mark.parametrize(
    ("channels", "accounts"),
    [
        ((CALLER, RUNG), ["hallefors-290"]),
        # The caller has just hung up: the phone's operator is engaged until this leg is gone too.
        ((RUNG,), ["hallefors-290"]),
        ((DIALS, OURS), ["hallefors-205"]),
        ((BROUGHT, OURS), ["hallefors-207"]),
        ((OURS,), []),
    ],
)
async def test_whoever_is_in_a_call_there_is_told(channels: Any, accounts: list[str]) -> None:
    manager: Any = Manager(*channels)
    assert await withdraw(manager) == accounts
    assert manager.set == [name for name, *_ in channels if "carrier" not in name]


async def test_of_a_thousand_callers_without_a_phone_no_list_is_asked_for() -> None:
    manager: Any = Manager(*[CALLER] * 1000, counted=0)
    assert await withdraw(manager) == []
    assert not manager.listed


async def test_who_has_just_hung_up_is_in_none() -> None:
    manager: Any = Manager(RUNG, DIALS, gone=RUNG[0])
    assert await withdraw(manager) == ["hallefors-205"]
