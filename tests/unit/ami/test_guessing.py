"""Who guesses phones' passwords: counted, shut out, let in again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from hanvisa.ami.guessing import Guessers, Limits, address_in
from hanvisa.ami.manager import Manager
from hanvisa.ami.wire import Message
from hanvisa.errors import Unavailable
from hanvisa.testing import FakeClock

LIMITS = Limits(tries=3, forgotten_after=timedelta(minutes=15))
STRANGER, SITE, CARRIER = "192.0.2.7", "192.0.2.8", "192.0.2.9"


class Listening:
    """An Asterisk with a phone registered from ``SITE``, that is told to read its lists."""

    def __init__(self) -> None:
        self.reloads = 0
        self.is_there = True

    def on_event(self, name: str, _: object) -> None:
        assert name == "ChallengeResponseFailed"

    async def listing(self, name: str) -> list[Message]:
        assert name == "PJSIPShowContacts"
        return [{"Uri": f"sip:hallefors-201@{SITE}:5061;transport=TLS"}, {"Uri": "sip:a@[2001:db8::1]:5060"}]

    async def command(self, line: str) -> str:
        assert line == "module reload acl"
        if not self.is_there:
            raise Unavailable("gone")
        self.reloads += 1
        return ""


class Guessing:
    def __init__(self, state: Path) -> None:
        etc = state / "asterisk" / "etc"
        etc.mkdir(parents=True)
        self.file = etc / "acl_denied.conf"
        self.asterisk, self.clock, self.due = Listening(), FakeClock(), 0
        self.guessers = Guessers(
            state, cast("Manager", self.asterisk), self.clock, LIMITS, trusted=(CARRIER,)
        )
        self.guessers.on_due(self._is_due)

    def guess(self, address: str, times: int = 1, account: str = "hallefors-201") -> None:
        for _ in range(times):
            self.guessers.failed(event(address, account))

    def denied(self) -> list[str]:
        return [line.split()[-1] for line in self.file.read_text().splitlines() if line.startswith("deny")]

    def _is_due(self) -> None:
        self.due += 1


def event(address: str, account: str = "hallefors-201") -> Message:
    kind = "IPV6" if ":" in address else "IPV4"
    return {"Service": "PJSIP", "RemoteAddress": f"{kind}/UDP/{address}/5060", "AccountID": account}


@pytest.fixture
def guessing(tmp_path: Path) -> Guessing:
    return Guessing(tmp_path)


async def test_an_address_is_shut_out_for_a_while(guessing: Guessing) -> None:
    guessing.guess(STRANGER, 2)
    assert not guessing.due
    guessing.guess(STRANGER, account="<unknown>")
    assert guessing.due == 1
    assert await guessing.guessers.publish() == LIMITS.forgotten_after
    assert guessing.denied() == [STRANGER]
    assert guessing.asterisk.reloads == 1
    (one,) = guessing.guessers.recent()
    assert (one.tries, list(one.accounts)) == (3, ["hallefors-201", "<unknown>"])
    assert one.shut_out_until == guessing.clock.now() + LIMITS.forgotten_after
    guessing.clock.advance(LIMITS.forgotten_after)
    assert await guessing.guessers.publish() is None
    assert guessing.denied() == []
    assert guessing.asterisk.reloads == 2
    assert guessing.guessers.recent() == ()


async def test_a_guess_that_was_on_its_way_does_not_keep_an_address_out(guessing: Guessing) -> None:
    guessing.guess(STRANGER, 3)
    await guessing.guessers.publish()
    guessing.clock.advance(timedelta(seconds=2))
    guessing.guess(STRANGER)
    guessing.clock.advance(LIMITS.forgotten_after - timedelta(seconds=2))
    assert await guessing.guessers.publish() is None
    assert guessing.denied() == []
    guessing.guess(STRANGER)
    assert [one.tries for one in guessing.guessers.recent()] == [1]


async def test_where_a_phone_is_registered_and_the_carrier_are_shown_but_not_shut_out(
    guessing: Guessing,
) -> None:
    for address in (SITE, "2001:db8::2", CARRIER):
        guessing.guess(address, 9)
    await guessing.guessers.publish()
    assert guessing.denied() == []
    assert [one.address for one in guessing.guessers.recent()] == [CARRIER, "2001:db8::/64", SITE]


async def test_an_ipv6_network_is_shut_out_as_one_and_a_mapped_address_as_ipv4(guessing: Guessing) -> None:
    for address in ("2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:3::4"):
        guessing.guess(address)
    guessing.guess(f"::ffff:{STRANGER}", 2)
    guessing.guess(STRANGER)
    await guessing.guessers.publish()
    assert guessing.denied() == ["2001:db8:1:2::/64", STRANGER]


async def test_wrong_passwords_now_and_then_are_forgotten(guessing: Guessing) -> None:
    for _ in range(9):
        guessing.guess(STRANGER)
        guessing.clock.advance(LIMITS.forgotten_after)
    assert not guessing.due


async def test_what_asterisk_could_not_be_told_is_owed(guessing: Guessing) -> None:
    guessing.guess(STRANGER, 3)
    guessing.asterisk.is_there = False
    with pytest.raises(Unavailable):
        await guessing.guessers.publish()
    guessing.asterisk.is_there = True
    await guessing.guessers.publish()
    assert guessing.asterisk.reloads == 1


async def test_however_many_addresses_come_no_more_than_a_thousand_are_kept(guessing: Guessing) -> None:
    for number in range(1100):
        guessing.guess(f"10.0.{number // 250}.{number % 250}")
    assert len(guessing.guessers.recent()) == 1000
    assert guessing.guessers.counted == 1100


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "IPV4/UDP/x\ndeny = 0.0.0.0/0/5060",
        "IPV4/UDP/nobody/5060",
        "a/b",
        "IPV6/UDP/fe80::1%x\ndeny = ::/5060",
    ],
)
def test_what_is_no_address_is_none(garbage: str) -> None:
    """It would be written into Asterisk's list."""
    assert address_in({"RemoteAddress": garbage}) == ""
