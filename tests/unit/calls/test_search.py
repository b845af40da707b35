"""A search for ways around O2 and M4: whatever operators, colleagues and callers do, in whatever order.

Phones and consoles act at once and one after the other, and a witness at the switch (`witness.py`) looks after every
command: no bridge, and no phone, ever has a caller whom an operator has touched and a mobile without an exception; a
confidential call never has one at all; no leg to a mobile is made undecided. In the end nobody is left over, no stage
has broken, and every channel and bridge is gone.

`./dev test` takes the same short walk each time, `./dev soak searches` a hundred long ones, and others each time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from structlog.testing import capture_logs

import searching
from hanvisa.calls.desk import Desk
from hanvisa.calls.house import CallSettings, House
from hanvisa.calls.live_ports import Wish
from hanvisa.calls.registry import Registry
from hanvisa.calls.signals import Channel, Entered, Held, Reconnected, Redirected, Unheld
from hanvisa.errors import NotFound
from hanvisa.policy.facts import (
    Absence,
    Extension,
    Forwarding,
    ForwardingKind,
    Group,
    Operator,
    OperatorState,
    OutsideNumber,
    PolicyException,
    ScopeKind,
    TargetKind,
)
from hanvisa.policy.facts import Phone as DeskPhone
from hanvisa.policy.register import Register
from searching import times
from unit.calls.fast_time import FastLoop
from unit.calls.play import RunningClock
from unit.calls.scene import ANNA_DIRECT, ANNA_MOBILE, MAIN, MEETING, NOW, Scene, id_of, register
from unit.calls.scene import _person as person_of_ours
from unit.calls.witness import Granted, Watched, Witness

PHONES = ("anna", "bo", "olle", "siv", "ulla")
OPERATORS = ("olle", "ulla")
MOST_CHANNELS = 10
ALL_OVER = 400.0  # seconds after which nothing of a call is left
TICKS = (
    0.0,
    0.0,
    0.0005,
    0.0015,
    0.5,
    1.1,
    6.0,
)  # seconds; between a command and its signal, and while one speaks

BOS_DIRECT, SIVS_DIRECT = "+46980319202", "+46980319203"
FIXED, ANOTHER_FIXED = "0980319244", "0980319260"
MOBILES = ("0701740605", "0701740611", "+46701740605", "00701740605")
CITIZENS = (FIXED, "", "0701740699", ANNA_MOBILE)
INSIDE = ("200", "201", "202", "203", "204", "210", "211", "212")
PREFIXED = ("*63*202", "*68*202#", "*68*201#")
DIALLED = (*INSIDE, *MOBILES, ANOTHER_FIXED, "*88#", "*280#", "*28#", "112")
TARGETS = (*INSIDE, *MOBILES, ANOTHER_FIXED, *PREFIXED, "", "112")
KEYED = ("*28#", "*29#", "0", "2", "4", "5", "1")
WISHES = tuple(wish for wish in Wish if wish is not Wish.HANG_UP)

ticks = st.sampled_from(TICKS)
some = st.integers(0, MOST_CHANNELS)
to_whom = st.tuples(st.sampled_from(TARGETS), some, st.sampled_from(PHONES))  # a number, a call, a person


def busy_town() -> Register:
    """Anna (201, a mobile), Bo (202), Siv (203, whose line is confidential); Olle (200) and Ulla (204) are operators.

    210 are Bo and Anna's mobile, 211 is Anna's mobile alone, 212 is Siv alone.
    """
    town = register()
    organisation = id_of("hallefors")
    more = {"siv": "203", "ulla": "204"}
    return town.replace(
        persons=(
            *town.persons.rows,
            replace(person_of_ours("siv"), confidential=True),
            person_of_ours("ulla"),
        ),
        phones=(
            *town.phones.rows,
            *(DeskPhone(id_of(f"phone {name}"), name, organisation, id_of(name)) for name in more),
        ),
        extensions=(
            *town.extensions.rows,
            *(Extension(ext, organisation, TargetKind.PERSON, id_of(name)) for name, ext in more.items()),
            Extension("210", organisation, TargetKind.GROUP, id_of("mixed")),
            Extension("211", organisation, TargetKind.GROUP, id_of("mobiles")),
            Extension("212", organisation, TargetKind.GROUP, id_of("of siv")),
        ),
        groups=(
            Group(id_of("mixed"), "Blandat", organisation, (id_of("bo"),), (ANNA_MOBILE,)),
            Group(id_of("mobiles"), "Mobiler", organisation, (), (ANNA_MOBILE,)),
            Group(id_of("of siv"), "Sekretess", organisation, (id_of("siv"),), ()),
        ),
        numbers=(
            *town.numbers.rows,
            OutsideNumber(BOS_DIRECT, TargetKind.PERSON, id_of("bo")),
            OutsideNumber(SIVS_DIRECT, TargetKind.PERSON, id_of("siv")),
        ),
        operators=tuple(
            Operator(id_of(name), (id_of("board"),), state, id_of(f"phone {name}"), NOW - timedelta(hours=1))
            for name, state in (("olle", OperatorState.OPEN), ("ulla", OperatorState.CLOSED))
        ),
    )


class Search(RuleBasedStateMachine):
    """What anybody may do. Channels are chosen by their place among those that there are."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = FastLoop()
        self.switch = Watched()
        timing = CallSettings(
            ring_person=4, ring_operator=4, key_wait=2, keying=2, camp_on=30, whisper="never"
        )
        self.scene = Scene(timing, self.switch, clock=RunningClock(NOW))
        self.scene.directory.register = busy_town()
        self.witness = Witness(self.switch, self.scene.log, self.loop.time, confidential_accounts={"siv"})
        self.switch.witness = self.witness
        self.switch.tell = self.scene.tell
        self.switch.spoken = self.scene.spool
        self.switch.came = self.scene.came
        self.switch.after = lambda _: self.witness.look()
        self.asked: set[asyncio.Task[Any]] = set()
        self.newcomers = 0
        self.patched = ExitStack()
        self.logged = self.patched.enter_context(capture_logs())
        numbers = count(1)  # the same walk has the same channels
        self.patched.enter_context(patch("uuid.uuid4", lambda: UUID(int=next(numbers))))
        self.loop.run_until_complete(self.scene.__aenter__())

    # phones and the carrier

    @precondition(lambda self: self.has_room)
    @rule(
        dialled=st.sampled_from((MAIN, MAIN, ANNA_DIRECT, BOS_DIRECT, SIVS_DIRECT)),
        from_=st.sampled_from(CITIZENS),
        then=ticks,
    )
    def a_citizen_rings(self, dialled: str, from_: str, then: float) -> None:
        def ring() -> None:
            channel = self.scene.rings_in(dialled, from_)
            self.witness.rings_in(channel, number=from_, is_mobile=from_ == ANNA_MOBILE)

        self.do(ring, then)

    @precondition(lambda self: self.has_room)
    @rule(who=st.sampled_from(PHONES), dialled=st.sampled_from(DIALLED), then=ticks)
    def somebody_dials(self, who: str, dialled: str, then: float) -> None:
        def dial() -> None:
            channel = self.scene.dials(who, dialled)
            self.witness.rings_in(channel, who)

        self.do(dial, then)

    @rule(which=some, to=st.sampled_from(TARGETS), then=ticks)
    def a_phone_refers(self, which: int, to: str, then: float) -> None:
        if leg := self.chosen(which, self.legs_of_phones()):
            self.do(lambda: self.scene.refers(leg, to), then)

    @rule(which=some, other=some, then=ticks)
    def a_phone_joins_its_lines(self, which: int, other: int, then: float) -> None:
        leg = self.chosen(which, self.legs_of_phones())
        account = self.witness.parties[leg].account if leg else ""
        second = self.chosen(other, [one for one in self.legs_of_phones(account) if one != leg])
        if leg and second:
            self.do(lambda: self.scene.refers(leg, "", second), then)

    @rule(which=some, who=st.sampled_from((*PHONES, FIXED, ANNA_MOBILE)), then=ticks)
    def somebody_takes_a_place(self, which: int, who: str, then: float) -> None:
        replaced = self.chosen(which, self.legs())
        if not replaced:
            return

        def take() -> None:
            self.newcomers += 1
            channel, party = f"new-{self.newcomers}", self.witness.parties[replaced]
            ours = who in PHONES
            self.switch.alive.add(channel)
            self.witness.takes_place(
                replaced, channel, who if ours else "", "" if ours else who, is_mobile=who == ANNA_MOBILE
            )
            self.switch.put_in_place(channel, replaced)
            old = Channel(replaced, party.account, party.number)
            new = Channel(channel, who, "") if ours else Channel(channel, "carrier", who)
            self.scene.tell(Entered(new, (), old))

        self.do(take, then)

    @rule(which=some, to=st.sampled_from(TARGETS), then=ticks)
    def a_phone_redirects(self, which: int, to: str, then: float) -> None:
        if leg := self.chosen(which, self.legs_of_phones()):
            self.do(lambda: self.scene.tell(Redirected(leg, to)), then)

    @rule(which=some, holds=st.booleans(), then=ticks)
    def a_phone_holds(self, which: int, holds: bool, then: float) -> None:
        if leg := self.chosen(which, self.legs_of_phones()):
            self.do(lambda: self.scene.tell(Held(leg) if holds else Unheld(leg)), then)

    @rule(which=some, keys=st.sampled_from(KEYED), then=ticks)
    def keys_are_pressed(self, which: int, keys: str, then: float) -> None:
        leg = self.chosen(which, self.legs())
        if leg is None:
            return

        def press() -> None:
            for key in keys:
                self.scene.presses(leg, key)

        self.do(press, then)
        # Marked is what the service has told the log: from then on the witness holds it to that.
        self.notice_marks()

    @rule(which=some, then=ticks)
    def somebody_hangs_up(self, which: int, then: float) -> None:
        if leg := self.chosen(which, self.legs()):
            self.do(lambda: self.switch.goes(leg), then)

    @rule(who=st.sampled_from((*PHONES, "0701740605")), does=st.sampled_from(("answers", "rings", "busy")))
    def a_phone_is_left(self, who: str, does: str) -> None:
        self.switch.phones[who] = does

    # the console and the API

    @rule(
        which=some,
        wish=st.sampled_from(WISHES),
        by=st.sampled_from((*OPERATORS, None)),
        to=to_whom,
        then=ticks,
    )
    def an_operator_asks(
        self, which: int, wish: Wish, by: str | None, to: tuple[str, int, str], then: float
    ) -> None:
        number, other, who = to
        desk, calls = Desk(self.scene.house), [call.id for call in self.scene.house.live]
        call = self.chosen(which, calls)
        consultation = self.chosen(other, ["", *(one for one in calls if one != call)])
        if call is None:
            return

        async def ask() -> None:
            with suppress(NotFound):
                await desk.ask(
                    call,
                    wish,
                    id_of(by) if by else None,
                    to="" if consultation else number,
                    consultation=consultation or "",
                    person=id_of(who),
                )

        self.do(lambda: self.beside(ask()), then)
        self.notice_marks()

    @precondition(lambda self: self.has_room)
    @rule(who=st.sampled_from(PHONES), to=st.sampled_from(DIALLED), confidential=st.booleans(), then=ticks)
    def a_number_is_dialled_at_the_console(self, who: str, to: str, confidential: bool, then: float) -> None:
        self.do(
            lambda: self.beside(Desk(self.scene.house).dial(id_of(who), to, confidential=confidential)), then
        )

    # the register

    @rule(uses=st.sampled_from((None, 1, 1)))
    def an_exception_is_granted(self, uses: int | None) -> None:
        self.an_exception_is_revoked()
        exception = PolicyException(
            id=id_of(f"exception {len(self.witness.granted)}"),
            scope=ScopeKind.PERSON,
            scope_id=id_of("anna"),
            reason="jour",
            granted_by="chefen",
            starts_at=NOW - timedelta(days=1),
            ends_at=NOW + timedelta(days=1),
            max_uses=uses,
        )
        for number in ("0701740605", ANNA_MOBILE):
            self.witness.granted.append(Granted(number, float("inf") if uses is None else uses))
        self.replace(exceptions=(exception,))

    @rule()
    def an_exception_is_revoked(self) -> None:
        for granted in self.witness.granted:
            granted.until = min(granted.until, self.loop.time())
        self.replace(exceptions=())

    @rule(who=st.sampled_from(PHONES), to=st.sampled_from((None, *MOBILES[:2], "200", "202", "203", "211")),
          kind=st.sampled_from(ForwardingKind))  # fmt: skip
    def a_phone_is_forwarded(self, who: str, to: str | None, kind: ForwardingKind) -> None:
        others = [row for row in self.register.forwardings.rows if row.person_id != id_of(who)]
        begins, ends = NOW - timedelta(hours=1), NOW + timedelta(hours=5)
        new = [Forwarding(id_of(f"f {who}"), id_of(who), to, begins, ends, kind)] if to else []
        self.replace(forwardings=(*others, *new))

    @rule(who=st.sampled_from(("anna", "bo", "siv")), substitute=st.sampled_from((None, "anna", "bo", "siv")))
    def somebody_is_away(self, who: str, substitute: str | None) -> None:
        begins, ends = NOW - timedelta(hours=1), NOW + timedelta(hours=5)
        instead = id_of(substitute) if substitute else None
        away = Absence(id_of(f"a {who}"), id_of(who), MEETING, begins, ends, substitute_id=instead)
        self.replace(absences=(*(row for row in self.register.absences.rows if row.id != away.id), away))

    @rule()
    def everybody_is_there(self) -> None:
        self.replace(absences=())

    @rule(who=st.sampled_from(OPERATORS), state=st.sampled_from(OperatorState), then=ticks)
    def an_operator_opens_or_closes(self, who: str, state: OperatorState, then: float) -> None:
        def change() -> None:
            self.beside(self.scene.directory.set_operator_state(id_of(who), state))
            self.scene.house.queues.wake()

        self.do(change, then)

    # the service

    @rule(then=ticks)
    def the_service_is_killed_and_starts_anew(self, then: float) -> None:
        async def restart() -> None:
            for task in self.asked:
                task.cancel()
            await self.scene.__aexit__()
            self.scene.house = with_nothing_in_memory(self.scene.house)
            self.scene.registry = Registry(self.scene.house)
            await self.scene.__aenter__()
            self.scene.tell(Reconnected())

        self.loop.run_until_complete(restart())
        self.do(lambda: None, then)

    @rule(seconds=st.sampled_from((2.0, 10.0, 65.0, 130.0)))
    def time_passes(self, seconds: float) -> None:
        self.do(lambda: None, seconds)

    def teardown(self) -> None:
        try:
            if not self.witness.wrong:
                self.everybody_hangs_up()
        finally:
            self.loop.run_until_complete(self.scene.__aexit__())
            self.loop.run_until_complete(self.nobody_waits())
            self.loop.close()
            self.patched.close()

    async def nobody_waits(self) -> None:
        """Who still did would be torn in the next walk."""
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    # how

    @property
    def register(self) -> Register:
        return self.scene.directory.register

    def replace(self, **rows: Any) -> None:
        self.scene.directory.register = self.register.replace(**rows)

    @property
    def has_room(self) -> bool:
        return len(self.switch.alive) < MOST_CHANNELS

    def legs(self) -> list[str]:
        return [one for one in self.witness.parties if one in self.switch.alive]

    def legs_of_phones(self, account: str = "") -> list[str]:
        parties = self.witness.parties
        return [one for one in self.legs() if parties[one].account and account in ("", parties[one].account)]

    def chosen(self, which: int, among: list[str]) -> str | None:
        return among[which % len(among)] if among else None

    def beside(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self.asked.add(task)
        task.add_done_callback(self.asked.discard)

    def do(self, what: Callable[[], None], then: float) -> None:
        async def act() -> None:
            what()
            await asyncio.sleep(then)

        self.loop.run_until_complete(act())
        self.witness.look()
        self.must_be_well()

    def notice_marks(self) -> None:
        for call in self.scene.house.live:
            if call.state.confidential:
                self.witness.marked(call.caller.channel)

    def must_be_well(self) -> None:
        assert not self.witness.wrong, "\n".join([*self.witness.wrong, *self.story()])
        broken = [entry for entry in self.logged if entry["log_level"] in ("error", "critical")]
        assert not broken, "\n".join([*map(str, broken), *self.story()])
        assert self.scene._task is not None
        assert not self.scene._task.done()

    def everybody_hangs_up(self) -> None:
        def hang_up() -> None:
            for channel in self.legs():
                self.switch.goes(channel)

        for _ in range(3):
            self.do(hang_up, ALL_OVER)
        assert not list(self.scene.house.live), "\n".join(["calls are left", *self.story()])
        assert not self.switch.alive, "\n".join(["channels are left", *self.story()])
        assert not self.switch.bridges, "\n".join(["bridges are left", *self.story()])

    def story(self) -> list[str]:
        return [f"{party.channel}: {party}" for party in self.witness.parties.values()] + [
            str(command) for command in self.switch.commands if command[0] not in ("set_variable", "play")
        ]


def with_nothing_in_memory(house: House) -> House:
    """The same world for a service that has just started."""
    return House(
        control=house.control,
        directory=house.directory,
        voice=house.voice,
        messages=house.messages,
        own_sounds=house.own_sounds,
        evidence=house.evidence,
        log=house.log,
        open_calls=house.open_calls,
        clock=house.clock,
        settings=house.settings,
    )


SHORT = settings(
    max_examples=80,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
)
LONG = settings(
    max_examples=400,
    stateful_step_count=50,
    deadline=None,
    phases=[Phase.generate],  # making a long walk short takes longer than a test may
)


@pytest.mark.parametrize("walk", range(times(1, 100)))
def test_no_way_leads_around_o2_and_m4(walk: int) -> None:
    run_state_machine_as_test(Search, settings=LONG if searching.is_long else SHORT)  # type: ignore[no-untyped-call]
