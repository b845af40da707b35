"""The speech of an absence is made when it is saved, or looked at before, not when a caller waits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog

from hanvisa.calls.prompts import Offers, Prompt, Referral, Why
from hanvisa.errors import SpeechError
from hanvisa.policy.absence import absence_at, compose_referral
from hanvisa.policy.facts import Absence, Person
from hanvisa.policy.model import Language
from hanvisa.policy.offers import Offer, ways_on
from hanvisa.policy.register import Register
from hanvisa.web.services import Services

log = structlog.get_logger(__name__)

_LONGEST = 5.0  # seconds that the answer to a request waits for it
_KNOWN = "+46"  # of a caller whose number is not withheld


async def prepare_referral(services: Services, person: Person, absence: Absence) -> None:
    """Make what the person's callers hear while the absence lasts, with and without the direct number (O1).

    The substitute's name is made too.
    """
    register = services.directory.register
    now = absence_at([*register.absences_of(person.id), absence], absence.starts_at)
    numbers = {None, register.direct_number(person)}
    prompts: list[Prompt] = [
        Referral.of(compose_referral(person, now, Why.ABSENT, number)) for number in numbers
    ]
    substitute = register.person(absence.substitute_id) if absence.substitute_id else None
    if substitute is not None:
        prompts.append(Offers((Offer.INSTEAD,), substitute.name))
    await prepare(services, prompts)


async def prepare(services: Services, prompts: Sequence[Prompt]) -> None:
    """Never fails what waits for it: what could not be made is said with ready-made pieces."""
    try:
        async with asyncio.timeout(_LONGEST):
            await services.voice.prepare(prompts)
    except (SpeechError, TimeoutError) as error:
        log.warning("web.speech_not_prepared", why=str(error) or "too slow")


def heard(
    register: Register, person: Person, absence: Absence, at: datetime, language: Language
) -> tuple[Prompt, ...]:
    """What a caller from outside hears at that moment, when the absence is saved: the referral, then the ways on.

    Where the person can be reached all the same it is heard when they don't answer.
    """
    others = (one for one in register.absences.rows if one.id != absence.id)
    register = register.replace(absences=(*others, absence))
    now = absence_at(register.absences_of(person.id), at)
    why = Why.NO_ANSWER if now is None or now.reason.reachable else Why.ABSENT
    content = compose_referral(person, now, why, recordings=register.recordings_of(person.id))
    ways = ways_on(register, person, at, number=_KNOWN, confidential=False, language=language)
    return Referral.of(content), Offers(ways.offers, ways.substitute.name if ways.substitute else "")
