"""What happens beside the demo's telephones.

An operator's program, the check of greetings, texts and mails, a service that dies, a dialplan that is not ours.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time

import numpy as np

from hanvisa.calls.prompts import GreetingChecked
from hanvisa.greetings import Checked, check_greetings
from hanvisa.lab.alaw import RATE
from hanvisa.lab.api import ApiRefusedError
from hanvisa.lab.demo import words
from hanvisa.lab.demo.calls import CALLER
from hanvisa.lab.demo.names import Names
from hanvisa.lab.demo.own_system import OwnSystem
from hanvisa.lab.fastagi import ask
from hanvisa.lab.hearing import heard, length, samples_of_wav
from hanvisa.lab.lines import Line
from hanvisa.lab.town import Town
from hanvisa.lab.waiting import until
from hanvisa.policy.greetings import GREETS
from hanvisa.policy.model import Language
from hanvisa.policy.numbers import normalise_caller
from hanvisa.policy.swedish_time import local_time
from hanvisa.policy.workdays import next_working_day
from hanvisa.speech.library import SpeechLibrary
from hanvisa.speech.synthesis import EspeakSynthesiser

PATIENCE = 30.0  # seconds: a greeting is listened to, and the silence after it


@dataclass(frozen=True)
class WorkingDay:
    """A clock that stands at ten on a working day: mobiles are rung then, whatever the time is."""

    def now(self) -> datetime:
        return local_time(next_working_day(datetime.now(UTC).date()), time(10))


class Beside:
    """``verbs`` are its steps, as those of `scene.Scene`."""

    def __init__(
        self,
        town: Town,
        language: Language,
        names: Names,
        lines: Mapping[str, Line],
        tell: Callable[..., None],
        *,
        own: OwnSystem | None,
    ) -> None:
        self._town = town
        self._language = language
        self._names = names
        self._lines = lines
        self._tell = tell
        self._own_system = own
        self._ready: dict[str, str] = {}  # by whose absence they are of: the announcements that lie ready
        self._checking: asyncio.Task[list[Checked]] | None = None
        self.verbs: dict[str, Callable[..., Awaitable[None]]] = {
            "asks": self._asks,
            "threat": self._threat,
            "checks": self._checks,
            "voicemail": self._voicemail,
            "in_person": self._in_person,
            "checked": self._checked,
            "texted": self._texted,
            "mailed": self._mailed,
            "ready": self._laid_ready,
            "service": self._service,
            "referred": self._referred,
            "dialplan": self._dialplan,
        }

    async def end(self) -> None:
        if self._checking is not None:
            self._checking.cancel()
            with suppress(asyncio.CancelledError):
                await self._checking
        if self._own_system is not None:
            await self._own_system.system.start_service()

    @property
    def _own(self) -> OwnSystem:
        if self._own_system is None:
            raise AssertionError("that takes a system of the demo's own")
        return self._own_system

    # An operator's program

    async def _asks(self, wish: str, to: str = "", refused: Sequence[str] | None = None) -> None:
        call = await self._town.story_so_far(self._lines[CALLER])
        self._tell(words.ASKS, wish=words.WISHES[wish].in_(self._language).format(to=self._names.number(to)))
        try:
            await self._town.api.do(f"/live/calls/{call.id}/{wish}", {"to": to} if to else None)
        except ApiRefusedError as error:
            if refused is None or error.problem.get("rules") != list(refused):
                raise
            self._tell(words.NOT_DONE, rules=", ".join(refused), because=error.problem["because"])
            return
        if refused is not None:
            raise AssertionError(f"{wish} was carried out")

    async def _threat(self, who: str) -> None:
        if not (await self._town.story(self._lines[who])).told["threat"]:
            raise AssertionError("the call is not marked as a threat")
        self._tell(words.THREAT)

    # The check of greetings

    async def _checks(self, numbers: Sequence[str]) -> None:
        due = [normalise_caller(number) or number for number in numbers]
        self._checking = asyncio.create_task(check_greetings(self._town.settings, WorkingDay(), due))
        self._tell(words.CHECKS, numbers=", ".join(map(self._names.number, numbers)))

    async def _voicemail(self, number: str) -> None:
        line = await self._town.mobile(number, PATIENCE)
        await line.answer()
        spoken = len(line.voice) / RATE
        line.say(np.concatenate([line.voice] * (round(GREETS / spoken) + 2)))
        self._tell(words.VOICEMAIL, who=self._names.who(number))

    async def _in_person(self, number: str) -> None:
        """They say something short, hear what it is about, and the call ends by itself."""
        line = await self._town.mobile(number, PATIENCE)
        await line.answer()
        line.say(line.voice)
        self._tell(words.ANSWERS, who=self._names.who(number))
        voice = SpeechLibrary(self._town.settings.state, EspeakSynthesiser())
        told = voice.say(GreetingChecked(), Language.SV, WorkingDay().now())
        await line.hears(*told.files[:2], within=PATIENCE)
        self._tell(words.HEARS, who=self._names.who(number), words=told.words)
        await line.until_ended(PATIENCE)

    async def _checked(self, number: str, came: str) -> None:
        if self._checking is None:
            raise AssertionError("nothing is checked")
        results = {checked.number: checked.came for checked in await asyncio.shield(self._checking)}
        if results.get(normalise_caller(number) or number) != came:
            raise AssertionError(f"what came of it: {results}")
        self._tell(words.CHECKED[came], who=self._names.who(number))

    # What is sent out

    async def _texted(self, who: str, saying: str) -> None:
        number = normalise_caller(who)

        def received() -> list[str]:
            requests = self._own.gateway.requests
            return [each.fields["message"] for each in requests if each.fields["to"] == number]

        await until(received, within=PATIENCE, what=f"a text message to {who}")
        if received() != [saying]:
            raise AssertionError(f"it received {received()}")
        self._tell(words.TEXTED, who=self._names.number(who), words=saying)

    async def _mailed(self, who: str, what: str) -> None:
        person = self._town.person(who)
        address = (await self._town.api.get(f"/persons/{person.id}"))["email"]
        post = self._own.post
        mail = await until(lambda: post.mail_to(address), within=PATIENCE, what=f"a mail to {address}")
        said = self._lines[what].voice
        files = [
            attached.get_filename()
            for attached in mail.iter_attachments()
            if heard(samples_of_wav(attached.get_content()), said).hit
        ]
        if not files:
            raise AssertionError(f"what {what} said is not attached to {mail['Subject']!r}")
        self._tell(words.MAILED, who=person.name, subject=mail["Subject"], file=files[0])

    # A service that dies

    async def _laid_ready(self, who: str) -> None:
        self._ready[who] = await self._own.system.laid_ready(self._town.person(who).id)
        self._tell(words.READY, who=self._names.who(who))

    async def _service(self, state: str) -> None:
        system = self._own.system
        await (system.kill_service() if state == "killed" else system.start_service())
        self._tell(words.KILLED if state == "killed" else words.BACK)

    async def _referred(self, who: str, by: str = CALLER) -> None:
        file = self._ready[who]
        await self._lines[by].hears(file, within=length(file) + PATIENCE)
        self._tell(words.REFERRED, who=self._names.who(who))

    # A dialplan that is not ours

    async def _dialplan(
        self, script: str, gives: Mapping[str, str], shows: Sequence[str] = (), **arguments: str
    ) -> None:
        """``gives`` are variables that must come back so, ``shows`` others to tell."""
        asked = {"language": self._language, **arguments}
        variables = await ask(self._town.settings.agi_port, script, asked)
        self._tell(
            words.DIALPLAN, script=script, arguments=", ".join(f"{n}={v}" for n, v in arguments.items())
        )
        differing = {
            name: variables.get(name) for name, value in gives.items() if variables.get(name) != value
        }
        if differing:
            raise AssertionError(f"it is given {differing}")
        for name in (*gives, *shows):
            self._tell(words.GIVEN_BACK, name=name, value=variables[name])
