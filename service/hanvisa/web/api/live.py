"""The switchboard's calls now, and what operators do with them: the same decisions as a phone's REFER."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field, model_validator

from hanvisa.calls.live_ports import LiveCall, LiveParty, Outcome, PausedOperator, Wish
from hanvisa.policy.attendant import PAST_REFERRAL, SERIAL
from hanvisa.policy.emergency import EmergencyCaller
from hanvisa.policy.model import Text
from hanvisa.web.fields import Dialled, Incoming, Moment, Named, Outgoing, Wrong
from hanvisa.web.masking import Mask
from hanvisa.web.people import named, named_person, person_given
from hanvisa.web.problems import CONFLICT, FORBIDDEN, REFUSED, Problem, invalid, refused
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Handler, Route


class PartyShown(Outgoing):
    number: str
    person: Named | None


class LiveCallShown(Outgoing):
    id: str
    caller: PartyShown
    other: PartyShown | None = Field(description="whom the caller talks to")
    dialled: str
    stage: str = Field(description="what happens in the call, as in docs/calls.md")
    operator: Named | None = Field(description="who has the caller, or had them last")
    organisation: Named | None
    since: Moment = Field(description="began to wait, to be held or to talk; else the stage did")
    held: bool
    confidential: bool
    threat: bool = Field(description="marked as a threat: its record is kept")
    parked_for: Named | None = Field(description="for whom the caller is parked")
    rings: list[Named] = Field(description="whose phones ring for it now")
    sought: Named | None = Field(description="the person whom a caller who is back was for")
    why: str | None = Field(
        description="that person was not had: absent, busy, no_answer, unplugged or not_rung; null: handed over"
    )
    on_mobile: bool = Field(description="a mobile is on it, as far as O2 and M4 go")


class PausedOperatorShown(Outgoing):
    """In events only."""

    person: Named
    why: str = Field(description="no_answer, busy or unplugged")


class EmergencyShown(Outgoing):
    """Somebody has dialled 112, or was put through to it. Where help is needed nothing is masked."""

    account: str
    person: Named | None
    extension: str
    site: str
    organisation: UUID | None
    number: str = Field(description="E.164, of somebody outside")
    put_through_by: Named | None = Field(description="the operator, where one has done so")


class LiveCallList(Outgoing):
    items: list[LiveCallShown]


class Transfer(Incoming):
    """Blind: `to`, a number or a code that parks (`*68*205`).

    Attended: `consultation`, the operator's other call, whose party is joined to this call's.
    """

    to: Dialled | None = None
    past_referral: bool = Field(default=False, description="`to` is there though referred as absent")
    serial: bool = Field(default=False, description="the caller comes back after each party")
    consultation: str | None = Field(default=None, pattern="^[A-Za-z0-9._-]{1,100}$")

    @model_validator(mode="after")
    def _one_of_them(self) -> Transfer:
        if (self.to is None) == (self.consultation is None):
            raise Wrong(
                Text(sv="ska ha antingen to eller consultation", en="must have either to or consultation")
            )
        return self


class HandOver(Incoming):
    """The operator who is to have the caller: one who is open and has no call."""

    operator: UUID = Field(description="a person")


class Dial(Incoming):
    to: Dialled


class MessageFor(Incoming):
    """Whom the caller leaves a message for, as they do from a referral."""

    person: UUID


def live_call(ask: Ask[Any, Any], call: LiveCall) -> LiveCallShown:
    """The call as the asker may see it."""
    mask = Mask(ask.register, ask.services.plan, ask.scope_for(Action.SEE_PROTECTED))

    def party(one: LiveParty) -> PartyShown:
        person = named_person(ask.register, one.person) if one.person else None
        return PartyShown(number=mask.number(one.number), person=person)

    return LiveCallShown(
        id=call.id,
        caller=party(call.caller),
        other=party(call.other) if call.other else None,
        dialled=mask.number(call.dialled),
        stage=call.stage,
        operator=named_person(ask.register, call.operator) if call.operator else None,
        organisation=named(ask.register.organisation(call.organisation), call.organisation)
        if call.organisation
        else None,
        since=call.since,
        held=call.held,
        confidential=call.confidential,
        threat=call.threat,
        parked_for=named_person(ask.register, call.parked_for) if call.parked_for else None,
        rings=[named_person(ask.register, person) for person in call.rings],
        sought=named_person(ask.register, call.sought)
        if call.sought and ask.register.person(call.sought)
        else None,
        why=call.why,
        on_mobile=call.on_mobile,
    )


def live_event(
    ask: Ask[Any, Any], data: LiveCall | PausedOperator | EmergencyCaller | None
) -> LiveCallShown | PausedOperatorShown | EmergencyShown | None:
    """What an event tells, as the asker may see it."""
    match data:
        case LiveCall():
            return live_call(ask, data)
        case PausedOperator():
            return PausedOperatorShown(person=named_person(ask.register, data.person), why=data.why)
        case EmergencyCaller():
            return _emergency(ask, data)
        case None:
            return None


def _emergency(ask: Ask[Any, Any], caller: EmergencyCaller) -> EmergencyShown:
    return EmergencyShown(
        account=caller.account,
        person=named_person(ask.register, caller.person) if caller.person else None,
        extension=caller.extension,
        site=caller.site,
        organisation=caller.organisation,
        number=caller.number,
        put_through_by=named_person(ask.register, caller.by) if caller.by else None,
    )


async def calls(ask: Ask[None, None]) -> Answer:
    return Answer(LiveCallList(items=[live_call(ask, call) for call in ask.services.live_calls.calls()]))


async def read(ask: Ask[None, None]) -> Answer:
    return Answer(live_call(ask, ask.services.live_calls.call(ask.path["call"])))


async def answer(ask: Ask[None, None]) -> Answer:
    """Whoever waits is nobody's yet: any operator may take them."""
    call = ask.services.live_calls.call(ask.path["call"])
    return _outcome(await ask.services.live_calls.ask(call.id, Wish.ANSWER, ask.who.person_id))


