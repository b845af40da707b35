"""Ringing: all the places where somebody may be had, at once, until one answers. The only maker of outgoing legs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.afterwards import Afterwards
from hanvisa.calls.call import CallerGone, new_id
from hanvisa.calls.gate import may_come, to_be_sent, to_consult, to_join
from hanvisa.calls.parties import (
    callers_held_by,
    is_in_confidence,
    is_kept_apart,
    mobile_on_line,
    newcomer,
    protected_callers,
    would_meet_a_mobile,
)
from hanvisa.calls.prompts import Why
from hanvisa.calls.signals import Answered, Channel, Entered, HungUp, Redirected
from hanvisa.calls.state import Leg
from hanvisa.calls.uses import PartyGone, ask
from hanvisa.errors import Gone, Refused, TelephonyError
from hanvisa.ids import node_of
from hanvisa.policy.facts import Operator, Person
from hanvisa.policy.model import Decision
from hanvisa.policy.numbers import NumberKind, Reading, e164_to_dial
from hanvisa.policy.transfer import Via

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

CARRIER = "carrier"  # the trunk's PJSIP endpoint
DIALLED_WITHIN = 5.0  # seconds: a leg to 112, which then rings untimed

_ANSWERS = {"PJSIP_HEADER(add,Call-Info)": "<sip:hanvisa>;answer-after=0"}
_BUSY_CAUSES = {17, 21}  # Q.850: user busy, call rejected
_UNREACHABLE_CAUSES = {
    1,
    3,
    18,
    20,
    27,
    38,
}  # no such number, no route, no user responding, subscriber absent, ...
_NONE_RANG = {Why.UNPLUGGED, Why.NOT_RUNG}


@dataclass(frozen=True, slots=True)
class Place:
    """One place to ring: a phone of ours (``account``) or an outside number (``digits``, as the carrier wants them)."""

    reading: Reading
    person: UUID | None = None
    account: str = ""
    digits: str = ""
    via: Via = Via.DIRECT

    def leg(self, channel: str) -> Leg:
        """That leads there."""
        return Leg(channel, self.account, self.person, self.reading.number or "", self.reading.kind)


@dataclass(frozen=True, slots=True)
class Display:
    """What the rung phone shows: a name (who is sought, or who rings) and the caller's number.

    ``answers``: it is to answer by itself, if it can.
    """

    name: str = ""
    number: str = ""
    answers: bool = False


@dataclass
class Rung:
    """What came of ringing: ``leg`` answered, or ``why`` nobody did.

    ``redirects`` are what the phones' 302s lead to; ``refusals`` the decisions that kept places from being rung;
    ``for_own_line``: the first was for a caller or a mobile on another line of who rings; ``mobile_on_line``: for a
    mobile there;
    ``is_tried``: there was a phone to ring, and it might be;
    ``is_kept_apart`` is true where a mobile would have been met there (O2, M4);
    ``is_lost``: no phone was heard of at all, for the proxy before several nodes is away: it may ring yet.
    """

    leg: Leg | None = None
    why: Why = Why.UNPLUGGED
    redirects: list[str] = field(default_factory=list)
    refusals: list[Decision] = field(default_factory=list)
    for_own_line: bool = False
    mobile_on_line: bool = False
    is_tried: bool = False
    is_kept_apart: bool = False
    is_lost: bool = False

    @property
    def is_refused(self) -> bool:
        """Nothing was rung, and a rule has forbidden it."""
        return bool(self.refusals) and not self.is_tried

    def after(self, before: Rung) -> Rung:
        """What came of ringing these after others: of both in what was refused, and of these in all else.

        Where no phone of these rang it is said why the others were not had, if they rang or might not.
        """
        first = before if before.refusals else self
        is_why_before = self.why in _NONE_RANG and (before.is_tried or before.refusals)
        return replace(
            self,
            why=before.why if is_why_before else self.why,
            refusals=[*before.refusals, *self.refusals],
            for_own_line=first.for_own_line,
            mobile_on_line=first.mobile_on_line,
            is_tried=before.is_tried or self.is_tried,
        )


async def ring(
    call: Call,
    places: Sequence[Place],
    seconds: float,
    display: Display,
    *,
    enough: Callable[[], bool] = lambda: False,
) -> Rung:
    """Ring these places together. The caller hears ringing meanwhile; raises CallerGone when they give up.

    It ends as well when a signal comes after which it is ``enough``. 112 rings for as long as the caller waits, once it
    is dialled; a leg that Asterisk does not dial is no one's.
    """
    rung = Rung()
    async with Afterwards(lambda: end_ringing(call, elsewhere=rung.leg is not None)):
        for place in places:
            await _start(call, place, display, rung)
        if call.rung:
            rung.is_tried = True
            rung.why = Why.NOT_RUNG  # until one is dialled
            await call.insist(call.house.control.ring, call.caller.channel)
            await _until_answered(call, seconds, rung, enough)
    if call.state.answered:
        await call.insist(call.house.control.stop_ringing, call.caller.channel)
    return rung


async def ring_or_refuse(call: Call, places: Sequence[Place], seconds: float, display: Display) -> Rung:
    """As `ring`. Where one was kept apart (O2, M4) it is asked anew, so that it is known by which rule."""
    rung = await ring(call, places, seconds, display)
    if rung.leg is None and rung.is_kept_apart:
        return await ring(call, places, seconds, display)
    return rung


async def start_ringing(call: Call, place: Place, display: Display) -> None:
    """Begin to ring the place; what comes of it comes to the call as signals of the leg in `Call.rung`."""
    await _start(call, place, display, Rung())


async def _start(call: Call, place: Place, display: Display, rung: Rung) -> None:
    judged = _minded_beside(call, place)
    if not await _may_ring(call, place, rung):
        _note(rung, Why.NOT_RUNG)
        return
    dial_strings = await _dial_strings(call, place)
    # Nothing is awaited from here until the leg is known: of two calls that would meet, one sees the other.
    if would_meet_a_mobile(call, place.leg("")) or not _minded_beside(call, place) <= judged:
        rung.why, rung.is_kept_apart = Why.BUSY, True
        return
    for dial_string in dial_strings:
        leg = place.leg(new_id("c", node_of(call.caller.channel)))
        call.rung[leg.channel] = leg
        call.house.live.bind(leg.channel, call)
        try:
            await call.house.control.create(
                leg.channel, dial_string, variables(call, display), call.caller.channel
            )
        except (Refused, Gone) as error:
            # Asterisk answers so when the phone is not registered: it is unplugged. The carrier never is.
            call.tell(
                "signal", type="unreachable", account=place.account, digits=place.digits, why=str(error)
            )
            forget(call, leg.channel)
            await call.make_sure_of_caller()  # else it is for them that no leg could be made
            if place.digits:
                _note(rung, Why.NOT_RUNG)
            continue
        call.tell(
            "signal",
            type="ringing",
            account=place.account,
            digits=place.digits,
            person=str(place.person or ""),
        )


async def _may_ring(call: Call, place: Place, rung: Rung) -> bool:
    """Whether the place may ring; a decision that keeps it from being rung is one of the refusals.

    Who has a caller on another line rings a mobile only as an exception, and the other way about: a conference in the
    phone can't be seen. A mobile that is sent on is judged as well.
    """
    by = call.caller.person
    in_confidence = _is_in_confidence(call, place)
    held = await callers_held_by(call) if place.reading.kind.may_be_mobile else None
    taken = call.state.exception
    consulted = []
    if held is not None:
        consulted.append(to_consult(call, place.reading, by, held))
    if (met := _mobile_beside(call, place)) is not None:
        theirs, mobile = met
        reading = replace(mobile.reading, confidential=in_confidence)
        consulted.append(to_consult(call, reading, by, [theirs], mobile_on_line=True, sought=False))
    to = replace(place.reading, confidential=place.reading.confidential or in_confidence)
    person = call.register.person(place.person) if place.person else None
    joined = [*to_be_sent(call, call.caller, to), to_join(call, place.reading, person, place.via)]
    try:
        answers = await ask(call, [*consulted, *joined], [call.caller], taken)
    except PartyGone:
        while True:
            await call.next()  # until the signal that says so ends the call
    if not answers.decision.allowed:
        if not rung.refusals:
            rung.for_own_line, rung.mobile_on_line = bool(consulted), met is not None
        rung.refusals.append(answers.decision)
        return False
    if consulted:
        call.change(exception=answers.exceptions[0])
    exception = call.state.exception
    if exception is not None and exception in answers.exceptions[len(consulted) :]:
        # One use lets the caller be joined once; whoever begins this stage anew has it still.
        before = (taken,) if exception == taken else ()
        call.change(exception=None, uses=(*call.state.uses, *before))
    return True


def _minded_beside(call: Call, place: Place) -> set[str]:
    """The other calls, by id, that whoever rings the place has on their lines, and that O2 or M4 keep from it."""
    if place.reading.kind.may_be_mobile:
        return {one.id for one in protected_callers(call, call.caller)} if call.caller.account else set()
    met = _mobile_beside(call, place)
    return {met[0].id} if met is not None else set()


def _is_in_confidence(call: Call, place: Place) -> bool:
    return call.state.confidential or (bool(place.account) and is_in_confidence(call, place.person))


def _mobile_beside(call: Call, place: Place) -> tuple[Call, Leg] | None:
    """The mobile on another line of whoever rings somebody whom it must not meet in their phone: outside, or M4."""
    in_confidence = _is_in_confidence(call, place)
    is_free = place.reading.kind is NumberKind.EMERGENCY or place.reading.kind.may_be_mobile
    is_minded = bool(place.digits) or in_confidence
    return mobile_on_line(call, in_confidence=in_confidence) if is_minded and not is_free else None


async def _dial_strings(call: Call, place: Place) -> tuple[str, ...]:
    if place.digits:
        return (f"PJSIP/{place.digits}@{CARRIER}",)
    return await _contacts(call, place.account)


async def _contacts(call: Call, account: str) -> tuple[str, ...]:
    try:
        return await call.house.control.dial_strings(call.caller.channel, account)
    except Gone as error:
        raise CallerGone from error


async def has_contact(call: Call, account: str) -> bool:
    """Whether the phone is to be had; so long as Asterisk can't tell, it is."""
    try:
        return bool(await call.house.control.dial_strings(call.caller.channel, account))
    except TelephonyError:
        return True


