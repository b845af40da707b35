"""A switch with a witness: who may be together is judged by what they see, not by what the service believes.

The same witness looks at the real Asterisk (tests/e2e/test_walks.py).

The witness knows who is at the end of each channel, by which number they came or were rung, with whom they have been
in a bridge, and which exceptions there were. What must never be is kept in ``wrong``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Protocol

from hanvisa.testing import MemoryLog
from unit.calls.switch import SOON, Switch

OPERATORS = ("olle", "ulla")
JUDGED_WITHIN = 0.5  # seconds: Asterisk puts a newcomer into a bridge before anybody is asked
ALLOWED = ("allow",)
EMERGENCY = "112"  # is no caller, and is never kept from anybody


class Sight(Protocol):
    """What can be seen of a switch: which channels there are, and who is in which bridge."""

    @property
    def alive(self) -> Collection[str]: ...

    @property
    def bridges(self) -> Mapping[str, Collection[str]]: ...


@dataclass(eq=False)
class Party:
    """Who is at the end of a channel. ``is_mobile``: as the policy judges it; a citizen's own is a caller's."""

    channel: str
    account: str = ""
    number: str = ""
    is_operator: bool = False
    is_mobile: bool = False
    rang_in: bool = False
    touched: bool = False
    confidential: bool = False
    since: float = 0.0
    in_place_of: str = ""

    @property
    def is_caller(self) -> bool:
        """Whom O2 protects once an operator has touched them: all but the operators' own legs and rung mobiles."""
        return self.number != EMERGENCY and not self.is_mobile and (self.rang_in or not self.is_operator)

    def __str__(self) -> str:
        return f"{self.account or self.number or 'withheld'} ({self.channel[-6:]})"


@dataclass
class Granted:
    """An exception for a mobile. ``until``: when it was last in force (infinity: it is)."""

    number: str
    uses: float
    until: float = float("inf")


