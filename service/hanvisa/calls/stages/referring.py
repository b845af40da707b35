"""The referral: who is away or not had on the line, why, until when, when best reached, and the ways on (G1, G2, O1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from hanvisa.policy.facts import Person, Switchboard, TargetKind
from hanvisa.policy.model import Language

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


@runs(Referring)
async def refer(call: Call, stage: Referring) -> Stage | None:
    person = call.register.person(stage.person)
    if person is None:  # ended in the register since the stage was written
        await call.say(UnknownNumber())
        return None
    switchboard = call.register.switchboard_of(person.organisation_id)
    mobile = mobile_number_to_tell(
        person, call.register.mobiles_of(person.id), confidential=call.state.confidential
    )
    call.tell("outcome", outcome="referred", why=stage.why, person=str(person.id), unreferred=stage.why is not Why.ABSENT)
    referral: Prompt = _referral(call, stage, person)
    prompts: tuple[Prompt, ...] = (referral, _offers(call, mobile, switchboard))
    while True:
        match await call.say(*prompts) or await call.key(call.house.settings.key_wait):
            case Offer.AGAIN:
                prompts = (referral, _offers(call, mobile, switchboard))
            case Offer.ENGLISH if call.state.language is Language.SV:
                call.change(language=Language.EN)
                prompts = (referral, _offers(call, mobile, switchboard))
            case Offer.MOBILE_NUMBER if mobile:
                prompts = (MobileNumber(person.name, mobile), _offers(call, mobile, switchboard))
            case Offer.OPERATOR if switchboard:
                return AtSwitchboard(switchboard.id, sought=person.id, why=stage.why)
            case None:
                await call.say(Goodbye())
                return None
            case _:
                prompts = (_offers(call, mobile, switchboard),)


def _referral(call: Call, stage: Referring, person: Person) -> Referral:
    now = call.house.clock.now()
    absent = absence_at(call.register.absences_of(person.id), now) if stage.why is Why.ABSENT else None
    # O1: whom an operator has sent on hears the direct number, for a new call.
    direct = call.register.direct_number(person) if call.touched else None
    content = compose_referral(person, absent, stage.why, direct)
    return Referral(
        name=content.name,
        why=stage.why,
        spoken_reason=content.spoken_reason,
        until=content.until,
        until_is_date=content.until_is_date,
        best_reached=content.best_reached,
        direct_number=content.direct_number,
    )


@runs(ReferringDepartment)
async def refer_department(call: Call, stage: ReferringDepartment) -> Stage | None:
    department = call.register.department(stage.department)
    if department is None:
        await call.say(UnknownNumber())
        return None
    numbers = call.register.numbers_of(TargetKind.DEPARTMENT, department.id)
    switchboard = call.register.switchboard_of(department.organisation_id)
    call.tell("outcome", outcome="referred", why="nobody", department=str(department.id))
    empty = DepartmentEmpty(department.name, numbers[0].number if numbers else None)
    prompts: tuple[Prompt, ...] = (empty, _offers(call, None, switchboard))
    while True:
        match await call.say(*prompts) or await call.key(call.house.settings.key_wait):
            case Offer.AGAIN:
                continue
            case Offer.ENGLISH if call.state.language is Language.SV:
                call.change(language=Language.EN)
                prompts = (empty, _offers(call, None, switchboard))
            case Offer.OPERATOR if switchboard:
                return AtSwitchboard(switchboard.id)
            case None:
                await call.say(Goodbye())
                return None
            case _:
                continue


def _offers(call: Call, mobile: str | None, switchboard: Switchboard | None) -> Offers:
    offers = [
        (Offer.MOBILE_NUMBER, mobile is not None),
        (Offer.OPERATOR, switchboard is not None),
        (Offer.AGAIN, True),
        (Offer.ENGLISH, call.state.language is Language.SV),
    ]
    return Offers(tuple(offer for offer, offered in offers if offered))