def variables(call: Call, display: Display) -> dict[str, str]:
    """What a rung leg is made with."""
    # The rung phone shows the connected line; `dial?caller=` would overwrite it.
    shown = {
        "HANVISA_CALL_ID": call.id,
        "CONNECTEDLINE(name,i)": display.name,
        "CONNECTEDLINE(num,i)": display.number,
    }
    return shown | (_ANSWERS if display.answers else {})


async def _until_answered(call: Call, seconds: float, rung: Rung, enough: Callable[[], bool]) -> None:
    now = asyncio.get_running_loop().time
    deadline, once_dialled = _deadlines(call, now(), seconds)
    while call.rung and not enough():
        signal = await call.next(None if deadline is None else max(0.0, deadline - now()))
        match signal:
            case None:
                rung.is_lost = await none_has_rung(call, call.rung)
                has_rung = rung.why is not Why.NOT_RUNG and not rung.is_lost
                rung.why = Why.NO_ANSWER if has_rung else Why.NOT_RUNG
                return
            case Entered(channel, _, replaced) if replaced is not None and replaced.id in call.rung:
                rung.leg = await _picked_up(call, channel, replaced.id)
                if rung.leg is not None:
                    return
            case Entered(channel) if channel.id in call.rung:
                # Before this Asterisk refuses to dial it.
                await _dial(call, channel.id, rung)
                deadline = once_dialled
            case Answered(channel) if channel in call.rung:
                rung.leg = await answered(call, channel)
                if rung.leg is not None:
                    return
                rung.why, rung.is_kept_apart = Why.BUSY, True
            case Redirected(channel, to) if channel in call.rung:
                # Asterisk would ring it thrice before it gave up.
                rung.redirects.append(to)
                await call.hang_up(channel)
                forget(call, channel)
            case HungUp(channel, cause) if channel in call.rung and cause:
                forget(call, channel)
                _note(rung, why_of(cause))