@dataclass
class Witness:
    switch: Sight
    log: MemoryLog
    now: Callable[[], float]
    operators: Collection[str] = OPERATORS
    parties: dict[str, Party] = field(default_factory=dict)
    granted: list[Granted] = field(default_factory=list)
    confidential_accounts: set[str] = field(default_factory=set)
    judged_within: float = JUDGED_WITHIN
    left: Collection[str] = ()  # whoever hung up by themselves, as far as that is known
    wrong: list[str] = field(default_factory=list)
    _together: set[tuple[str, str]] = field(default_factory=set)  # who has been with a mobile, before a mark
    _before: set[tuple[str, str]] = field(default_factory=set)  # who has been on one phone with one
    _excused: dict[str, set[str]] = field(
        default_factory=dict
    )  # the legs that an exception excused, by number

    # what happens

    def rings_in(self, channel: str, account: str = "", number: str = "", *, is_mobile: bool = False) -> None:
        self._arrives(channel, account, number, is_mobile=is_mobile, rang_in=True)

    def takes_place(
        self, replaced: str, channel: str, account: str = "", number: str = "", *, is_mobile: bool = False
    ) -> None:
        self.rings_in(channel, account, number, is_mobile=is_mobile)
        self.parties[channel].in_place_of = replaced

    def is_rung(self, channel: str, account: str = "", number: str = "", *, is_mobile: bool = False) -> None:
        self._arrives(channel, account, number, is_mobile=is_mobile, rang_in=False)

    def _arrives(self, channel: str, account: str, number: str, *, is_mobile: bool, rang_in: bool) -> None:
        self.parties[channel] = Party(
            channel,
            account,
            number,
            is_operator=account in self.operators,
            is_mobile=is_mobile,
            rang_in=rang_in,
            confidential=account in self.confidential_accounts,
            since=self.now(),
        )

    def marked(self, channel: str) -> None:
        """The call of this channel is confidential from now on."""
        for one in (channel, *self._with(channel)):
            self.parties[one].confidential = True

    def made(self, channel: str, dialled: str, call: str) -> None:
        """The service rings a phone of ours or a number outside. A leg to a mobile has been decided."""
        is_ours = not dialled.isdigit() and not dialled.startswith("+")
        is_mobile = not is_ours and dialled.startswith(("07", "00", "+467"))
        if is_mobile and not self._is_rung_back(call):
            if not self._was_allowed(call, dialled):
                self.wrong.append(f"nothing decided the leg to {dialled} of {call}")
        else:
            is_mobile = False
        account, number = (dialled, "") if is_ours else ("", dialled)
        self.is_rung(channel, account, number, is_mobile=is_mobile)

    # what is seen

    def look(self) -> None:
        for inside in self.switch.bridges.values():
            present = [party for one in inside if (party := self._judged(one)) is not None]
            self._notice(present)
            for one, other in combinations(present, 2):
                self._may_talk(one, other)
                self._may_talk(other, one)
        for account in sorted({party.account for party in self.parties.values() if party.account}):
            self._may_be_in_one_phone(account)

    def _notice(self, present: list[Party]) -> None:
        """O2 and M4 follow whoever has been with an operator, or in a confidential call."""
        operators = [party for party in present if party.is_operator]
        is_confidential = any(party.confidential for party in present)
        for party in present:
            party.touched = party.touched or any(operator is not party for operator in operators)
            party.confidential = party.confidential or is_confidential

    def _may_talk(self, mobile: Party, other: Party) -> None:
        """In one bridge. With 112 everybody may."""
        if EMERGENCY in (mobile.number, other.number):
            return
        if not mobile.is_mobile or other.is_mobile or (other.channel, mobile.channel) in self._together:
            return
        self._together.add((other.channel, mobile.channel))
        # Who rings one of us from a mobile of their own has chosen that.
        has_rung_us = mobile.rang_in and bool(other.account)
        if (other.confidential or mobile.confidential) and not has_rung_us:
            self.wrong.append(f"M4: {other} is joined to the mobile {mobile}")
        is_outside = not other.account
        if (other.touched and other.is_caller) or (mobile.touched and is_outside):
            self._must_be_excused(mobile, f"O2: {other} is joined to the mobile {mobile}")

    def _may_be_in_one_phone(self, account: str) -> None:
        """A conference in the phone can't be seen: who talks to a mobile there talks to no caller of an operator."""
        with_phone = [
            party
            for channel, own in self.parties.items()
            if own.account == account and self._judged(channel)
            for one in self._with(channel)
            if (party := self._judged(one)) is not None
        ]
        for mobile in with_phone:
            for other in with_phone:
                is_brought = other.rang_in or not other.account
                is_protected = other.confidential or (other.touched and other.is_caller and is_brought)
                pair = (other.channel, mobile.channel)
                if not mobile.is_mobile or other.is_mobile or pair in self._together:
                    continue
                if other.number == EMERGENCY:
                    continue
                if not is_protected:
                    self._before.add(pair)
                    continue
                self._together.add(pair)
                what = f"{other} and the mobile {mobile} are both on the phone of {account}"
                if other.confidential:
                    # Nobody is cut off by a mark that comes when both are there.
                    self.wrong += [] if pair in self._before else [f"M4: {what}"]
                else:
                    self._must_be_excused(mobile, f"O2: {what}")

    def _must_be_excused(self, mobile: Party, what: str) -> None:
        granted = [one for one in self.granted if one.number == mobile.number and one.until >= mobile.since]
        if not granted:
            self.wrong.append(what)
            return
        excused = self._excused.setdefault(mobile.number, set())
        excused.add(mobile.channel)
        uses = sum(one.uses for one in self.granted if one.number == mobile.number)
        if len(excused) > uses:
            self.wrong.append(f"{what}, though all {uses:.0f} uses were taken")

    def _judged(self, channel: str) -> Party | None:
        """Whoever is there, and no newcomer whom Asterisk has only just put in somebody's place.

        When that somebody is let go by the service, it has been decided that the newcomer stays.
        """
        party = self.parties.get(channel)
        is_newcomer = (
            party is not None
            and bool(party.in_place_of)
            and self.now() < party.since + self.judged_within
            and not self._is_let_go(party.in_place_of)
        )
        return None if is_newcomer or channel not in self.switch.alive else party

    def _is_let_go(self, channel: str) -> bool:
        """Not one who hung up by themselves, nor another newcomer who was put out."""
        is_there = channel in self.switch.alive or channel in self.left
        return not is_there and not self.parties[channel].in_place_of

    def _with(self, channel: str) -> Iterator[str]:
        for inside in self.switch.bridges.values():
            if channel in inside:
                yield from (other for other in inside if other != channel)

    def _decisions(self, call: str) -> Iterator[dict[str, Any]]:
        return (data for of, kind, data in self.log.entries if of == call and kind == "decision")

    def _is_rung_back(self, call: str) -> bool:
        """A citizen who has left the number of their own mobile is a caller like any other."""
        return any(data["decision"] == "CallbackFacts" for data in self._decisions(call))

    def _was_allowed(self, call: str, dialled: str) -> bool:
        number = f"+46{dialled[1:]}" if dialled.startswith("07") else dialled.replace("00", "+", 1)
        return any(
            data["decision"] in ("JoinFacts", "ConsultFacts")
            and data["effect"] in ALLOWED
            and number in json.dumps(data["facts"])
            for data in self._decisions(call)
        )


@dataclass
class Watched(Switch):
    """Phones whose transfer is done hang up by themselves; after each command the witness looks."""

    witness: Witness | None = None
    moved: dict[str, str] = field(default_factory=dict)  # who has taken whose place

    def _carried_out(self, name: str, of: str, *more: Any) -> None:
        if name in ("create", "originate") and self.witness is not None:
            call = more[1].get("HANVISA_CALL_ID", "") if name == "create" else ""
            self.witness.made(of, more[0].removeprefix("PJSIP/").removesuffix("@carrier"), call)
        super()._carried_out(name, of, *more)
        if name == "bridge":
            inside = [self.moved.get(one, one) for one in more[0]]
            self.bridges[of] = {
                now if now in self.alive else one for now, one in zip(inside, more[0], strict=True)
            }
        if name == "tell_transferor" and more[0] == "channel_answered":
            self._later(SOON, lambda: self.goes(of))

    def put_in_place(self, newcomer: str, replaced: str) -> None:
        """What Asterisk does with an INVITE with Replaces before it tells anybody.

        Whoever takes the place of one who is just being joined is joined instead.
        """
        where = [inside for inside in self.bridges.values() if replaced in inside]
        for inside in where:
            inside.discard(replaced)
            inside.add(newcomer)
        if not where:
            self.moved[replaced] = newcomer
