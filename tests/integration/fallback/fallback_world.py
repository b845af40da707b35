"""A small made-up municipality, an Asterisk with its phones, and no service at all."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID, uuid5

from hanvisa.ami.announcements import SENTENCES
from hanvisa.ami.manager import Manager
from hanvisa.ami.phones import Phones
from hanvisa.ami.projection import Projection
from hanvisa.asterisks import settings_of_dialplan
from hanvisa.calls.prompts import NoOperator, Prompt, Referral, Why
from hanvisa.config import Settings
from hanvisa.lab import alaw, hearing
from hanvisa.lab.asterisk import Asterisk
from hanvisa.lab.carrier import Carrier
from hanvisa.lab.lines import Line
from hanvisa.lab.phones import BaresipPhone, Exchange
from hanvisa.lab.ports import free_base_port
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.waiting import until
from hanvisa.policy.facts import (
    Absence,
    AbsenceReason,
    CallingClass,
    Department,
    Extension,
    Mobile,
    Operator,
    OperatorState,
    Organisation,
    OutsideNumber,
    Person,
    Phone,
    Switchboard,
    TargetKind,
    TimeKind,
)
from hanvisa.policy.model import Language, Text
from hanvisa.policy.register import Register, Table

MAIN = "0980319200"
ANNA_DIRECT = "0980319201"
BO_DIRECT = "0980319202"
PLANNING = "0980319220"
CARE = "0980319230"
ANNA_MOBILE = "0701740605"
SOMEBODYS_MOBILE = "0701740699"
CITIZEN = "0980319244"
FROM_ABROAD = "+4530000000"

_NAMESPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
_SPOKEN = Text(sv="är på sammanträde", en="is in a meeting")
_MEETING = AbsenceReason("meeting", Text(sv="Möte", en="Meeting"), _SPOKEN, TimeKind.TIME)


def id_of(name: str) -> UUID:
    return uuid5(_NAMESPACE, name)


def person(name: str, department: str = "planning") -> Person:
    given, _, family = name.partition(" ")
    return Person(id_of(given), given, family, id_of(department), id_of("operation"), id_of("hallefors"))


ANNA, BO, CAJSA, DAN, OLLE = (
    person("Anna Åberg"),
    person("Bo Ek"),
    person("Cajsa Dal"),
    person("Dan Fors", "care"),
    person("Olle Gren", "office"),
)
LOCATIONS = {CAJSA: "+46980319299"}  # the number of the site where her phone stands
EXTENSIONS = {ANNA: "201", BO: "202", CAJSA: "203", DAN: "204", OLLE: "210"}


def absence(who: Person, start: timedelta, end: timedelta | None) -> Absence:
    now = datetime.now(UTC)
    return Absence(
        id_of(f"{who.id}{start}{end}"), who.id, _MEETING, now + start, None if end is None else now + end
    )


def make_register() -> Register:
    """Anna, Cajsa (planning) and Dan (care) are there, Bo (planning) is in a meeting; Olle is the operator.

    Planning stands in for care. Dan was away until an hour ago, and Cajsa will be tomorrow. Dan's line is confidential.
    """
    hallefors = id_of("hallefors")
    departments = (
        Department(id_of("planning"), "Plan", id_of("operation"), hallefors),
        Department(id_of("care"), "Vård", id_of("operation"), hallefors, stand_in_id=id_of("planning")),
        Department(id_of("office"), "Kansli", id_of("operation"), hallefors),
    )
    numbers = {
        ANNA_DIRECT: (TargetKind.PERSON, ANNA.id),
        BO_DIRECT: (TargetKind.PERSON, BO.id),
        PLANNING: (TargetKind.DEPARTMENT, id_of("planning")),
        CARE: (TargetKind.DEPARTMENT, id_of("care")),
        MAIN: (TargetKind.SWITCHBOARD, id_of("switchboard")),
    }
    return Register(
        organisations=Table((Organisation(hallefors, "Hällefors kommun", prefix="51", area_code="0591"),)),
        departments=Table(departments),
        persons=Table(tuple(EXTENSIONS)),
        mobiles=Table((Mobile(id_of("mobile"), ANNA.id, "+46" + ANNA_MOBILE[1:]),)),
        extensions=Table(
            tuple(
                Extension(number, hallefors, TargetKind.PERSON, who.id, confidential=who is DAN)
                for who, number in EXTENSIONS.items()
            )
        ),
        numbers=Table(
            tuple(OutsideNumber("+46" + number[1:], *target) for number, target in numbers.items())
        ),
        phones=Table(
            tuple(
                Phone(id_of(account_of(who)), account_of(who), hallefors, who.id, LOCATIONS.get(who))
                for who in EXTENSIONS
            )
        ),
        switchboards=Table(
            (Switchboard(id_of("switchboard"), "Växeln", hallefors, Text(sv="Hej", en="Hello")),)
        ),
        operators=Table(
            (
                Operator(
                    OLLE.id,
                    (id_of("switchboard"),),
                    OperatorState.CLOSED,
                    id_of(account_of(OLLE)),
                    datetime.now(UTC),
                ),
            )
        ),
        absences=Table(
            (
                absence(BO, timedelta(hours=-1), timedelta(hours=2)),
                absence(DAN, timedelta(hours=-2), timedelta(hours=-1)),
                absence(CAJSA, timedelta(days=1), None),
            )
        ),
    )


def account_of(who: Person) -> str:
    return f"hallefors-{EXTENSIONS[who]}"


class Melodies:
    """Announces each prompt as a melody that no other prompt sounds like."""

    def __init__(self, sounds: Path) -> None:
        self._sounds = sounds
        self._numbers = count(1000)
        self.files: dict[tuple[Prompt, Language], str] = {}

    async def announce_file(self, prompt: Prompt, language: Language, at: datetime) -> str:  # noqa: ARG002 - the protocol's
        number = next(self._numbers)
        path = self._sounds / f"melody-{number}"
        self.files[prompt, language] = str(path)
        path.with_suffix(".alaw").write_bytes(alaw.encode(hearing.melody(number, 0.8)))
        return str(path)

    def sentence(self, name: str, language: Language = Language.SV) -> str:
        return self.files[SENTENCES[name], language]

    def referral(self, who: Person, why: Why, language: Language = Language.SV) -> str:
        return next(
            file
            for (prompt, spoken), file in self.files.items()
            if isinstance(prompt, Referral) and (prompt.name, prompt.why, spoken) == (who.name, why, language)
        )

    def no_operator(self) -> str:
        return next(file for (prompt, _), file in self.files.items() if isinstance(prompt, NoOperator))


class World:
    """The running Asterisk, the carrier, and the phones that were asked for."""

    def __init__(
        self, settings: Settings, asterisk: Asterisk, manager: Manager, exchange: Exchange, carrier: Carrier
    ) -> None:
        self.settings = settings
        self.asterisk = asterisk
        self.manager = manager
        self.exchange = exchange
        self.carrier = carrier
        self.spoken = Melodies(settings.state / "sounds")
        self.switch = f"{settings.sip_host}:{settings.sip_port}"
        self._siplets: dict[str, Siplet] = {}
        self._phones: dict[str, BaresipPhone] = {}

    async def project(self, register: Register) -> None:
        await self.project_with(self.settings, register)
        await self.publish_phones(register)

    async def project_with(self, settings: Settings, register: Register) -> None:
        """What a service with such settings keeps in AstDB. It announces everything anew."""
        self.spoken.files.clear()
        dialplans = settings_of_dialplan(settings)
        await Projection(self.manager, self.spoken, _Clock(), dialplans).project(register)

    async def publish_phones(
        self, register: Register, may_call: CallingClass = CallingClass.NATIONAL
    ) -> None:
        await Phones(self.settings.state, self.manager).publish(register, may_call)

    def password(self, account: str) -> str:
        secrets = json.loads((self.settings.state / "secrets.json").read_text())
        return str(secrets["phones"][account])

    async def phone(self, who: Person) -> BaresipPhone:
        account = account_of(who)
        phone = await self.exchange.phone(account, self.password(account), self.switch)
        await phone.plug_in()
        self._phones[account] = phone
        return phone

    async def siplet(self, who: Person) -> Siplet:
        """A phone that does what a well-behaved one does not."""
        account = account_of(who)
        if account not in self._siplets:
            self._siplets[account] = await Siplet.open(
                "127.0.0.1",
                0,
                account,
                self.password(account),
                registrar=self.switch,
                trace=self.exchange.trace,
            )
        await self._siplets[account].plug_in()
        return self._siplets[account]

    async def at_rest(self) -> None:
        """Hang up and unplug everything, and wait until Asterisk has nothing left."""
        await self.carrier.hang_up_all()
        self.carrier.forget()
        for account in map(account_of, EXTENSIONS):
            if account in self._siplets:
                siplet = self._siplets.pop(account)
                await siplet.hang_up_all()
                await siplet.unplug()
                await siplet.close()
        for phone in self._phones.values():
            await phone.hang_up_all()
            phone.forget()
            await phone.unplug()
        await until(self._no_channels, what="no channel left")

    async def _no_channels(self) -> bool:
        return "0 active channels" in await self.manager.command("core show channels count")


async def rings_in(
    world: World, number: str, phone: BaresipPhone | Siplet, from_: str = "0980319255"
) -> tuple[Line, Line]:
    """A call from outside that the phone answers: the caller's line and the phone's."""
    caller = await world.carrier.call(number, from_=from_)
    line = await phone.rings()
    await line.answer()
    await line.speaks_to(caller)  # a REFER before the two are bridged is answered 400
    return caller, line


@asynccontextmanager
async def running_world(dialplan: Callable[[Settings], Path] | None = None) -> AsyncIterator[World]:
    """``dialplan`` makes a folder with another dialplan than ours."""
    state = Path(tempfile.mkdtemp(prefix="hv-fallback-"))
    settings = Settings(state=state, base_port=free_base_port())
    (state / "sounds").mkdir()
    try:
        async with AsyncExitStack() as stack:
            folder = dialplan(settings) if dialplan else None
            asterisk = await stack.enter_async_context(Asterisk(settings, dialplan=folder, urgent=True))
            secrets = json.loads((state / "secrets.json").read_text())
            manager = Manager(settings.ami_port, secrets["ami"])
            await manager.start()
            stack.push_async_callback(manager.stop)
            await manager.until_connected(5)
            exchange = await stack.enter_async_context(Exchange(settings.sip_port + 10))
            switch = f"{settings.sip_host}:{settings.sip_port}"
            carrier = await Carrier.start(
                settings.carrier_host, settings.carrier_port, switch=switch, trace=exchange.trace
            )
            stack.push_async_callback(carrier.close)
            yield World(settings, asterisk, manager, exchange, carrier)
    finally:
        shutil.rmtree(state)


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)