def _deadlines(call: Call, now: float, seconds: float) -> tuple[float | None, float | None]:
    """Until when is waited for an answer, before a leg is dialled and then. None: for as long as the caller waits."""
    if any(leg.kind is NumberKind.EMERGENCY for leg in call.rung.values()):
        return now + DIALLED_WITHIN, None
    return now + seconds, now + seconds


async def _dial(call: Call, channel: str, rung: Rung) -> None:
    """Where Asterisk does not do it the leg is ended: nobody would."""
    if not await is_dialled(call, channel):
        await call.hang_up(channel)
        forget(call, channel)
    elif rung.why is Why.NOT_RUNG:
        rung.why = Why.NO_ANSWER


async def is_dialled(call: Call, channel: str) -> bool:
    """Whether Asterisk rings with the leg that it has made, from now on."""
    control = call.house.control
    if await call.insist(control.dial, channel):
        return True
    with suppress(TelephonyError):
        return await control.has_rung(channel)  # only the answer was lost: what rings is not dialled again
    return False


def _note(rung: Rung, why: Why) -> None:
    """Why one of the legs came to nothing. Of several, one that is busy is told."""
    if rung.why is not Why.BUSY:
        rung.why = why


async def answered(call: Call, channel: str) -> Leg | None:
    """The leg that rang and has been answered, which the caller is to be joined to.

    None, hung up and free: they have rung a mobile while their phone rang, or somebody has marked the call (O2, M4).
    """
    leg = call.rung.pop(channel)
    if is_kept_apart(call, leg):
        await call.hang_up(channel)
        forget(call, channel)
        return None
    call.promised = leg
    return leg