async def hand_over(ask: Ask[HandOver, None]) -> Answer:
    colleague = person_given(ask.register, ask.body.operator, "operator")
    return await _ask(ask, Wish.HAND_OVER, person=colleague.id, where="operator")


async def dial(ask: Ask[Dial, None]) -> Answer:
    if ask.who.person_id is None or not await ask.services.live_calls.dial(ask.who.person_id, ask.body.to):
        raise _not_now()
    return Answer(status=204)


async def transfer(ask: Ask[Transfer, None]) -> Answer:
    body = ask.body
    before = (PAST_REFERRAL if body.past_referral else "") + (SERIAL if body.serial else "")
    to = before + body.to if body.to else ""
    where = "consultation" if body.consultation else "to"
    return await _ask(ask, Wish.TRANSFER, to=to, consultation=body.consultation or "", where=where)


async def message(ask: Ask[MessageFor, None]) -> Answer:
    person = person_given(ask.register, ask.body.person, "person")
    return await _ask(ask, Wish.MESSAGE, person=person.id, where="person")


def _doing(wish: Wish) -> Handler:
    async def do(ask: Ask[None, None]) -> Answer:
        return await _ask(ask, wish)

    do.__name__ = wish.value  # by which the description calls the operation
    return do


async def _ask(
    ask: Ask[Any, Any],
    wish: Wish,
    *,
    to: str = "",
    consultation: str = "",
    person: UUID | None = None,
    where: str = "",
) -> Answer:
    """``where`` is the field that says whom it is about."""
    desk = ask.services.live_calls
    call = desk.call(ask.path["call"])
    if not ask.scope.everything and not any(call.involves(person) for person in ask.scope.persons):
        raise Problem(
            FORBIDDEN,
            Text(sv="Samtalet är en annan telefonists.", en="The call is another operator's."),
        )
    by = None if ask.scope.everything else ask.who.person_id
    return _outcome(await desk.ask(call.id, wish, by, to=to, consultation=consultation, person=person), where)


def _outcome(outcome: Outcome, where: str = "") -> Answer:
    if outcome.refused is not None:
        raise refused(outcome.refused)
    if outcome.what == "nowhere":
        raise invalid(
            where,
            Text(sv="Dit går det inte att koppla.", en="It is not possible to transfer there."),
        )
    if outcome.what == "kept_apart":
        raise _kept_apart()
    if outcome.what == "not_now":
        raise _not_now()
    return Answer(status=204)


def _not_now() -> Problem:
    return Problem(
        CONFLICT,
        Text(
            sv="Det går inte i det läge som samtalet, eller du, är i nu.",
            en="That can't be done in the state that the call, or you, are in now.",
        ),
    )


def _kept_apart() -> Problem:
    return Problem(
        CONFLICT,
        Text(
            sv="Kollegan har någon på en annan linje, eller parkerad, som inte får möta den som ringer:"
            " en av dem är på mobil (O2, M4). Samtalet är kvar där det var.",
            en="Your colleague has somebody on another line, or parked, who may not meet the caller:"
            " one of them is on a mobile (O2, M4). The call is where it was.",
        ),
    )


_REFUSALS = (REFUSED, CONFLICT)
_ACTIONS = (
    (Wish.HOLD, "Let the other party wait with music"),
    (Wish.RETRIEVE, "Talk again to whom one has put on hold"),
    (Wish.QUEUE, "Send the caller back to the queue"),
    (Wish.CONFIDENTIAL, "Mark the call as confidential (M4)"),
    (Wish.TAKE_BACK, "Take a confidential call back from a mobile that is on it (M4)"),
    (Wish.THREAT, "Mark the call as a threat: its record is kept"),
    (Wish.HANG_UP, "End the call"),
)
ROUTES = (
    Route("GET", "/live/calls", Action.READ_LIVE, calls, "The switchboard's calls now", reply=LiveCallList),
    Route("GET", "/live/calls/{call}", Action.READ_LIVE, read, "One call as it is now", reply=LiveCallShown),
    Route(
        "POST",
        "/live/calls",
        Action.ATTEND,
        dial,
        "Ring somebody: one's own phone rings first, or answers by itself",
        body=Dial,
        status=204,
        refusals=(CONFLICT,),
    ),
    Route(
        "POST",
        "/live/calls/{call}/answer",
        Action.ATTEND,
        answer,
        "Take a caller who waits or is parked: one's own phone rings, or answers by itself",
        status=204,
        refusals=(CONFLICT,),
    ),
    Route(
        "POST",
        "/live/calls/{call}/handover",
        Action.ATTEND,
        hand_over,
        "Hand the caller, with whom one talks or who is parked, over to another operator",
        body=HandOver,
        status=204,
        refusals=(CONFLICT,),
    ),
    Route(
        "POST",
        "/live/calls/{call}/transfer",
        Action.ATTEND,
        transfer,
        "Transfer the caller, blind or attended",
        body=Transfer,
        status=204,
        refusals=_REFUSALS,
    ),
    Route(
        "POST",
        "/live/calls/{call}/message",
        Action.ATTEND,
        message,
        "Let the caller leave a message for a person",
        body=MessageFor,
        status=204,
        refusals=_REFUSALS,
    ),
    *(
        Route(
            "POST",
            f"/live/calls/{{call}}/{wish}",
            Action.ATTEND,
            _doing(wish),
            summary,
            status=204,
            refusals=_REFUSALS,
        )
        for wish, summary in _ACTIONS
    ),
)
