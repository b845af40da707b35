"""One call of the demo: its steps are carried out, checked, and told.

What a line of demo/calls/*.toml can say. ``WHO`` is "caller", the account of a phone, or the number of a mobile.

=========================================  =============================================================
absent = ACCOUNT, reason = CODE, hours = N the person is absent from now (hours left out: until cancelled)
exception = MOBILE, reason = ..., hours    an exception to O2 for that mobile; revoked = MOBILE ends it
operator = ACCOUNT, state = ...            the operator is open or closed
busy = ACCOUNT, unplugged = ACCOUNT        the phone is; free = ACCOUNT: it is not busy any more
caller = NUMBER, dials = NUMBER            somebody outside rings
phone = ACCOUNT, dials = NUMBER            a phone rings out; the line is then called "ACCOUNT second line"
rings = WHO, answers = WHO                 it rings there, and stays unanswered, or is answered
talk = WHO, to = WHO                       the caller (or whom ``to`` names) and WHO hear each other
hears = WORDS, by = WHO, in = WHO, to = .. these words were commanded (in the call that ``in`` made; to its caller or
                                           the other, where both hear them), and exactly their files reach that ear
unsaid = WORD, quiet = WHO                 nothing with that word was commanded; that phone has not rung
says = WHO, heard = WHO, by = WHO          WHO speaks while they are recorded; it reaches that ear
toned = WHO                                the soft tone of a long talk with a mobile reaches that ear
presses = KEYS, by = WHO                   the caller does, or WHO
transfers = ACCOUNT, to = NUMBER           a blind transfer; with refused = 603 it must be refused so
holds = ACCOUNT, resumes = ACCOUNT         the operator's call
decided = EFFECT, rules = [...]            the call's log has that decision, by these rules
texted = MOBILE, saying = WORDS            it receives one text message, with these words
mailed = ACCOUNT, what = WHO               the person gets a mail, to which the sound of what WHO said is attached
ends = WHO, hangs_up = WHO                 that line has ended; that one hangs up
asks = WISH, to = NUMBER, refused = [...]  the operator asks it of the caller's call by the API; refused: by these rules
threat = WHO                               the call that WHO made is marked as a threat
checks = [MOBILE, ...]                     `hanvisa greetings check` of these begins, as at ten on a working day
voicemail = MOBILE, in_person = MOBILE     it is answered by a voicemail, or by somebody who hears what it is about
checked = MOBILE, came = ...               the check has ended, and that came of it
dialplan = SCRIPT, gives = {...}, ...      a dialplan that is not ours asks over FastAGI; it is given these variables
ready = ACCOUNT                            the referral of that person lies ready for Asterisk alone
service = killed, service = back           the service dies at once; it is started again
referred = ACCOUNT, by = WHO               what lay ready reaches that ear
api = REQUEST, by = ACCOUNT, does = {...}  that person asks it of the API, with their own account and its roles
  body = {...}, refused = [...]            refused: by these rules
  gives = {...}, shows = [...]             what must stand where in the answer; what of it is told besides
  keeps = {...}                            what of it later steps call {NAME}
=========================================  =============================================================
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from hanvisa.calllog import vocabulary
from hanvisa.errors import InvalidInput
from hanvisa.lab.alaw import RATE, decode
from hanvisa.lab.demo import words
from hanvisa.lab.demo.at_register import AtRegister
from hanvisa.lab.demo.beside import Beside
from hanvisa.lab.demo.calls import CALLER, DemoCall, Step
from hanvisa.lab.demo.given import Given
from hanvisa.lab.demo.names import Names
from hanvisa.lab.demo.own_system import OwnSystem
from hanvisa.lab.hearing import is_silent, length
from hanvisa.lab.lines import Line, Phone, TransferRefusedError
from hanvisa.lab.town import Town
from hanvisa.lab.waiting import until
from hanvisa.policy.model import Language, Text
from hanvisa.speech import audio

LOCAL = ZoneInfo("Europe/Stockholm")
SECOND_LINE = " second line"
PATIENCE = 10.0  # seconds for what should come at once
WORDS = 3  # times that somebody says what is their own
TONE = decode(audio.tone())
PIECES = 5  # of a speech that are waited for: the rest are the ways on


class Scene:
    """``told`` are the sentences so far."""

    def __init__(self, town: Town, call: DemoCall, language: Language, own: OwnSystem | None = None) -> None:
        self.told: list[str] = []
        self.given = Given(town)
        self._town = town
        self._call = call
        self._language = language
        self._names = Names(town.register, language)
        self._phones: dict[str, Phone] = {}
        self._lines: dict[str, Line] = {}
        self._exceptions: dict[str, Any] = {}
        self._beside = Beside(town, language, self._names, self._lines, self.tell, own=own)
        self._at_register = AtRegister(town, language, self._names, self.given, self.tell)
        self._ringing = town.settings.ring_person + PATIENCE
        self._verbs: dict[str, Callable[..., Awaitable[None]]] = {
            "absent": self._absent,
            "exception": self._exception,
            "revoked": self._revoked,
            "operator": self._operator,
            "busy": self._busy,
            "free": self._free,
            "unplugged": self._unplugged,
            "caller": self._rings_in,
            "phone": self._rings_out,
            "rings": self._rings,
            "answers": self._answers,
            "talk": self._talk,
            "hears": self._hears,
            "unsaid": self._unsaid,
            "quiet": self._quiet,
            "says": self._says,
            "heard": self._heard,
            "toned": self._toned,
            "presses": self._presses,
            "transfers": self._transfers,
            "holds": self._holds,
            "resumes": self._resumes,
            "decided": self._decided,
            "ends": self._ends,
            "hangs_up": self._hangs_up,
            **self._beside.verbs,
            **self._at_register.verbs,
        }

    async def begin(self) -> None:
        for account in self._call.phones:
            is_small = account in self._call.siplets
            plug_in: Callable[[str], Awaitable[Phone]] = self._town.siplet if is_small else self._town.phone
            phone = self._phones[account] = await plug_in(account)
            phone.forget()

    async def do(self, step: Step) -> None:
        """Carry a step out.

        Raises:
            AssertionError: something differs from what the step expects.
            InvalidInput: there is no such step.
        """
        verb = self._verbs.get(step.verb)
        if verb is None:
            raise InvalidInput(
                f"A step of the demo can't be {step.verb!r}; it can be {', '.join(self._verbs)}."
            )
        await verb(
            step.what, **{f"{name}_" if name == "in" else name: one for name, one in step.more.items()}
        )

    async def end(self) -> list[str]:
        """Everybody hangs up, the phones are unplugged, what was set is taken back; gives what could not be."""
        await self._beside.end()
        await self._at_register.end()
        for line in self._lines.values():
            if not line.has_ended:
                await line.hangup()
        for phone in self._phones.values():
            await phone.hang_up_all()
            await phone.unplug()
            phone.forget()
        return await self.given.take_back()

    def tell(self, text: Text, **values: Any) -> None:
        sentence = text.in_(self._language).format(**values)
        self.told.append(sentence[:1].upper() + sentence[1:])

    # Given

    async def _absent(self, who: str, reason: str, hours: float | None = None) -> None:
        end = await self.given.absent(who, reason, hours)
        known = self._town.register.reason(reason)
        self.tell(
            words.ABSENT,
            who=self._names.who(who),
            reason=known.name.in_(self._language) if known else reason,
            until=words.UNTIL.in_(self._language).format(at=end.astimezone(LOCAL)) if end else "",
        )

    async def _exception(self, who: str, reason: str, hours: float) -> None:
        self._exceptions[who] = await self.given.exception(who, reason, hours)
        self.tell(words.EXCEPTION, who=self._names.who(who), reason=reason)

    async def _revoked(self, who: str) -> None:
        await self.given.revoke(self._exceptions[who])
        self.tell(words.REVOKED)

    async def _operator(self, who: str, state: str) -> None:
        await self.given.operator(who, state)
        self.tell(words.OPEN if state == "open" else words.CLOSED, who=self._names.who(who))

    async def _busy(self, who: str) -> None:
        self._phones[who].busy = True
        self.tell(words.BUSY, who=self._names.who(who))

    async def _free(self, who: str) -> None:
        self._phones[who].busy = False
        self.tell(words.FREE, who=self._names.who(who))

    async def _unplugged(self, who: str) -> None:
        self.tell(words.UNPLUGGED, who=self._names.who(who))

    # Who rings whom

    async def _rings_in(self, number: str, dials: str) -> None:
        self._lines[CALLER] = await self._town.citizen(number, dials=dials)
        self.tell(words.CALLS, caller=self._names.number(number), **self._names.dialled(dials))

    async def _rings_out(self, who: str, dials: str) -> None:
        line = await self._phones[who].call(dials)
        self._lines[who + SECOND_LINE] = line
        self.tell(words.DIALS, who=self._names.who(who), **self._names.dialled(dials))

    async def _rings(self, who: str) -> None:
        self._lines[who] = await self._next_at(who)
        self.tell(words.RINGS, who=self._names.who(who))

    async def _answers(self, who: str) -> None:
        self._lines[who] = line = await self._next_at(who)
        await line.answer()
        self.tell(words.ANSWERS, who=self._names.who(who))

    async def _next_at(self, who: str) -> Line:
        if who in self._phones:
            return await self._phones[who].rings(self._ringing)
        return await self._town.mobile(who, self._ringing)

    # What they hear

    async def _talk(self, who: str, to: str = CALLER) -> None:
        await self._lines[to].talks_to(self._lines[who], within=PATIENCE)
        self.tell(words.TALK, one=self._who(to), other=self._who(who))

    async def _hears(self, said: str, by: str = CALLER, in_: str = CALLER, to: str = "") -> None:
        line = self._lines[by]
        of = line if by.endswith(SECOND_LINE) else self._lines[in_]
        speech = await self._town.commanded(of, said, to=to, within=self._ringing)
        awaited = [file for file in speech.files if not is_silent(file)][:PIECES]
        # Listening costs: it begins when all can have been said, for other calls are on at the same time.
        await asyncio.sleep(sum(map(length, awaited)))
        await line.hears(*awaited, within=PATIENCE)
        self.tell(words.HEARS, who=self._who(by), words=speech.words)

    async def _says(self, who: str) -> None:
        line = self._lines[who]
        await until(lambda: self._is_recorded(line), within=self._ringing, what=f"{who} recorded")
        began = monotonic()
        for _ in range(WORDS):
            line.say(line.voice)
        spoken = WORDS * len(line.voice) + RATE / 4
        await until(lambda: len(line.recording.since(began)) > spoken, what=f"the words of {who} spoken")
        self.tell(words.SAYS, who=self._who(who))

    async def _is_recorded(self, line: Line) -> bool:
        signals = (await self._town.story_so_far(line)).events("signal")
        return any(signal["type"] == "recording" for signal in signals)

    async def _heard(self, who: str, by: str) -> None:
        await self._lines[by].hears(self._lines[who].voice, within=self._ringing)
        self.tell(words.HEARS_SOMEBODY, who=self._who(by), speaker=self._who(who))

    async def _toned(self, who: str) -> None:
        await self._lines[who].hears(TONE, within=self._town.settings.mobile_tone_after + PATIENCE)
        self.tell(words.TONED, who=self._who(who))

    async def _unsaid(self, word: str) -> None:
        for speech in (await self._town.story(self._lines[CALLER])).spoken:
            if word.casefold() in speech.words.casefold():
                raise AssertionError(f"{word!r} was said: {speech.words!r}")
        self.tell(words.UNSAID, word=word)

    async def _quiet(self, who: str) -> None:
        rang = self._phones[who].has_rung if who in self._phones else self._town.carrier.rang(who)
        if rang:
            raise AssertionError(f"{who} rang")
        self.tell(words.QUIET if who in self._phones else words.QUIET_MOBILE, who=self._names.who(who))

    # What they do

    async def _presses(self, key: str, by: str = CALLER) -> None:
        await self._lines[by].press(key)
        self.tell(words.PRESSES, who=self._who(by), key=key)

    async def _transfers(self, who: str, to: str, refused: int | None = None) -> None:
        self.tell(words.TRANSFERS, who=self._names.who(who), **self._names.dialled(to))
        try:
            await self._lines[who].transfer(to)
        except TransferRefusedError as error:
            if refused is None or error.status != refused:
                raise
            self.tell(words.REFUSED, status=f"{refused} Decline", who=self._names.who(who))
            return
        if refused is not None:
            raise AssertionError(f"the transfer to {to} was carried out")

    async def _holds(self, who: str) -> None:
        await self._lines[who].hold()
        self.tell(words.HOLDS, who=self._names.who(who))

    async def _resumes(self, who: str) -> None:
        await self._lines[who].resume()
        self.tell(words.RESUMES, who=self._names.who(who))

    async def _ends(self, who: str) -> None:
        await self._lines[who].until_ended(self._ringing)
        self.tell(words.CALLER_ENDS if who == CALLER else words.ENDS, who=self._who(who))

    async def _hangs_up(self, who: str) -> None:
        await self._lines[who].hangup()
        self.tell(words.HANGS_UP, who=self._who(who))

    # What came of it

    async def _decided(self, effect: str, rules: Sequence[str] | None = None, in_: str = CALLER) -> None:
        async def found() -> dict[str, Any] | None:
            decisions = (await self._town.story_so_far(self._lines[in_])).decisions
            fitting = [one for one in decisions if one["effect"] == effect and _names(one, rules)]
            made = [(one["effect"], one["rules"]) for one in decisions]
            assert fitting, f"decided was {made}"  # noqa: S101 - until tells it
            return fitting[0]

        expected = f"{effect} by {', '.join(rules or ('any rule',))}"
        decision = await until(found, within=PATIENCE, what=f"the decision {expected}")
        self.tell(
            vocabulary.DECIDED if decision["rules"] else vocabulary.DECIDED_BY_NO_RULE,
            effect=vocabulary.EFFECTS[effect].in_(self._language),
            rules=", ".join(decision["rules"]),
            because=decision["because"][self._language],
        )
        instead = " ".join(each["text"][self._language] for each in decision["alternatives"])
        if effect == "refuse" and instead:
            self.tell(vocabulary.INSTEAD, what=instead)

    def _who(self, who: str) -> str:
        if who == CALLER:
            return words.THE_CALLER.in_(self._language)
        if who.endswith(SECOND_LINE):
            name = self._names.who(who.removesuffix(SECOND_LINE))
            return words.SECOND_LINE.in_(self._language).format(name=name)
        return self._names.who(who)


def _names(decision: dict[str, Any], rules: Sequence[str] | None) -> bool:
    return rules is None or list(decision["rules"]) == list(rules)
