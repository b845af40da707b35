"""Messages (S1): left by callers, or written here; read and handled by those they are for.

Of a confidential one only those it is for see who left it and what it says (M4). A call's protected number is stars to
whoever may not see it. What somebody has written is shown as it was written, since stars would tell whoever tries it
whether a number is protected; those who know it may not write one.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import Field

from hanvisa.directory.repositories.messages import MessageRecord, Messages, Written
from hanvisa.policy.facts import Message, MessageState, Person
from hanvisa.policy.messages import Recipient, due_at, number_written
from hanvisa.policy.model import Text
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Dialled, Incoming, ListQuery, Moment, Named, Note, Outgoing
from hanvisa.web.masking import HIDDEN, Mask
from hanvisa.web.paging import cut, id_after
from hanvisa.web.people import department_given, must_cover, must_reach, named, named_person, person_given
from hanvisa.web.problems import CONFLICT, FORBIDDEN, Problem, invalid, not_found
from hanvisa.web.roles import Action, Scope
from hanvisa.web.routing import Answer, Ask, Route
from hanvisa.web.sounds import WAV

_OF_CODES = (
    "*",
    "#",
)  # what a written message has somebody dial is a number, and sets nothing on their phone


class MessageQuery(ListQuery):
    person: UUID | None = None
    department: UUID | None = None
    state: MessageState | None = None
    overdue: bool = Field(default=False, description="only those that should have been handled by now")


class NewMessage(Incoming):
    """For a person or for a department."""

    person: UUID | None = None
    department: UUID | None = None
    caller: Dialled | None = Field(default=None, description="what is dialled to ring back; null: withheld")
    text: Note = ""
    confidential: bool = Field(default=False, description="M4: only those it is for see what it says")


class MessageChange(Incoming):
    state: MessageState


class MessageShown(Outgoing):
    id: UUID
    person: Named | None
    department: Named | None
    caller: str = Field(description='what is dialled to ring back; "": withheld; stars: not for the asker')
    text: str
    recording: bool = Field(description="there is sound: /messages/{id}/sound")
    state: MessageState
    confidential: bool
    call: str | None = Field(description="the call that left it")
    left_at: Moment
    due_at: Moment = Field(description="when it is to be handled at the latest")
    overdue: bool
    handled_at: Moment | None
    handled_by: str | None


class MessageList(Outgoing):
    items: list[MessageShown]
    next: str | None


async def messages(ask: Ask[None, MessageQuery]) -> Answer:
    query = ask.query
    found = await Messages(ask.services.database).list(
        within=ask.within,
        departments=_own_departments(ask, ask.scope),
        person_id=query.person,
        department_id=query.department,
        state=query.state,
        overdue_at=ask.now if query.overdue else None,
        after=id_after(query.cursor),
        limit=query.limit + 1,
    )
    page = cut(tuple(found), lambda record: (str(record.message.id),), query.limit)
    return Answer(MessageList(items=[_shown(ask, record) for record in page.items], next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, await _find(ask))


async def create(ask: Ask[NewMessage, None]) -> Answer:
    body, to = ask.body, _recipient(ask)
    if not body.text.strip() and not body.caller:
        raise invalid(
            "text",
            Text(
                sv="Skriv vad meddelandet gäller, eller vem som ska ringas upp.",
                en="Write what it is about, or who is to be rung back.",
            ),
        )
    if body.caller and _is_known_as_protected(ask, body.caller):
        raise invalid(
            "caller",
            Text(
                sv="Numret är skyddat, och meddelandet skulle visa det: utelämna det, och skriv hur det besvaras.",
                en="The number is protected, and the message would show it: leave it out, and write how to answer.",
            ),
        )
    written = Written(
        body.person,
        body.department,
        number_written(
            body.caller or "",
            ask.register.organisation(to.organisation_id),
            ask.register,
            ask.services.plan,
        ),
        body.text.strip(),
        body.confidential,
        due_at(ask.now, ask.services.settings.message_due),
    )
    record = await Messages(ask.services.database).write(written, ask.now, ask.who.actor)
    return replace(_answer(ask, record), status=201, location=f"/messages/{record.message.id}")


def _recipient(ask: Ask[NewMessage, None]) -> Recipient:
    """Raises Problem."""
    match ask.body.person, ask.body.department:
        case UUID() as id_, None:
            person = person_given(ask.register, id_, "person")
            must_cover(ask.scope, person)
            return person
        case None, UUID() as id_:
            department = department_given(ask.register, id_, "department")
            must_reach(ask.scope, department, frozenset())
            return department
    raise invalid(
        "person",
        Text(
            sv="Ett meddelande är antingen till en person eller till en avdelning.",
            en="A message is either for a person or for a department.",
        ),
    )


async def change(ask: Ask[MessageChange, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.version)
    if record.message.state is MessageState.HANDLED and ask.body.state is not MessageState.HANDLED:
        raise Problem(
            CONFLICT,
            Text(
                sv=f"Meddelandet är redan besvarat av {record.handled_by}; det kan inte öppnas igen.",
                en=f"The message has been handled by {record.handled_by} already; it can't be opened again.",
            ),
        )
    with against_others():
        record = await Messages(ask.services.database).mark(
            record.message.id, ask.body.state, ask.now, ask.who.actor, version
        )
    return _answer(ask, record)


async def sound(ask: Ask[None, None]) -> Answer:
    record = await _find(ask)
    message = record.message
    if not _may_know(ask, message):
        raise Problem(
            FORBIDDEN,
            Text(
                sv="Meddelandet omfattas av sekretess; bara den det är till får höra det.",
                en="The message is confidential; only those it is for may hear it.",
            ),
            rules=("M4",),
        )
    file = ask.services.settings.state / message.recording if message.recording else None
    if file is None or not await asyncio.to_thread(file.exists):
        raise not_found(Text(sv="Meddelandet har inget ljud.", en="The message has no sound."))
    return Answer(await asyncio.to_thread(file.read_bytes))


async def ring_back(ask: Ask[None, None]) -> Answer:
    """What was said in confidence is answered so (M4)."""
    message = (await _find(ask)).message
    asker = ask.register.person(ask.who.person_id) if ask.who.person_id else None
    if asker is None or not _is_for(asker, message):
        raise Problem(
            FORBIDDEN,
            Text(
                sv="Den som meddelandet är till ringer upp, från sin telefon.",
                en="Those whom the message is for ring back, from their phone.",
            ),
        )
    if not message.caller or message.caller.lstrip().startswith(_OF_CODES):
        raise Problem(
            CONFLICT,
            Text(
                sv="Där finns inget nummer att ringa upp.",
                en="There is no number to ring.",
            ),
        )
    if not await ask.services.live_calls.dial(asker.id, message.caller, confidential=message.confidential):
        raise Problem(
            CONFLICT,
            Text(
                sv="Du har ingen telefon här, eller så sitter du i ett samtal.",
                en="You have no phone here, or are on a call.",
            ),
        )
    return Answer(status=204)


async def _find(ask: Ask[Any, Any]) -> MessageRecord:
    record = await Messages(ask.services.database).get(ask.path["id"])
    message = record.message
    if message.person_id is not None:
        must_cover(ask.scope, ask.register.person(message.person_id))
    elif message.department_id is not None:
        department = ask.register.department(message.department_id)
        must_reach(ask.scope, department, _own_departments(ask, ask.scope))
    return record


def _own_departments(ask: Ask[Any, Any], scope: Scope) -> frozenset[UUID]:
    """Those of the persons in the scope: their department's messages are for them too."""
    persons = (ask.register.person(id_) for id_ in scope.persons)
    return frozenset(person.department_id for person in persons if person is not None)


