"""Where a call comes in: who rings, what was dialled, and which stage that leads to."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from hanvisa.calls.leaving import leaving
from hanvisa.calls.noticing import notice_confidential
from hanvisa.calls.outgoing import notice_private
from hanvisa.calls.prompts import OutsideFailed, UnknownNumber
from hanvisa.calls.refusing import tell_refused
from hanvisa.calls.ringing import outside_place, ring_or_refuse
from hanvisa.calls.stage import (
    Arriving,
    AtSwitchboard,
    BackToOperator,
    CallingOut,
    DialledCode,
    ReachingPerson,
    Stage,
    Talking,
    Transferred,
    runs,
)
from hanvisa.calls.stages.keying import say_wrong
from hanvisa.calls.stages.reaching import display_of
from hanvisa.calls.storing import stored
from hanvisa.calls.targets import read_dialled, stage_for, wanted_by
from hanvisa.policy.attendant import Wanted
from hanvisa.policy.codes import CodeFault, code_in, looks_like_code
from hanvisa.policy.facts import TargetKind
from hanvisa.policy.numbers import NumberKind, Reading, caller_language, normalise_caller

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


@runs(Arriving)
async def arrive(call: Call, _: Arriving) -> Stage | None:
    identify_caller(call)
    notice_private(call)
    call.tell(
        "opened",
        side=call.state.side,
        caller=call.caller.number,
        caller_person=str(call.caller.person or ""),
        called=call.state.dialled,
        language=call.language_of(call.caller),
        organisation=str(call.state.organisation or ""),
        private=bool(call.state.private),
    )
    is_ours = call.state.side == "phone"
    wanted = wanted_by(call, call.caller.person if is_ours else None, call.state.dialled)
    reading = read_dialled(call, wanted.number)
    if is_ours and (at_once := _at_once(call, wanted, reading)):
        return at_once
    inside = stage_for(call, reading)
    if isinstance(inside, ReachingPerson):
        inside = _for_operator(call, inside, wanted)
    elif wanted.message:
        await say_wrong(call, CodeFault.NO_PERSON)
        return None
    if is_ours and inside is None and looks_like_code(call.state.dialled):
        return DialledCode()
    await take_mark(call)
    if inside is not None:
        return inside
    if is_ours and reading.number is not None:
        return CallingOut()
    # A carrier's call never goes out again, whatever it asks for.
    call.tell("outcome", outcome="unknown_number")
    await call.say(UnknownNumber())
    return nearest_switchboard(call, reading) if call.state.side == "carrier" else None


def _at_once(call: Call, wanted: Wanted, reading: Reading) -> Stage | None:
    """A code, or 112, whatever operators dial before it."""
    if code_in(call.state.dialled, call.register) is not None:
        return DialledCode()
    if reading.kind is NumberKind.EMERGENCY:
        call.change(dialled=wanted.number)
        return CallingOut()
    return None


def _for_operator(call: Call, stage: ReachingPerson, wanted: Wanted) -> Stage:
    """An operator announces a caller first, or leaves a message themselves."""
    person = call.register.person(stage.person) if wanted.message else None
    return leaving(call, person) if person else replace(stage, past_referral=wanted.past_referral)


async def take_mark(call: Call) -> None:
    """M4: `*28#` was dialled on this phone before: this call is confidential, and uses the mark up."""
    account = call.caller.account
    if call.state.side == "phone" and call.register.is_marked(account):
        call.change(confidential=True)
        call.keep()  # before the phone's mark is taken: it would be nowhere
        call.tell(
            "signal", type="marked_confidential", person=str(call.caller.person or ""), confidential=True
        )
        # Where it can't be taken away now the next call is confidential as well: the stricter side.
        await stored(f"mark of {account}", call.house.directory.phone_changes.take_mark(account))


def nearest_switchboard(call: Call, reading: Reading) -> Stage | None:
    """The operators of those whose main number is most like the number that leads nowhere (same area, same block)."""
    mains = [row for row in call.register.numbers.rows if row.kind is TargetKind.SWITCHBOARD]
    if not mains or reading.number is None:
        return None
    nearest = max(mains, key=lambda row: _alike(row.number, reading.number or ""))
    return AtSwitchboard(nearest.target_id)


def _alike(one: str, other: str) -> int:
    """How many digits the numbers begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


@runs(Transferred)
async def send_on(call: Call, stage: Transferred) -> Stage | None:
    """The caller has been sent on: to one of ours, or to an outside number that the policy let through."""
    reading = read_dialled(call, stage.dialled)
    inside = stage_for(call, reading)
    if isinstance(inside, ReachingPerson):
        return replace(inside, past_referral=stage.past_referral)
    if inside is not None:
        return inside
    rung = await ring_or_refuse(
        call, [outside_place(reading)], call.house.settings.ring_person, display_of(call)
    )
    if rung.leg is not None:
        await call.connect(rung.leg)
        return Talking()
    if rung.is_refused:
        await tell_refused(call, rung)
    else:
        call.tell("outcome", outcome="outside_failed", why=rung.why)
        await call.say(OutsideFailed(rung.why))
    return BackToOperator(call.state.touched_by) if call.state.touched_by else None


def identify_caller(call: Call) -> None:
    """Find out whose phone or registered mobile is calling, in which language to speak, and for whom."""
    register = call.register
    if call.state.side == "phone":
        phone = register.phone_of_account(call.caller.account)
        if phone is None:
            return
        user = register.user_of(phone)
        extensions = register.extensions_of(TargetKind.PERSON, user) if user else ()
        call.change(
            caller=replace(call.caller, person=user, number=extensions[0].number if extensions else ""),
            organisation=phone.organisation_id,
        )
        notice_confidential(call)
        return
    number = normalise_caller(call.caller.number)
    mobile = register.mobile(number) if number else None
    call.change(
        # Asterisk's trunk endpoint is no phone of ours: a carrier's leg has no account.
        caller=replace(
            call.caller,
            account="",
            number=number or "",
            person=mobile.person_id if mobile else None,
            kind=NumberKind.MOBILE if mobile else NumberKind.FIXED,
            language=caller_language(number),
        ),
    )
