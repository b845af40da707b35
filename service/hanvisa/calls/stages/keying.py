"""A code dialled on a phone: carried out and confirmed by voice, or what is wrong with it is said (G1, M3, M4)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.call import LegTaken
from hanvisa.calls.decisions import decide, tell
from hanvisa.calls.desk import Desk
from hanvisa.calls.live_ports import LiveCall, Wish
from hanvisa.calls.prompts import (
    BackAgain,
    CodeWrong,
    ForwardingStopped,
    ForwardingTold,
    GuideRefused,
    NextCallConfidential,
    Noted,
    NothingSet,
    Prompt,
    Referral,
    TakenBack,
    TryLater,
)
from hanvisa.calls.stage import (
    DialledCode,
    Guiding,
    ListeningToMessages,
    Parking,
    PickingUp,
    RecordingOwn,
    Stage,
    SwitchingOpen,
    runs,
)
from hanvisa.calls.storing import stored
from hanvisa.errors import NotFound, PolicyRefused
from hanvisa.ids import new_id
from hanvisa.policy.absence import absence_at, compose_referral
from hanvisa.policy.codes import (
    CodeFault,
    EndAbsence,
    Forward,
    ListenToMessages,
    MarkNextCall,
    Meaning,
    OpenOrClose,
    Park,
    Pause,
    PickUp,
    Record,
    SetAbsence,
    StopForwarding,
    TakeBack,
    TellGuide,
    TellWhatIsSet,
    Wrong,
    understand,
)
from hanvisa.policy.confidentiality import has_confidential_line
from hanvisa.policy.facts import Absence, Forwarding, ForwardingKind, Person, TargetKind
from hanvisa.policy.forwarding import ForwardingFacts, days_left, decide_forwarding, fault_of, forwarding_at
from hanvisa.policy.guide import GuideFacts, superuser_to_ask
from hanvisa.policy.numbers import Reading, read_number

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from hanvisa.calls.call import Call


@runs(DialledCode)
async def carry_out(call: Call, _: DialledCode) -> Stage | None:
    if call.state.private:
        await say_wrong(call, CodeFault.PRIVATE)
        return None
    meaning = understand(
        call.state.dialled, call.register, call.caller.person, call.house.clock.now(), call.house.plan
    )
    match meaning:
        case OpenOrClose() | Pause() | ListenToMessages() | Park() | PickUp() | Record():
            return _stage_of(meaning)
        case Wrong(fault):
            await say_wrong(call, fault)
        case TellGuide(person):
            return await _begin_guide(call, person)
        case TellWhatIsSet(person):
            await _done(call, meaning, *_what_is_set(call, person))
        case TakeBack():
            await _take_back(call, meaning)
        case Forward():
            await _forward(call, meaning)
        case _:
            await _store(call, meaning, _change(call, meaning), *_confirmation(call, meaning))
    return None


def _stage_of(meaning: OpenOrClose | Pause | ListenToMessages | Park | PickUp | Record) -> Stage:
    """What takes more than a confirmation."""
    match meaning:
        case OpenOrClose():
            return SwitchingOpen()
        case Pause():
            return SwitchingOpen(pauses=True)
        case ListenToMessages(person):
            return ListeningToMessages(person.id)
        case Park(person):
            return Parking(person.id)
        case PickUp(person):
            return PickingUp(person.id)
        case Record(person, kind, absence):
            return RecordingOwn(person.id, kind, absence)


async def _begin_guide(call: Call, person: Person) -> Stage | None:
    facts = GuideFacts(call.register.is_superuser(person.id))
    decision = decide(facts)
    tell(call, facts, decision)
    if decision.allowed:
        return Guiding()
    superuser = superuser_to_ask(call.register, person)
    call.tell("outcome", outcome="code_refused")
    await call.say(GuideRefused(superuser.name if superuser else ""))
    return None


async def _take_back(call: Call, wanted: TakeBack) -> None:
    operator, desk = wanted.person.id, Desk(call.house)
    await call.answer()
    mine = [one for one in desk.calls() if one.confidential and one.operator == operator and one.other]
    # Those first that they have left: a talk of their own would end.
    for one in sorted(mine, key=lambda one: _has_part(one, operator)):
        with suppress(NotFound):  # it has ended meanwhile
            came = await desk.ask(one.id, Wish.TAKE_BACK, operator, consultation=call.id)
            if call.house.live.of_channel(call.caller.channel) is not call:
                raise LegTaken
            if came.what == "done":
                await _done(call, wanted, TakenBack())
                return
    await say_wrong(call, CodeFault.NO_CALL)


def _has_part(call: LiveCall, person: UUID) -> bool:
    return person in [party.person for party in (call.caller, call.other) if party]


async def _forward(call: Call, wanted: Forward) -> None:
    facts = forwarding_facts(call, wanted)
    decision = decide(facts)
    tell(call, facts, decision)
    fault = fault_of(facts)
    if fault is not None:
        await say_wrong(call, CodeFault(fault))
    elif not decision.allowed:  # the policy itself failed: nothing is set
        await call.say(TryLater())
    else:
        change = call.house.directory.phone_changes.forward(
            wanted.person.id,
            wanted.kind,
            wanted.target,
            facts.starts_at,
            wanted.until,
            judge=lambda others: decide_forwarding(
                replace(facts, to_mobiles=_to_mobiles(call, wanted.person, others))
            ),
            by=call.caller.account,
        )
        left = days_left(facts) if facts.target.kind.may_be_mobile else None
        number = facts.target.number or wanted.target
        await _store(call, wanted, change, Noted(), ForwardingTold(wanted.kind, number, wanted.until, left))


def forwarding_facts(call: Call, wanted: Forward) -> ForwardingFacts:
    """What is in the way of the new forwarding ends now, and so do its days."""
    register, now, person = call.register, call.house.clock.now(), wanted.person
    others = [
        replace(one, ends_at=now) if one.kind is wanted.kind and one.starts_at <= now < one.ends_at else one
        for one in register.forwardings_of(person.id)
    ]
    return ForwardingFacts(
        person=person,
        target=_read(call, person, wanted.target),
        starts_at=now,
        ends_at=wanted.until,
        now=now,
        confidential=has_confidential_line(register, TargetKind.PERSON, person.id),
        to_mobiles=_to_mobiles(call, person, others),
        limits=call.house.settings.forwarding,
    )


def _to_mobiles(call: Call, person: Person, forwardings: Iterable[Forwarding]) -> tuple[Forwarding, ...]:
    return tuple(one for one in forwardings if _read(call, person, one.target).kind.may_be_mobile)


def _change(call: Call, meaning: Meaning) -> Awaitable[None]:
    changes, now, by = call.house.directory.phone_changes, call.house.clock.now(), call.caller.account
    match meaning:
        case SetAbsence(person, reason, until):
            return changes.set_absence(person.id, reason.code, now, until, by=by)
        case EndAbsence(person):
            return changes.end_absences(person.id, now, by=by)
        case StopForwarding(person, kind):
            return changes.stop_forwarding(person.id, kind, now, by=by)
        case MarkNextCall():
            return changes.mark_next_call(by)
        case _:
            raise ValueError(f"{meaning} changes nothing")


def _confirmation(call: Call, meaning: Meaning) -> tuple[Prompt, ...]:
    match meaning:
        case SetAbsence(person, reason, until):
            new = Absence(new_id(), person.id, reason, call.house.clock.now(), until)
            return Noted(), *_as_callers_hear(call, person, new)
        case EndAbsence(person):
            return Noted(), BackAgain(person.name), *_forwardings_told(call, person)
        case MarkNextCall():
            return (NextCallConfidential(),)
        case _:
            return (ForwardingStopped(),)


async def _store(call: Call, meaning: Meaning, change: Awaitable[None], *confirmation: Prompt) -> None:
    try:
        was_stored = await stored(f"code {call.state.dialled}", change)
    except PolicyRefused:
        # Of a forwarding the limits were kept a moment ago: another one has come in between.
        fault = CodeFault.USED_UP if isinstance(meaning, Forward) else CodeFault.EMPTY_DEPARTMENT
        await say_wrong(call, fault)
        return
    if was_stored:
        await _done(call, meaning, *confirmation)
    else:
        call.tell("outcome", outcome="code_not_stored")
        await call.say(TryLater())


async def _done(call: Call, meaning: Meaning, *said: Prompt) -> None:
    person = getattr(meaning, "person", None)
    call.tell("outcome", outcome="code", why=type(meaning).__name__, person=str(person.id) if person else "")
    await call.say(*said)


async def say_wrong(call: Call, fault: CodeFault) -> None:
    call.tell("outcome", outcome="code_wrong", why=fault)
    await call.say(CodeWrong(fault))


def _what_is_set(call: Call, person: Person) -> tuple[Prompt, ...]:
    said = [*_as_callers_hear(call, person), *_forwardings_told(call, person)]
    if call.register.is_marked(call.caller.account):
        said.append(NextCallConfidential())
    return tuple(said) or (NothingSet(),)


def _as_callers_hear(call: Call, person: Person, *new: Absence) -> list[Prompt]:
    """The referral of who is absent now, of the ``new`` absences too: another may go before them, or last longer."""
    absent = absence_at((*call.register.absences_of(person.id), *new), call.house.clock.now())
    recordings = call.register.recordings_of(person.id)
    return [Referral.of(compose_referral(person, absent, recordings=recordings))] if absent else []


def _forwardings_told(call: Call, person: Person) -> list[Prompt]:
    """Those that are on."""
    forwardings, now = call.register.forwardings_of(person.id), call.house.clock.now()
    on = [one for kind in ForwardingKind if (one := forwarding_at(forwardings, now, kind))]
    return [_told(call, person, one) for one in on]


def _told(call: Call, person: Person, forwarding: Forwarding) -> Prompt:
    reading = _read(call, person, forwarding.target)
    return ForwardingTold(forwarding.kind, reading.number or forwarding.target, forwarding.ends_at)


def _read(call: Call, person: Person, target: str) -> Reading:
    organisation = call.register.organisation(person.organisation_id)
    return read_number(target, organisation, call.register, call.house.plan)