def _is_for(person: Person | None, message: Message) -> bool:
    return person is not None and (
        message.person_id == person.id or message.department_id == person.department_id
    )


def _may_know(ask: Ask[Any, Any], message: Message) -> bool:
    """Whether what it says and who left it may be told to the asker."""
    asker = ask.register.person(ask.who.person_id) if ask.who.person_id else None
    return not message.confidential or _is_for(asker, message)


def _is_known_as_protected(ask: Ask[Any, Any], number: str) -> bool:
    """Whether the asker sees the number for being who they are, and others see stars."""
    known = Mask(ask.register, ask.services.plan, ask.scope_for(Action.SEE_PROTECTED))
    return known.number(number) != replace(known, sees=Scope()).number(number)


def _caller(ask: Ask[Any, Any], record: MessageRecord) -> str:
    number = record.message.caller
    if not _may_know(ask, record.message):
        return HIDDEN
    if record.call_id is None:
        return number
    return Mask(ask.register, ask.services.plan, ask.scope_for(Action.SEE_PROTECTED)).number(number)


def _answer(ask: Ask[Any, Any], record: MessageRecord) -> Answer:
    return Answer(_shown(ask, record), etag=str(record.version))


def _shown(ask: Ask[Any, Any], record: MessageRecord) -> MessageShown:
    one = record.message
    return MessageShown(
        id=one.id,
        person=named_person(ask.register, one.person_id) if one.person_id else None,
        department=named(ask.register.department(one.department_id), one.department_id)
        if one.department_id
        else None,
        caller=_caller(ask, record),
        text=record.text if _may_know(ask, one) else "",
        recording=one.recording is not None,
        state=one.state,
        confidential=one.confidential,
        call=record.call_id,
        left_at=one.left_at,
        due_at=one.due_at,
        overdue=one.state is not MessageState.HANDLED and one.due_at < ask.now,
        handled_at=record.handled_at,
        handled_by=record.handled_by,
    )


ROUTES = (
    Route(
        "GET",
        "/messages",
        Action.READ_MESSAGES,
        messages,
        "Messages, in the order in which they were left",
        query=MessageQuery,
        reply=MessageList,
    ),
    Route(
        "POST",
        "/messages",
        Action.WRITE_MESSAGES,
        create,
        "Write a message for a person or a department",
        body=NewMessage,
        reply=MessageShown,
        status=201,
        etag=True,
    ),
    Route("GET", "/messages/{id}", Action.READ_MESSAGES, read, "One message", reply=MessageShown, etag=True),
    Route(
        "PATCH",
        "/messages/{id}",
        Action.HANDLE_MESSAGES,
        change,
        "Say that a message is read or handled",
        body=MessageChange,
        reply=MessageShown,
        if_match=True,
        etag=True,
        refusals=(CONFLICT,),
    ),
    Route(
        "POST",
        "/messages/{id}/ring-back",
        Action.HANDLE_MESSAGES,
        ring_back,
        "Ring who left it back through one's own phone: it rings first",
        status=204,
        refusals=(CONFLICT,),
    ),
    Route(
        "GET",
        "/messages/{id}/sound",
        Action.HEAR_MESSAGES,
        sound,
        "What was recorded",
        media=WAV,
    ),
)
