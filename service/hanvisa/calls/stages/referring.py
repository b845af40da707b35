"""The referral: who is not to be had, why, until when, when best reached, and the ways on (G1, G2, O1)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.decisions import UnansweredFacts, decide, tell
from hanvisa.calls.prompts import (
    DepartmentEmpty,
    Goodbye,
    MobileNumber,
    Offer,
    Offers,
    Prompt,
    Referral,
    UnknownNumber,
    Why,
)
from hanvisa.calls.stage import AtSwitchboard, Referring, ReferringDepartment, Stage, runs
from hanvisa.policy.absence import absence_at, compose_referral, mobile_number_to_tell
from hanvisa.policy.facts import Person, TargetKind
from hanvisa.policy.model import Language

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


@runs(Referring)
async def refer(call: Call, stage: Referring) -> Stage | None:
    person = call.register.person(stage.person)
    if person is None:  # ended in the register since the stage was written
        await call.say(UnknownNumber())
        return None
    unreferred = stage.why is not Why.ABSENT
    if unreferred:
        facts = UnansweredFacts(person, stage.why, call.touched, call.register.direct_number(person))
        tell(call, facts, decide(facts))
    call.tell("outcome", outcome="referred", why=stage.why, person=str(person.id), unreferred=unreferred)
    mobile = mobile_number_to_tell(
        person, call.register.mobiles_of(person.id), confidential=call.state.confidential
    )
    number = MobileNumber(person.name, mobile) if mobile else None
    return await _ways_on(call, _referral(call, person, stage.why), number, person.organisation_id, stage)


@runs(ReferringDepartment)
async def refer_department(call: Call, stage: ReferringDepartment) -> Stage | None:
    department = call.register.department(stage.department)
    if department is None:
        await call.say(UnknownNumber())
        return None
    call.tell("outcome", outcome="referred", why="nobody", department=str(department.id))
    numbers = call.register.numbers_of(TargetKind.DEPARTMENT, department.id)
    empty = DepartmentEmpty(department.name, numbers[0].number if numbers else None)
    return await _ways_on(call, empty, None, department.organisation_id, None)


def _referral(call: Call, person: Person, why: Why) -> Referral:
    now = call.house.clock.now()
    # O1: whom an operator has sent on hears the direct number, for a new call.
    direct = call.register.direct_number(person) if call.touched else None
    content = compose_referral(person, absence_at(call.register.absences_of(person.id), now), why, direct)
    return Referral(
        name=content.name,
        why=why,
        spoken_reason=content.spoken_reason,
        until=content.until,
        until_is_date=content.until_is_date,
        best_reached=content.best_reached,
        direct_number=content.direct_number,
    )


async def _ways_on(
    call: Call, said: Prompt, mobile: MobileNumber | None, organisation: UUID, sought: Referring | None
) -> Stage | None:
    """Say it, then what the caller can do; keys interrupt the speech. No key: goodbye."""
    switchboard = call.register.switchboard_of(organisation)
    first: Prompt | None = said
    while True:
        offers_ = _offers(call, mobile=mobile is not None, operator=switchboard is not None)
        prompts = (first, offers_) if first else (offers_,)
        match await call.say(*prompts) or await call.key(call.house.settings.key_wait):
            case Offer.AGAIN:
                first = said
            case Offer.ENGLISH if call.state.language is Language.SV:
                call.change(language=Language.EN)
                first = said
            case Offer.MOBILE_NUMBER if mobile:
                first = mobile
            case Offer.OPERATOR if switchboard:
                if sought is None:
                    return AtSwitchboard(switchboard.id)
                return AtSwitchboard(switchboard.id, sought=sought.person, why=sought.why)
            case None:
                await call.say(Goodbye())
                return None
            case _:
                first = None


def _offers(call: Call, *, mobile: bool, operator: bool) -> Offers:
    offered = {
        Offer.MOBILE_NUMBER: mobile,
        Offer.OPERATOR: operator,
        Offer.AGAIN: True,
        Offer.ENGLISH: call.state.language is Language.SV,
    }
    return Offers(tuple(offer for offer, is_offered in offered.items() if is_offered))
