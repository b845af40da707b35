"""A search for ways around O2 and M4: whatever operators, colleagues and callers do, in whatever order.

Phones and consoles act at once and one after the other, while commands to the switch and their answers are on their
way, and a witness at the switch (`witness.py`) looks after every command: no bridge, and no phone, ever has a caller
whom an operator has touched and a mobile without an exception; a confidential call never has one at all; no leg to a
mobile is made undecided. Nobody from outside is left with nothing to hear, dropped without a word, or waiting while an
operator is free for them. In the end nobody is left over, no stage has broken, every channel and bridge is gone, the
log tells the end of each call, and nobody waits for anything.

`./dev test` takes the same short walk each time, `./dev soak searches` a hundred long ones, and others each time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any, Literal
from unittest.mock import patch
from uuid import UUID

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from structlog.testing import capture_logs

import searching
from hanvisa.calls.desk import Desk
from hanvisa.calls.house import CallSettings
from hanvisa.calls.live_ports import Wish
from hanvisa.calls.registry import Registry
from hanvisa.calls.signals import (
    Channel,
    Entered,
    Held,
    PhoneLost,
    Reconnected,
    Redirected,
    Unheld,
)
from hanvisa.errors import NotFound
from hanvisa.policy.facts import (
    Absence,
    Forwarding,
    ForwardingKind,
    OperatorState,
    PolicyException,
    ScopeKind,
    Window,
)
from hanvisa.policy.register import Register
from searching import times
from unit.calls.attended import dropped, waiting_for_nothing
from unit.calls.fast_time import FastLoop
from unit.calls.killing import make_mortal, with_nothing_in_memory
from unit.calls.play import RunningClock
from unit.calls.scene import ANNA_MOBILE, MEETING, NOW, Scene, id_of
from unit.calls.test_closed import SUNDAYS
from unit.calls.town import (
    CITIZENS,
    CONFIDENTIAL,
    DIALLED,
    FIXED,
    FROM_OUTSIDE,
    MOBILES,
    OPERATORS,
    PARKS,
    PERSONS,
    PHONES,
    SHARED,
    TARGETS,
    busy_town,
    operators_phones,
    sitting_at,
)
from unit.calls.witness import Granted, Watched, Witness

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
# Seconds that a command, or its answer, is on its way: none, less than a signal takes, and a switch that is busy.
PACES = ((0.0,), (0.0004,), (0.0, 0.0004, 0.002, 0.05))
JUDGED_WITHIN = 5.0  # seconds: a slow switch, and a service that has just started, take their time
SETTLED = 0.5  # seconds, after which a free operator has been rung
QUIET_AFTER = 65.0  # seconds: whoever was not served by then has been forgotten
KEYED = ("*28#", "*29#", "0", "2", "4", "5", "1")
WISHES = tuple(wish for wish in Wish if wish is not Wish.HANG_UP)

# A switchboard's hours, and whom it puts its callers through to outside them.
OPEN: tuple[tuple[Window, ...], UUID | None] = ((), None)
CLOSED, ON_CALL = (SUNDAYS, None), (SUNDAYS, id_of("mixed"))

ticks = st.sampled_from(TICKS)
some = st.integers(0, MOST_CHANNELS)
to_whom = st.tuples(st.sampled_from(TARGETS), some, st.sampled_from(PERSONS))  # a number, a call, a person


class Search(RuleBasedStateMachine):
    """What anybody may do. Channels are chosen by their place among those that there are."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = FastLoop()
        self.switch = Watched()
        timing = CallSettings(
            ring_person=4,
            ring_operator=4,
            key_wait=2,
            keying=2,
            camp_on=30,
            held_remind=8,
            held_back=25,
            whisper="never",
        )
        self.scene = Scene(timing, self.switch, clock=RunningClock(NOW))
        self.scene.directory.register = busy_town()
        self.witness = Witness(
            self.switch,
            self.scene.log,
            self.loop.time,
            operators=tuple(operators_phones(self.register)),
            confidential_accounts=set(CONFIDENTIAL),
            judged_within=JUDGED_WITHIN,
            left=self.switch.left,
        )
        self.switch.witness = self.witness
        self.switch.tell = self.scene.tell
        self.switch.spoken = self.scene.spool
        self.switch.came = self.scene.came
        self.switch.after = lambda _: self.witness.look()
        self.asked: set[asyncio.Task[Any]] = set()
        self.newcomers = 0
        self.unplugged: set[str] = set()
        self.wrap_up = 0.0
        self.patched = ExitStack()
        self.logged = self.patched.enter_context(capture_logs())
        numbers = count(1)  # the same walk has the same channels
        self.patched.enter_context(patch("uuid6.uuid7", lambda: UUID(int=next(numbers))))
        self.begin_to_live()
        self.loop.run_until_complete(self.scene.__aenter__())

    @initialize(
        pace=st.sampled_from(PACES),
        seed=st.integers(0, 999),
        wrap_up=st.sampled_from((0.0, 5.0)),
        whisper=st.sampled_from(("never", "always")),
    )
    def everything_takes_its_time(
        self, pace: tuple[float, ...], seed: int, wrap_up: float, whisper: Literal["always", "never"]
    ) -> None:
        house, self.wrap_up = self.scene.house, wrap_up
        house.queues.wrap_up, house.settings = wrap_up, replace(house.settings, whisper=whisper)
        chance = Random(seed)  # noqa: S311 - no secret
        if any(pace):
            self.switch.latency = self.scene.directory.latency = lambda: chance.choice(pace)

    # phones and the carrier

    @precondition(lambda self: self.has_room)
    @rule(
        dialled=st.sampled_from(FROM_OUTSIDE),
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

    @rule(which=some, code=st.sampled_from(PARKS), then=ticks)
    def an_operator_parks_somebody(self, which: int, code: str, then: float) -> None:
        theirs = [one for one in self.legs_of_phones() if self.witness.parties[one].is_operator]
        if leg := self.chosen(which, theirs):
            self.do(lambda: self.scene.refers(leg, code), then)

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
        self.switch.registered.pop(who, None)

    @rule(who=st.sampled_from(PHONES), then=ticks)
    def a_phone_is_unplugged(self, who: str, then: float) -> None:
        self.switch.registered[who] = ()
        self.unplugged.add(who)
        self.do(lambda: self.scene.tell(PhoneLost(who)), then)

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
    @rule(who=st.sampled_from(PERSONS), to=st.sampled_from(DIALLED), confidential=st.booleans(), then=ticks)
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
            scope=ScopeKind.NUMBER,
            scope_id=None,
            number=ANNA_MOBILE,
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

    @rule(who=st.sampled_from(PERSONS), to=st.sampled_from((None, *MOBILES[:2], "200", "202", "203", "211")),
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
        async def change() -> None:
            await self.scene.directory.set_operator_state(id_of(who), state)
            self.scene.house.queues.wake()

        self.do(lambda: self.beside(change()), then)

    @rule(hours=st.sampled_from((OPEN, OPEN, CLOSED, ON_CALL)))
    def the_switchboard_opens_or_closes(self, hours: tuple[tuple[Window, ...], UUID | None]) -> None:
        [board] = self.register.switchboards.rows
        self.replace(switchboards=(replace(board, hours=hours[0], night_group_id=hours[1]),))

    @rule(who=st.sampled_from(OPERATORS), at=st.sampled_from((None, *SHARED)))
    def an_operator_sits_down(self, who: str, at: str | None) -> None:
        self.replace(operators=sitting_at(self.register, who, at or who).operators.rows)
        self.witness.operators = tuple(operators_phones(self.register))

    # the service

    def begin_to_live(self) -> None:
        """The house is that of a process which does nothing any more when it is dead, whatever its tasks would do."""
        self.is_dead = is_dead = asyncio.Event()

        def must_live(_: str) -> None:
            if is_dead.is_set():
                raise asyncio.CancelledError

        make_mortal(self.scene.house, must_live)

    @rule(
        is_killed=st.booleans(),
        leaves=st.lists(some, max_size=1),
        seconds=st.sampled_from((0.0, 1.0)),
        then=ticks,
    )
    def the_service_starts_anew(
        self, is_killed: bool, leaves: list[int], seconds: float, then: float
    ) -> None:
        """Stopped or killed in the midst of whatever it does; somebody may hang up while no service is there."""

        async def restart() -> None:
            for task in self.asked:
                task.cancel()
            if is_killed:
                self.is_dead.set()
            await self.scene.__aexit__()
            self.is_dead.set()
            for which in leaves:
                if leg := self.chosen(which, self.legs()):
                    self.switch.goes(leg)
            await asyncio.sleep(seconds)
            self.scene.house = with_nothing_in_memory(self.scene.house)
            self.scene.house.queues.wrap_up = self.wrap_up
            self.begin_to_live()
            self.scene.registry = Registry(self.scene.house)
            await self.scene.__aenter__()
            self.scene.tell(Reconnected())

        self.loop.run_until_complete(restart())
        self.do(lambda: None, then)

    @rule(seconds=st.sampled_from((2.0, 10.0, QUIET_AFTER, 130.0)))
    def time_passes(self, seconds: float) -> None:
        self.do(lambda: None, seconds)
        if seconds >= QUIET_AFTER:
            self.nobody_is_forgotten()

    def teardown(self) -> None:
        try:
            if not self.witness.wrong:
                self.everybody_hangs_up()
        finally:
            self.loop.run_until_complete(self.scene.__aexit__())
            left = asyncio.all_tasks(self.loop)
            for task in left:  # whoever still waited would be torn in the next walk
                task.cancel()
            self.loop.run_until_complete(asyncio.wait(left) if left else asyncio.sleep(0))
            self.loop.close()
            self.patched.close()
        assert not left, f"they still wait: {left}"

    # how

    @property
    def register(self) -> Register:
        return self.scene.directory.register

    def replace(self, **rows: Any) -> None:
        self.scene.directory.register = self.register.replace(**rows)
        self.scene.house.queues.wake()

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
        if then >= SETTLED:
            self.loop.run_until_complete(self.nobody_waits_for_nothing())

    def notice_marks(self) -> None:
        for call in self.scene.house.live:
            if call.state.confidential and call.caller.channel in self.witness.parties:
                self.witness.marked(call.caller.channel)

    def must_be_well(self) -> None:
        assert not self.witness.wrong, "\n".join([*self.witness.wrong, *self.story()])
        broken = [entry for entry in self.logged if entry["log_level"] in ("error", "critical")]
        assert not broken, "\n".join([*map(str, broken), *self.story()])
        assert self.scene._task is not None
        assert not self.scene._task.done()
        gone = dropped(self.scene, self.switch, self.witness)
        assert not gone, "\n".join([f"dropped without a word: {gone}", *self.story()])

    async def nobody_waits_for_nothing(self) -> None:
        """Whoever waits is offered within a second to an operator who is free for them."""
        before = waiting_for_nothing(self.scene)
        if before:
            await asyncio.sleep(1.0)
            still = before & waiting_for_nothing(self.scene)
            assert not still, "\n".join([f"waits while somebody is free: {still}", *self.story()])

    def nobody_is_forgotten(self) -> None:
        """Whoever has rung in from outside talks or hears something, and somebody knows of them."""
        live = self.scene.house.live
        from_outside = [
            one for one in self.legs() if (party := self.witness.parties[one]).rang_in and not party.account
        ]
        forgotten = [
            one for one in from_outside if live.of_channel(one) is None or not self.switch.hears(one)
        ]
        assert not forgotten, "\n".join([f"forgotten: {forgotten}", *self.story()])

    def everybody_hangs_up(self) -> None:
        def hang_up() -> None:
            for channel in self.legs():
                self.switch.goes(channel)

        for _ in range(3):
            self.do(hang_up, ALL_OVER)
        self.nothing_is_left()

    def nothing_is_left(self) -> None:
        house, entries = self.scene.house, self.scene.log.entries
        left = {
            "calls": [call.id for call in house.live],
            "channels": self.switch.alive,
            "bridges": self.switch.bridges,
            "without an end in the log": {call for call, _, _ in entries}
            - {call for call, kind, _ in entries if kind == "closed"},
            "kept as open": self.scene.open_calls.states,
            "asked for": self.asked,
            "paused for nothing": self.paused_for_nothing(),
        }
        assert not any(left.values()), "\n".join([f"left: {left}", *self.story()])

    def paused_for_nothing(self) -> list[tuple[str, str]]:
        """Operators, by their calls, whose telephones did not ring and were never unplugged."""
        rung = {
            (variables.get("HANVISA_CALL_ID"), dial_string.removeprefix("PJSIP/"))
            for _, dial_string, variables, _ in self.switch.named("create")
        }
        paused = [
            (call, who)
            for call, kind, data in self.scene.log.entries
            for who in OPERATORS
            if kind == "signal" and data["type"] == "operator_paused" and data["person"] == str(id_of(who))
        ]
        return [
            (call, who)
            for call, who in paused
            if not any((call, phone) in rung or phone in self.unplugged for phone in (who, *SHARED))
        ]

    def story(self) -> list[str]:
        return [f"{party.channel}: {party}" for party in self.witness.parties.values()] + [
            str(command) for command in self.switch.commands if command[0] not in ("set_variable", "play")
        ]


SHORT = settings(
    max_examples=50,
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
