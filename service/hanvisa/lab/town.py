"""The people around a running system: phones by account, citizens and mobiles at the carrier, and the call log.

async with town(settings, Town) as people:
    caller = await people.citizen("0980319244", dials="0980319201")
    anna = await people.phone("hallefors-201")
    line = await anna.rings()
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, timedelta
from time import monotonic
from typing import TypeVar

from hanvisa.config import Settings
from hanvisa.directory.existing import existing_database
from hanvisa.lab.api import Api
from hanvisa.lab.carrier import Carrier
from hanvisa.lab.hearing import Hearing
from hanvisa.lab.ladder import ladder
from hanvisa.lab.lines import Line, Phone
from hanvisa.lab.newcomer import read_register
from hanvisa.lab.phones import Exchange
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.siplet_line import SipletLine
from hanvisa.lab.stories import Heard, Story
from hanvisa.lab.waiting import until
from hanvisa.policy.facts import Person
from hanvisa.policy.register import Register
from hanvisa.web.tokens import create_token

_CLOCKS = timedelta(seconds=1)
_SETTLING = 15.0
_STORING = 0.1  # seconds

TownT = TypeVar("TownT", bound="Town")


@asynccontextmanager
async def town(settings: Settings, kind: type[TownT], language: str = "en") -> AsyncIterator[TownT]:
    """The people around the system with these settings, which must be up. Their phones are at its SIP port + 10.

    ``language`` is the one that the API's sentences come in.
    """
    trace: list[str] = []
    switch = f"{settings.sip_host}:{settings.sip_port}"
    carrier = await Carrier.start(settings.carrier_host, settings.carrier_port, switch=switch, trace=trace)
    try:
        async with (
            Exchange(settings.sip_port + 10, trace=trace) as exchange,
            Api(web_of(settings), await make_token(settings, "admin"), language) as api,
        ):
            people = kind(settings, exchange, carrier, api, await read_register(settings))
            yield people
            await people.go_home()
    finally:
        await carrier.close()


def web_of(settings: Settings) -> str:
    return f"http://{settings.web_host}:{settings.web_port}"


async def make_token(settings: Settings, role: str, scope: str = "", name: str = "lab") -> str:
    """A new token of the API for the user of that name, as `hanvisa token create` makes it. Raises HanvisaError."""
    async with existing_database(settings.database_url) as database:
        return await create_token(database, role, name, scope)


async def phone_password(settings: Settings, account: str) -> str:
    """The phone's password, which the service makes when it first sees the phone in the register."""
    secrets = settings.state / "secrets.json"
    return await until(
        lambda: json.loads(secrets.read_text()).get("phones", {}).get(account),
        within=_SETTLING,
        what=f"a password for {account}",
    )