async def none_has_rung(call: Call, channels: Iterable[str]) -> bool:
    """Nothing was heard of the phones on these channels: the proxy before several nodes is away.

    So long as Asterisk can't tell, one has rung. A phone that is dead is none that is lost: the proxy tells of it.
    """
    if not node_of(call.caller.channel):
        return False
    try:
        return not any([await call.house.control.has_rung(channel) for channel in channels])
    except TelephonyError:
        return False


def why_of(cause: int) -> Why:
    """Why a leg with this Q.850 cause was not answered."""
    if cause in _BUSY_CAUSES:
        return Why.BUSY
    return Why.UNPLUGGED if cause in _UNREACHABLE_CAUSES else Why.NO_ANSWER


async def _picked_up(call: Call, channel: Channel, replaced: str) -> Leg | None:
    """Somebody has taken the call from a phone that rang (INVITE with Replaces). None: refused, and undone."""
    leg = newcomer(call, channel)
    if not await may_come(call, leg, call.caller, Via.REPLACES):
        await call.hang_up(leg.channel)
        return None
    call.house.live.bind(leg.channel, call)
    call.promised = leg
    await call.hang_up(replaced)
    forget(call, replaced)
    return leg


async def end_ringing(call: Call, *, elsewhere: bool = False) -> None:
    """No phone rings any more; who waits looks again once, however many are free.

    ``elsewhere``: the call has been taken somewhere, and the other phones show no missed call.
    """
    reason, rang = "answered_elsewhere" if elsewhere else "normal", list(call.rung)
    for channel in rang:
        await call.hang_up(channel, reason)
        _let_go(call, channel)
    if rang:
        call.house.queues.wake()


def forget(call: Call, channel: str) -> None:
    """The leg that rang is nobody's any more, and whoever was rung is free."""
    _let_go(call, channel)
    call.house.queues.wake()


def _let_go(call: Call, channel: str) -> None:
    call.rung.pop(channel, None)
    call.house.live.release(channel)


def phone_places(call: Call, person: Person, via: Via = Via.DIRECT) -> list[Place]:
    """The person's phones."""
    inside = Reading(kind=NumberKind.INTERNAL, number=None)
    return [Place(inside, person.id, phone.account, via=via) for phone in call.register.phones_of(person.id)]


def operator_places(call: Call, operator: Operator) -> list[Place]:
    """The phone the operator sits at, and their own."""
    inside = Reading(kind=NumberKind.INTERNAL, number=None)
    accounts = call.register.accounts_of(operator)
    return [Place(inside, operator.person_id, account) for account in accounts]


def outside_place(reading: Reading, person: UUID | None = None, via: Via = Via.DIRECT) -> Place:
    return Place(reading, person, digits=e164_to_dial(reading) or "", via=via)
