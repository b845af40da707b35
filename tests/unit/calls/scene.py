"""A small made-up municipality and a switch that only remembers, for tests of what happens in a call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID, uuid5

from hanvisa.calls.adoption import SIDE
from hanvisa.calls.house import CallSettings, House
from hanvisa.calls.ports import Texts, Voice
from hanvisa.calls.registry import RUNG, Registry
from hanvisa.calls.signals import (
    Answered,
    Channel,
    Entered,
    HungUp,
    Key,
    Played,
    Recorded,
    Signal,
    TransferRequested,
)
from hanvisa.lab.waiting import until
from hanvisa.policy.facts import (
    Absence,
    AbsenceReason,
    Code,
    CodeAction,
    Department,
    Extension,
    Mobile,
    Operation,
    Operator,
    OperatorState,
    Organisation,
    OutsideNumber,
    Person,
    Phone,
    PolicyException,
    ScopeKind,
    Superuser,
    Switchboard,
    TargetKind,
    TimeKind,
)
from hanvisa.policy.model import Text
from hanvisa.policy.register import Register, Table
from hanvisa.testing import (
    FakeCallControl,
    FakeClock,
    FakeVoice,
    MemoryDirectory,
    MemoryEvidence,
    MemoryLog,
    MemoryMessages,
    MemoryOpenCalls,
    MemorySounds,
)

NAMESPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
NOW = datetime(2026, 8, 5, 8, 0, tzinfo=UTC)

ANNA_MOBILE = "+46701740605"
ANNA_DIRECT = "+46980319201"
MAIN = "+46980319200"


def id_of(name: str) -> UUID:
    return uuid5(NAMESPACE, name)


def _person(name: str, department: str = "tekniska") -> Person:
    return Person(
        id=id_of(name),
        given_name=name.capitalize(),
        family_name="Berg",
        department_id=id_of(department),
        operation_id=id_of("drift"),
        organisation_id=id_of("hallefors"),
    )


MEETING = AbsenceReason("1", Text("Möte", "Meeting"), Text("är på möte", "is in a meeting"), TimeKind.TIME)


def register() -> Register:
    """Anna (201, mobile, direct number), Bo (202), and Olle (200), who is an open operator at the main number."""
    people = {"anna": "201", "bo": "202", "olle": "200"}
    organisation = id_of("hallefors")
    return Register(
        organisations=Table((Organisation(organisation, "Hällefors kommun", area_code="0980"),)),
        operations=Table((Operation(id_of("drift"), "Drift", organisation),)),
        departments=Table((Department(id_of("tekniska"), "Tekniska", id_of("drift"), organisation),)),
        persons=Table(tuple(_person(name) for name in people)),
        mobiles=Table((Mobile(id_of("anna mobile"), id_of("anna"), ANNA_MOBILE),)),
        phones=Table(
            tuple(Phone(id_of(f"phone {name}"), name, organisation, id_of(name)) for name in people)
        ),
        extensions=Table(
            tuple(
                Extension(ext, organisation, TargetKind.PERSON, id_of(name)) for name, ext in people.items()
            )
        ),
        numbers=Table(
            (
                OutsideNumber(ANNA_DIRECT, TargetKind.PERSON, id_of("anna")),
                OutsideNumber(MAIN, TargetKind.SWITCHBOARD, id_of("board")),
            )
        ),
        switchboards=Table(
            (Switchboard(id_of("board"), "Växeln", organisation, Text("Välkommen.", "Welcome.")),)
        ),
        reasons=Table((MEETING,)),
        codes=Table(
            (
                Code("*23", CodeAction.SET_ABSENCE),
                Code("#23", CodeAction.END_ABSENCE),
                Code("*21", CodeAction.FORWARD),
                Code("*67", CodeAction.FORWARD_WHEN_BUSY),
                Code("*61", CodeAction.FORWARD_WHEN_NO_ANSWER),
                Code("*22", CodeAction.TELL_WHAT_IS_SET),
                Code("*26", CodeAction.LISTEN_TO_MESSAGES),
                Code("*27", CodeAction.OPEN_OR_CLOSE),
                Code("*270", CodeAction.PAUSE),
                Code("*28", CodeAction.CONFIDENTIAL),
                Code("*280", CodeAction.TAKE_BACK),
                Code("*200", CodeAction.GUIDE),
                Code("*29", CodeAction.THREAT),
                Code("*68", CodeAction.PARK),
                Code("*88", CodeAction.PICK_UP),
                Code("*24", CodeAction.RECORD_NAME),
                Code("*25", CodeAction.RECORD_GREETING),
            )
        ),
        superusers=Table((Superuser(id_of("bo")),)),
        operators=Table(
            (
                Operator(
                    id_of("olle"),
                    (id_of("board"),),
                    OperatorState.OPEN,
                    id_of("phone olle"),
                    NOW - timedelta(hours=1),
                ),
            )
        ),
    )


class Scene:
    """The switch as the tests play it: they say what the phones do, and look at what was commanded."""

    def __init__(
        self,
        settings: CallSettings | None = None,
        control: FakeCallControl | None = None,
        voice: Voice | None = None,
        texts: Texts | None = None,
        clock: FakeClock | None = None,
        *,
        nodes: tuple[str, ...] = (),
    ) -> None:
        self.control = control or FakeCallControl()
        self.clock = clock or FakeClock(NOW)
        self.directory = MemoryDirectory(register(), self.clock)
        self.spool: dict[str, float] = {}  # the recordings there are, with their seconds
        self.messages = MemoryMessages(self.spool, directory=self.directory)
        self.own_sounds = MemorySounds(self.spool)
        self.evidence = MemoryEvidence(self.spool)
        self.log = MemoryLog()
        self.open_calls = MemoryOpenCalls()
        self.house = House(
            control=self.control,
            directory=self.directory,
            voice=voice or FakeVoice(),
            messages=self.messages,
            own_sounds=self.own_sounds,
            evidence=self.evidence,
            log=self.log,
            open_calls=self.open_calls,
            clock=self.clock,
            texts=texts,
            settings=settings or CallSettings(ring_person=0.2, ring_operator=0.2, key_wait=0.05),
        )
        self.registry = Registry(self.house, nodes=nodes)
        self.came: dict[str, Channel] = {}  # by channel: who has come in
        self._channels = 0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.registry.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    # what happens

    def tell(self, signal: Signal, node: str = "") -> None:
        """``node`` is whose event stream tells it, of those of the scene; "": no matter whose."""
        self.registry.deliver(signal, node)

    def rings_in(self, dialled: str, from_: str = "0980319244") -> str:
        """A call from the carrier; its channel."""
        return self._enters("carrier", Channel(self._new(), "carrier", from_, dialled))

    def dials(self, who: str, dialled: str) -> str:
        """A call from somebody's phone; its channel."""
        return self._enters("phone", Channel(self._new(), who, "", dialled))

    def answers(self, channel: str) -> None:
        """The leg that was rung is answered."""
        self.tell(Answered(channel))

    def hangs_up(self, channel: str, cause: int = 16) -> None:
        self.tell(HungUp(channel, cause))

    def presses(self, channel: str, digit: str) -> None:
        self.tell(Key(channel, digit))

    def finished(self, channel: str) -> None:
        """What played on the channel has ended."""
        self.tell(Played(f"hv-play-{channel}"))

    def said(self, channel: str, seconds: float | None = 3.0) -> None:
        """The recording of the channel has ended, with so many seconds of speech (None: it failed)."""
        if seconds is not None:
            self.spool[f"hv-rec-{channel}"] = seconds
        self.tell(Recorded(f"hv-rec-{channel}"))

    def refers(self, channel: str, target: str, other: str | None = None) -> None:
        self.tell(TransferRequested(channel, target, attended=other is not None, other=other))

    # what is so

    def given_absent(self, name: str) -> None:
        absence = Absence(
            id_of("absence"), id_of(name), MEETING, NOW - timedelta(hours=1), NOW + timedelta(hours=1)
        )
        self.directory.register = self.directory.register.replace(absences=(absence,))

    def given_exception(self, **fields: object) -> PolicyException:
        exception = PolicyException(
            id=id_of("exception"),
            scope=ScopeKind.PERSON,
            scope_id=id_of("anna"),
            reason="jour",
            granted_by="chefen",
            starts_at=NOW - timedelta(days=1),
            ends_at=NOW + timedelta(days=1),
        )
        exception = replace(exception, **fields)  # type: ignore[arg-type]
        self.directory.register = self.directory.register.replace(exceptions=(exception,))
        return exception

    # what was done

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait until the condition is true; fails after two seconds with what was done."""

        def story() -> str:
            return "\n".join(map(str, [what, *self.control.commands, *self.log.entries]))

        await until(condition, within=2, what=story)

    async def rung(self, digits_or_account: str) -> str:
        """Wait until this phone or outside number is rung; the new leg's channel."""
        made: list[str] = []

        def is_made() -> bool:
            made[:] = [
                channel
                for channel, dial, *_ in self.control.named("create")
                if dial in (f"PJSIP/{digits_or_account}", f"PJSIP/{digits_or_account}@carrier")
            ]
            return bool(made)

        await self.until(is_made, f"a leg to {digits_or_account} is made")
        self.tell(Entered(Channel(made[-1], digits_or_account, ""), (RUNG,)))
        await self.until(lambda: (made[-1],) in self.control.named("dial"), f"{digits_or_account} is rung")
        return made[-1]

    async def hears(self, channel: str, prompt: str) -> None:
        """Wait until the prompt of that type is played to the channel."""
        file = f"/sounds/{prompt}"
        await self.until(
            lambda: any(to == channel and file in files for to, files, _ in self.control.named("play")),
            f"{channel} hears {prompt}",
        )

    async def talking(self, one: str, other: str) -> None:
        await self.until(
            lambda: any(set(channels) == {one, other} for _, channels in self.control.named("bridge")),
            f"{one} and {other} are in a bridge",
        )

    async def over(self, channel: str) -> None:
        """Wait until no call knows the channel any more."""
        await self.until(lambda: self.house.live.of_channel(channel) is None, f"{channel} is let go")

    def _new(self) -> str:
        self._channels += 1
        return f"channel-{self._channels}"

    def _enters(self, side: str, channel: Channel) -> str:
        self.control.alive.add(channel.id)
        self.control.variables[channel.id, SIDE] = side
        self.came[channel.id] = channel
        self.tell(Entered(channel, (side,)))
        return channel.id
