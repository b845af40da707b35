"""`hanvisa greetings check`: rings the mobiles whose greeting is due for a check (M2), in an application of its own.

Its name begins otherwise than the service's, which leaves its calls alone.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from hanvisa.ari.client import Client
from hanvisa.ari.control import AriControl
from hanvisa.ari.stream import Stream
from hanvisa.calls.greetings import GreetingCaller, Rung
from hanvisa.calls.ports import Clock
from hanvisa.calls.ringing import CARRIER, Display
from hanvisa.calls.signals import Reconnected, Signal
from hanvisa.config import Settings
from hanvisa.directory.engine import Database
from hanvisa.directory.existing import existing_database
from hanvisa.directory.repositories.greetings import Greetings, MobileChecked
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.errors import HanvisaError, InvalidInput, Unavailable
from hanvisa.passwords import read_secret
from hanvisa.policy.greetings import Came, GreetingFacts, decide_greeting_check
from hanvisa.policy.model import Language
from hanvisa.policy.numbers import NumberPlan, e164_to_dial, read_number
from hanvisa.policy.outgoing import number_shown
from hanvisa.running import putting_into
from hanvisa.speech.evidence import GreetingEvidence
from hanvisa.speech.library import SpeechLibrary
from hanvisa.speech.synthesis import EspeakSynthesiser

log = structlog.get_logger()

APP = "greetings-"
USER = "hanvisa"
CONNECTED_WITHIN = 5.0  # seconds
_NEEDED = ("persons", "organisations", "numbers", "switchboards", "mobiles")


@dataclass(frozen=True, slots=True)
class Checked:
    """``came`` None: it could not be rung, for the reason ``why``."""

    number: str
    name: str
    came: Came | None
    why: str = ""


async def check_greetings(
    settings: Settings,
    clock: Clock,
    numbers: Collection[str] = (),
    tell: Callable[[Checked], None] = lambda _: None,
) -> list[Checked]:
    """Ring what is due now, a few at once; ``numbers`` (E.164) are the only ones that are, if there are any.

    Raises InvalidInput for a number that is no registered mobile's, StorageError, and Unavailable when Asterisk does
    not answer.
    """
    async with existing_database(settings.database_url) as database:
        directory = SnapshotDirectory(database, clock.now)
        await directory.refresh(_NEEDED)
        mobiles = await Greetings(database).mobiles()
        unknown = set(numbers).difference(mobile.number for mobile in mobiles)
        if unknown:
            raise InvalidInput(
                f"No registered mobile has the number {', '.join(sorted(unknown))}. Write it as +46701740605."
            )
        due = [
            mobile
            for mobile in mobiles
            if (not numbers or mobile.number in numbers) and _is_due(mobile, settings, clock)
        ]
        if not due:
            return []
        async with _caller(settings, clock) as caller:
            work = _Work(settings, clock, database, directory, caller)
            return await work.all(due, tell)


def _is_due(mobile: MobileChecked, settings: Settings, clock: Clock) -> bool:
    facts = GreetingFacts(
        clock.now(),
        mobile.checked_at,
        mobile.rung_at,
        settings.greeting_every,
        settings.greeting_from,
        settings.greeting_to,
    )
    return decide_greeting_check(facts).allowed


@asynccontextmanager
async def _caller(settings: Settings, clock: Clock) -> AsyncIterator[GreetingCaller]:
    """Connected to Asterisk."""
    with putting_into(settings.state):
        voice = SpeechLibrary(settings.state, EspeakSynthesiser())
    node = settings.node or next(iter(settings.nodes), "")
    client = Client(settings.ari_of(node), USER, read_secret(settings.state, "ari"))
    app = f"{APP}{uuid.uuid4().hex}"
    caller = GreetingCaller(
        AriControl(client, app), voice, GreetingEvidence(settings.state), clock, settings.greeting_ring
    )
    connected = asyncio.Event()

    def deliver(signal: Signal) -> None:
        if isinstance(signal, Reconnected):
            connected.set()
        caller.deliver(signal)

    stream = asyncio.create_task(Stream(client, app, deliver).run())
    try:
        async with asyncio.timeout(CONNECTED_WITHIN):
            await connected.wait()
        yield caller
    except TimeoutError as error:
        raise Unavailable("Asterisk does not answer: is it running? ./dev run starts it.") from error
    finally:
        stream.cancel()
        await asyncio.wait([stream])
        client.close()


@dataclass
class _Work:
    settings: Settings
    clock: Clock
    database: Database
    directory: SnapshotDirectory
    caller: GreetingCaller

    async def all(self, due: list[MobileChecked], tell: Callable[[Checked], None]) -> list[Checked]:
        at_once = asyncio.Semaphore(self.settings.greeting_at_once)

        async def one(mobile: MobileChecked) -> Checked | None:
            async with at_once:
                # The hours may have ended while others were rung.
                if not _is_due(mobile, self.settings, self.clock):
                    return None
                checked = await self._check(mobile)
            tell(checked)
            return checked

        return [checked for checked in await asyncio.gather(*map(one, due)) if checked is not None]

    async def _check(self, mobile: MobileChecked) -> Checked:
        person = self.directory.register.person(mobile.person_id)
        name = person.name if person else ""
        greetings, evidence = Greetings(self.database), GreetingEvidence(self.settings.state)
        try:
            check = await greetings.begin(mobile.id, self.clock.now())
            rung = await self._ring(mobile, person.language if person else Language.SV)
            file = await evidence.keep(rung.recording, str(check)) if rung.came is Came.VOICEMAIL else None
            await greetings.end(check, rung.came, self.clock.now(), file=file, seconds=rung.spoken)
            if rung.recording:
                await evidence.discard(rung.recording)
        except HanvisaError as error:
            log.warning("greetings.not_checked", number=mobile.number, why=str(error))
            return Checked(mobile.number, name, None, str(error))
        return Checked(mobile.number, name, rung.came)

    async def _ring(self, mobile: MobileChecked, language: Language) -> Rung:
        """It shows the main number of the holder's organisation."""
        register = self.directory.register
        person = register.person(mobile.person_id)
        shown = Display()
        if person is not None:
            organisation = register.organisation(person.organisation_id)
            number = number_shown(register, None, person.organisation_id)
            shown = Display(organisation.name if organisation else "", number or "")
        digits = e164_to_dial(read_number(mobile.number, None, register, NumberPlan())) or ""
        return await self.caller.check(f"PJSIP/{digits}@{CARRIER}", shown, language)
