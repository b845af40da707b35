"""Cases of a person who is sought and not to be had: what becomes of the caller, and what they hear (G1, G2, O1)."""

from __future__ import annotations

from typing import Literal

from hanvisa.policy.absence import (
    absence_at,
    compose_referral,
    decide_arrival,
    decide_unanswered,
    mobile_number_to_tell,
)
from hanvisa.policy.case_base import PersonSought, Row, absences_of
from hanvisa.policy.case_expected import (
    Case,
    Compared,
    Expected,
    ExpectedReferral,
)
from hanvisa.policy.case_world import World, id_of
from hanvisa.policy.facts import (
    Recording,
    RecordingKind,
)
from hanvisa.policy.model import Text


class ArrivalCase(Case):
    """Does the phone of the person who is sought ring?"""

    decide: Literal["arrival"]
    facts: PersonSought
    absences: tuple[Row, ...] = ()
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        person = world.person(self.facts.person)
        decision = decide_arrival(
            person,
            absences_of(world, self.facts.person, self.absences),
            self.facts.at,
            person.best_reached,
            touched=self.facts.touched,
            direct_number=world.register.direct_number(person),
        )
        return decision.because, self.expect.compare(decision)


class Unanswered(PersonSought):
    why: Literal["busy", "no_answer", "unplugged", "not_rung"]


class UnansweredCase(Case):
    """The phone rang in vain."""

    decide: Literal["unanswered"]
    facts: Unanswered
    absences: tuple[Row, ...] = ()
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        person = world.person(self.facts.person)
        absences = absences_of(world, self.facts.person, self.absences)
        decision = decide_unanswered(
            person,
            self.facts.why,
            absent=absence_at(absences, self.facts.at) is not None,
            touched=self.facts.touched,
            direct_number=world.register.direct_number(person),
        )
        return decision.because, self.expect.compare(decision)


class ReferralSought(PersonSought):
    why: Literal["absent", "busy", "no_answer", "unplugged", "not_rung"] = "absent"
    confidential: bool = False


class ReferralCase(Case):
    """What the caller of an absent person is told.

    ``recordings`` are the person's own; a greeting's ``absence`` is the number of its row, from 0.
    """

    decide: Literal["referral"]
    facts: ReferralSought
    absences: tuple[Row, ...] = ()
    recordings: tuple[Row, ...] = ()
    expect: ExpectedReferral

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        register, person = world.register, world.person(self.facts.person)
        now = absence_at(absences_of(world, self.facts.person, self.absences), self.facts.at)
        direct = register.direct_number(person) if self.facts.touched else None
        recordings = tuple(
            Recording(
                person.id,
                RecordingKind(row["kind"]),
                row["sound"],
                id_of(f"{self.facts.person} {row['absence']}") if "absence" in row else None,
            )
            for row in self.recordings
        )
        content = compose_referral(person, now, self.facts.why, direct, recordings)
        mobile = mobile_number_to_tell(
            person, register.mobiles_of(person.id), confidential=self.facts.confidential
        )
        told = {
            "reason": content.spoken_reason.sv if content.spoken_reason else "",
            "until": content.until or "",
            "direct_number": content.direct_number or "",
            "mobile_number": mobile or "",
            "recorded_name": content.recorded_name or "",
            "greeting": content.greeting or "",
        }
        return None, self.expect.compare(told)