class Town:
    """Everybody with a telephone, and the register they stand in."""

    def __init__(
        self, settings: Settings, exchange: Exchange, carrier: Carrier, api: Api, register: Register
    ) -> None:
        self.settings = settings
        self.carrier = carrier
        self.api = api
        self.register = register
        self.trace = exchange.trace
        self.switch = f"{settings.sip_host}:{settings.sip_port}"
        self._exchange = exchange
        self._siplets: dict[str, Siplet] = {}
        self._phones: dict[str, Phone] = {}

    # Telephones

    async def phone(self, account: str) -> Phone:
        """The phone of this account, plugged in."""
        password = await phone_password(self.settings, account)
        phone = await self._exchange.phone(account, password, self.switch)
        if account not in self._phones:  # what rang it while the others went home is nobody's any more
            phone.forget()
        self._phones[account] = phone
        await self._plug_in(phone)
        return phone

    async def siplet(self, account: str) -> Siplet:
        """A phone of this account that can do odd things: redirect, vanish, send garbage."""
        if account not in self._siplets:
            self._siplets[account] = await Siplet.open(
                self.settings.sip_host,
                0,
                account,
                await phone_password(self.settings, account),
                registrar=self.switch,
                trace=self.trace,
            )
        await self._plug_in(self._siplets[account])
        return self._siplets[account]

    async def citizen(self, number: str | None, *, dials: str) -> SipletLine:
        """Somebody outside rings in. Without a number it is withheld."""
        return await self.carrier.call(dials, from_=number)

    async def mobile(self, number: str, within: float = 5.0) -> SipletLine:
        """The mobile (or any telephone outside) rings; the call is still to be answered."""
        return await self.carrier.rings_at(number, within)

    async def go_home(self) -> None:
        """Everybody hangs up and is unplugged, and forgets. Odd phones are thrown away.

        Who can't is told of when all others have: the next call meets nobody of this one.
        """
        siplets, phones = list(self._siplets.values()), list(self._phones.values())
        self._siplets.clear()
        self._phones.clear()
        async with AsyncExitStack() as last:  # what is put in first is done last
            last.callback(self.trace.clear)
            for phone in phones:
                last.callback(phone.forget)
                last.push_async_callback(phone.unplug)
                last.push_async_callback(phone.hang_up_all)
            for siplet in siplets:
                last.push_async_callback(siplet.close)
                last.push_async_callback(siplet.unplug)
            last.callback(self.carrier.forget)
            last.push_async_callback(self.carrier.hang_up_all)

    def lines(self) -> list[Line]:
        """All ends of calls since everybody went home."""
        return [
            line
            for phone in (self.carrier, *self._siplets.values(), *self._phones.values())
            for line in phone.lines
        ]

    # Who is who

    def person(self, who: str) -> Person:
        """A person by their phone's account, or by a part of their name that is only theirs."""
        phone = self.register.phone_of_account(who)
        if phone is not None and phone.owner_id is not None:
            owner = self.register.person(phone.owner_id)
            assert owner is not None, f"the owner of {who} is not in the register"  # noqa: S101
            return owner
        named = [each for each in self.register.persons.rows if who.casefold() in each.name.casefold()]
        if len(named) != 1:
            raise AssertionError(f"{who!r} names {len(named)} people: {[each.name for each in named]}")
        return named[0]

    @asynccontextmanager
    async def api_of(self, who: str, role: str) -> AsyncIterator[Api]:
        """The API as this person uses it, in this role."""
        token = await make_token(self.settings, role, str(self.person(who).id), who)
        async with Api(web_of(self.settings), token) as api:
            yield api

    def direct_number(self, who: str) -> str:
        """The number under which a citizen reaches this person, E.164."""
        number = self.register.direct_number(self.person(who))
        if number is None:
            raise AssertionError(f"{who} has no direct number")
        return number

    # What the log tells

    async def story(self, line: Line, *, within: float = 5.0) -> Story:
        """The call that this line made, as the call log has it by now: with all that has happened until now."""
        quiet = 2 * self.settings.log_linger + _STORING
        seen, since = -1, monotonic()

        async def settled() -> Story | None:
            nonlocal seen, since
            story = await self.story_so_far(line, within=within)
            steps = len(story.told["events"])
            if steps != seen:
                seen, since = steps, monotonic()
            return story if monotonic() - since >= quiet else None

        return await until(settled, within=within + quiet, what=f"all of {line.name}'s call in the log")

    async def story_so_far(self, line: Line, *, within: float = 5.0) -> Story:
        """The call that this line made, as far as it has reached the call log: to wait there for something."""
        newest = await until(
            lambda: self._call_of(line), within=within, what=f"{line.name}'s call in the log"
        )
        return Story(await self.api.get(f"/calls/{newest}"))

    async def explanation(self, line: Line) -> str:
        """Why the caller heard what they heard, in words."""
        story = await self.story(line)
        return await self.api.text(f"/calls/{story.id}/explain", language="sv")

    async def commanded(self, caller: Line, words: str, *, to: str = "", within: float = 8.0) -> Heard:
        """Wait until the log of this caller's call says that these words were commanded to be heard.

        ``to`` is by whom: caller or other, where not by either.
        """
        last: list[Story] = []

        async def saying() -> Heard | None:
            last[:] = [await self.story_so_far(caller)]
            return last[0].saying(words, to)

        def unsaid() -> str:
            spoken = [each.words for story in last for each in story.spoken]
            return f"{words!r} spoken in {caller.name}'s call (spoken so far: {spoken})"

        return await until(saying, within=within, what=unsaid)

    async def hears(
        self,
        line: Line,
        words: str,
        *,
        in_call_of: Line | None = None,
        pieces: int | None = None,
        within: float = 8.0,
    ) -> list[Hearing]:
        """The log says that these words were commanded, and exactly their files reach this ear, one after the other.

        ``in_call_of`` is the caller whose call it is, where it isn't the line's own (what an operator is told);
        ``pieces`` is how many files are waited for, None for all of them, -1 for all but the last.
        """
        speech = await self.commanded(in_call_of or line, words, within=within)
        return await line.hears(*speech.files[:pieces], within=within, others=self._rivals(speech))

    def _rivals(self, _: Heard) -> Sequence[str]:
        """The phrases that what is heard must differ from by the margin. It takes a while for each."""
        return ()

    def ladder(self) -> str:
        """The SIP ladder of all that went on since everybody went home."""
        carrier = f"{self.settings.carrier_host}:{self.settings.carrier_port}"
        phones = f"{self.settings.sip_host}:{self.settings.sip_port + 10}"
        return ladder(self.trace, {phones: "phones", self.switch: "switch", carrier: "carrier"})

    async def _call_of(self, line: Line) -> str | None:
        since = (line.began - _CLOCKS).astimezone(UTC)
        for call in await self.api.items("/calls", since=since.isoformat()):
            if self._made(line, call["caller"], (call["caller_person"] or {}).get("id")):
                return str(call["id"])
        return None

    def _made(self, line: Line, caller: str, person: str | None) -> bool:
        phone = self.register.phone_of_account(line.name)
        if phone is not None:
            return person == str(phone.owner_id) if phone.owner_id else person is None and not caller
        if line.name == self.carrier.name:
            return caller in ("", "anonymous")
        return bool(caller) and caller.lstrip("+").removeprefix("46") == line.name.lstrip("+0").removeprefix(
            "46"
        )

    async def _plug_in(self, phone: Phone) -> None:
        """Register, and again until Asterisk has read the phone's account."""

        async def registered() -> bool:
            await phone.plug_in()
            return True

        await until(registered, within=_SETTLING, what=f"{phone.name} registered")
