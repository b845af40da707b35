"""What callers hear of an absence, in words and as a sound: before it is set, and while it lasts."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from hanvisa.ids import new_id
from hanvisa.policy.absence import absence_at
from hanvisa.policy.facts import Absence, Person
from hanvisa.policy.model import Language, Text
from hanvisa.web.api.absences import NewAbsence, find, new_fields, reason_given
from hanvisa.web.fields import Moment, Outgoing, Words
from hanvisa.web.people import must_cover, person_given
from hanvisa.web.preparing import heard, prepare
from hanvisa.web.problems import not_found
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route
from hanvisa.web.sounds import WAV


class HeardSounds(Outgoing):
    """Below `/absences/heard/`."""

    sv: str
    en: str


class HeardShown(Outgoing):
    starts_at: Moment
    ends_at: Moment | None = Field(description="null: until cancelled")
    at: Moment = Field(description="by who rings then: now, or when the absence begins")
    rings: bool = Field(description="the phone rings all the same, and it is heard when nobody answers")
    words: Words
    sounds: HeardSounds


async def before(ask: Ask[NewAbsence, None]) -> Answer:
    person = person_given(ask.register, ask.body.person, "person")
    must_cover(ask.scope, person)
    fields = new_fields(ask, person)
    absence = Absence(
        new_id(),
        person.id,
        reason_given(ask, fields.reason),
        fields.starts_at,
        fields.ends_at,
        fields.best_reached,
        fields.substitute_id,
    )
    return await _heard(ask, person, absence)


async def meanwhile(ask: Ask[None, None]) -> Answer:
    absence = (await find(ask)).absence
    person = ask.register.person(absence.person_id)
    if person is None:
        raise not_found(Text(sv="Personen har slutat.", en="The person has left."))
    return await _heard(ask, person, absence)


async def sound(ask: Ask[None, None]) -> Answer:
    content = await ask.services.voice.wav(ask.path["sound"])
    if content is None:
        raise not_found(Text(sv="Ljudet finns inte kvar.", en="The sound is no longer there."))
    return Answer(content)


async def _heard(ask: Ask[Any, Any], person: Person, absence: Absence) -> Answer:
    voice, at = ask.services.voice, max(ask.now, absence.starts_at)
    told = {one: heard(ask.register, person, absence, at, one) for one in Language}
    await prepare(ask.services, [prompt for prompts in told.values() for prompt in prompts])
    said = {one: [voice.say(prompt, one, at) for prompt in prompts] for one, prompts in told.items()}
    words = {one.value: " ".join(spoken.words for spoken in all_) for one, all_ in said.items()}
    sounds = {one.value: await voice.join(all_) for one, all_ in said.items()}
    now = absence_at((*ask.register.absences_of(person.id), absence), at)
    return Answer(
        HeardShown(
            starts_at=absence.starts_at,
            ends_at=absence.ends_at,
            at=at,
            rings=now is None or now.reason.reachable,
            words=Words(**words),
            sounds=HeardSounds(**sounds),
        )
    )


ROUTES = (
    Route(
        "POST",
        "/absences/heard",
        Action.SET_ABSENCES,
        before,
        "What callers would hear of an absence: nothing is set",
        body=NewAbsence,
        reply=HeardShown,
    ),
    Route(
        "GET",
        "/absences/heard/{sound}",
        Action.SET_ABSENCES,
        sound,
        "The sound of what callers hear",
        media=WAV,
    ),
    Route(
        "GET",
        "/absences/{id}/heard",
        Action.SET_ABSENCES,
        meanwhile,
        "What callers hear while an absence lasts",
        reply=HeardShown,
    ),
)
