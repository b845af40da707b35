"""The speech of an absence is made when it is saved, not when a caller waits."""

from __future__ import annotations

import asyncio

import structlog

from hanvisa.calls.prompts import Offers, Prompt, Referral, Why
from hanvisa.errors import SpeechError
from hanvisa.policy.absence import ReferralContent, absence_at, compose_referral
from hanvisa.policy.facts import Absence, Person
from hanvisa.policy.offers import Offer
from hanvisa.web.services import Services

log = structlog.get_logger(__name__)

_LONGEST = 5.0  # seconds that the answer to a request waits for it


async def prepare_referral(services: Services, person: Person, absence: Absence) -> None:
    """Make what the person's callers hear while the absence lasts, with and without the direct number (O1).

    The substitute's name is made too.

    Never fails the saving: what could not be made is said with ready-made pieces.
    """
    register = services.directory.register
    now = absence_at([*register.absences_of(person.id), absence], absence.starts_at)
    numbers = {None, register.direct_number(person)}
    prompts: list[Prompt] = [_prompt(compose_referral(person, now, Why.ABSENT, number)) for number in numbers]
    substitute = register.person(absence.substitute_id) if absence.substitute_id else None
    if substitute is not None:
        prompts.append(Offers((Offer.INSTEAD,), substitute.name))
    try:
        async with asyncio.timeout(_LONGEST):
            await services.voice.prepare(prompts)
    except (SpeechError, TimeoutError) as error:
        log.warning("web.speech_not_prepared", absence=str(absence.id), why=str(error) or "too slow")


def _prompt(content: ReferralContent) -> Referral:
    return Referral(
        name=content.name,
        why=Why(content.why),
        spoken_reason=content.spoken_reason,
        until=content.until,
        until_is_date=content.until_is_date,
        best_reached=content.best_reached,
        direct_number=content.direct_number,
    )
