"""The kinds of cases: which facts each takes, and which part of the policy answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from hanvisa.policy.absence import (
    absence_at,
    compose_referral,
    decide_arrival,
    decide_unanswered,
    mobile_number_to_tell,
)
from hanvisa.policy.callbacks import CallbackFacts, decide_callback
from hanvisa.policy.case_asking import DepartmentCase, OffersCase, SubstituteCase, TextCase
from hanvisa.policy.case_attendant import PastReferralCase, PickUpCase, SentOnCase, WantedCase
from hanvisa.policy.case_base import ORDINARY, PersonSought, Row, absences_of, of_person
from hanvisa.policy.case_codes import CodeCase
from hanvisa.policy.case_emergency import EmergencyCase
from hanvisa.policy.case_expected import (
    Case,
    Compared,
    Expected,
    ExpectedOpening,
    ExpectedReading,
    ExpectedReferral,
    ExpectedValues,
    Written,
)
from hanvisa.policy.case_greetings import CameCase, GreetingCase
from hanvisa.policy.case_guide import GuideCase, GuideStepCase
from hanvisa.policy.case_in_call import KeyedCase, MarkedCase, TakeBackCase, ThreatCase
from hanvisa.policy.case_messages import MessageCase, MessageDueCase, MessageMailCase, MessagesHeardCase
from hanvisa.policy.case_waiting import AttendanceCase, HeldCase, LostCase, WaitCase
from hanvisa.policy.case_world import World, id_of
from hanvisa.policy.confidentiality import is_confidential_person
from hanvisa.policy.facts import (
    CallingClass,
    Forwarding,
    PolicyException,
    Recording,
    RecordingKind,
    TargetKind,
    Window,
)
from hanvisa.policy.forwarding import ForwardingFacts, ForwardingLimits, decide_forwarding
from hanvisa.policy.mobile_talk import TalkFacts, next_tone
from hanvisa.policy.model import Text
from hanvisa.policy.numbers import NumberPlan, Reading, read_number
from hanvisa.policy.opening import OpeningFacts, decide_opening, opens_at
from hanvisa.policy.outgoing import OutgoingFacts, PrivateCalls, class_needed, decide_outgoing
from hanvisa.policy.own_recordings import fault_of_recording
from hanvisa.policy.transfer import JoinFacts, Via, decide_consult, decide_join


class Dialled(Written):
    """A number as somebody spells it, on a phone of an organisation."""

    dialled: str
    organisation: str | None = None
    outside_prefix: str = "0"
    outside_prefix_required: bool = False

    def read(self, world: World) -> Reading:
        organisation = (
            world.organisation(self.organisation)
            if self.organisation
            else next(iter(world.register.organisations.rows), None)
        )
        plan = NumberPlan(self.outside_prefix, self.outside_prefix_required)
        return read_number(self.dialled, organisation, world.register, plan)


class JoinFactsWritten(Dialled):
    """``operator`` touched the call; ``person`` is whose number it is, where the register does not say it."""

    at: AwareDatetime = ORDINARY
    operator: str | None = None
    touched: bool | None = None
    confidential: bool = False
    via: Via = Via.DIRECT
    person: str | None = None
    forwarding_allowed: bool = True

    def facts(self, world: World, exceptions: tuple[Row, ...]) -> JoinFacts:
        number, register = self.read(world), world.register
        person = world.person(self.person) if self.person else None
        if person is None and number.target and number.target[0] is TargetKind.PERSON:
            person = register.person(number.target[1])
        mobile = register.mobile(number.number) if number.number else None
        return JoinFacts(
            at=self.at,
            number=number,
            touched=self.touched if self.touched is not None else self.operator is not None,
            touched_by=world.id_(self.operator) if self.operator else None,
            confidential=self.confidential,
            target_confidential=person is not None and is_confidential_person(register, person),
            via=self.via,
            person=person,
            exceptions=world.facts(PolicyException, exceptions),
            direct_number=register.direct_number(person) if person else None,
            mobile_protected=mobile.protected if mobile else False,
            forwarding_allowed=self.forwarding_allowed,
        )


class JoinCase(Case):
    """Would this step join the caller to that number?"""

    decide: Literal["join"]
    facts: JoinFactsWritten
    exceptions: tuple[Row, ...] = ()
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        decision = decide_join(self.facts.facts(world, self.exceptions))
        return decision.because, self.expect.compare(decision)


class ConsultFactsWritten(JoinFactsWritten):
    setting: Literal["refuse", "allow"] = "refuse"


class ConsultCase(Case):
    """May an operator who has a caller ring that number meanwhile?"""

    decide: Literal["consult"]
    facts: ConsultFactsWritten
    exceptions: tuple[Row, ...] = ()
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        decision = decide_consult(self.facts.facts(world, self.exceptions), self.facts.setting)
        return decision.because, self.expect.compare(decision)


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
    why: Literal["busy", "no_answer", "unplugged"]


class UnansweredCase(Case):
    """The phone rang in vain."""

    decide: Literal["unanswered"]
    facts: Unanswered
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        person = world.person(self.facts.person)
        direct = world.register.direct_number(person)
        decision = decide_unanswered(person, self.facts.why, touched=self.facts.touched, direct_number=direct)
        return decision.because, self.expect.compare(decision)


class ReferralSought(PersonSought):
    why: Literal["absent", "busy", "no_answer", "unplugged"] = "absent"
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


class Spoken(Written):
    kind: RecordingKind
    seconds: float


class ExpectedFault(ExpectedValues):
    """A ``fault`` of "" is none."""

    fault: str


class RecordingCase(Case):
    """Is what somebody has recorded of themselves taken?"""

    decide: Literal["recording"]
    facts: Spoken
    expect: ExpectedFault

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        fault = fault_of_recording(self.facts.kind, self.facts.seconds)
        return None, self.expect.compare({"fault": fault or ""})


class ForwardingWritten(Dialled):
    person: str
    starts_at: AwareDatetime = ORDINARY
    ends_at: AwareDatetime
    now: AwareDatetime = ORDINARY
    longest_days: int = 5
    days_a_month: int = 10


class ForwardingCase(Case):
    """May a person forward their phone there? ``to_mobiles`` are their other forwardings to mobiles."""

    decide: Literal["forwarding"]
    facts: ForwardingWritten
    to_mobiles: tuple[Row, ...] = ()
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        person = world.person(self.facts.person)
        facts = ForwardingFacts(
            person=person,
            target=self.facts.read(world),
            starts_at=self.facts.starts_at,
            ends_at=self.facts.ends_at,
            now=self.facts.now,
            confidential=is_confidential_person(world.register, person),
            limits=ForwardingLimits(self.facts.longest_days, self.facts.days_a_month),
            to_mobiles=world.facts(
                Forwarding, of_person(self.facts.person, self.to_mobiles, target="0701740605")
            ),
        )
        decision = decide_forwarding(facts)
        return decision.because, self.expect.compare(decision)


class OutgoingWritten(Dialled):
    """``person`` None is a shared phone without anybody."""

    person: str | None = None
    usual: CallingClass = CallingClass.NATIONAL
    private: bool = False
    private_calls: PrivateCalls = PrivateCalls.ITEMISED


class OutgoingCase(Case):
    """May a phone of ours call that number?"""

    decide: Literal["outgoing"]
    facts: OutgoingWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        person = world.person(self.facts.person) if self.facts.person else None
        department = world.register.department(person.department_id) if person else None
        facts = OutgoingFacts(
            needs=class_needed(self.facts.read(world)),
            own=person.may_call if person else None,
            department=department.may_call if department else None,
            usual=self.facts.usual,
            private=self.facts.private,
            private_calls=self.facts.private_calls,
        )
        decision = decide_outgoing(facts)
        return decision.because, self.expect.compare(decision)


class CallbackWritten(Dialled):
    confidential: bool = False
    usual: CallingClass = CallingClass.NATIONAL


class CallbackCase(Case):
    """May a caller leave that number to be rung back on?"""

    decide: Literal["callback"]
    facts: CallbackWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        facts = CallbackFacts(self.facts.read(world), self.facts.confidential, self.facts.usual)
        decision = decide_callback(facts)
        return decision.because, self.expect.compare(decision)


class OpeningWritten(Written):
    hours: tuple[Window, ...] = ()
    at: AwareDatetime = ORDINARY


class OpeningCase(Case):
    """Is a switchboard with these hours open?"""

    decide: Literal["opening"]
    facts: OpeningWritten
    expect: ExpectedOpening

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - the hours are the case's own
        facts = OpeningFacts(self.facts.hours, self.facts.at)
        decision = decide_opening(facts)
        opens = opens_at(facts.hours, facts.at)
        return decision.because, self.expect.compare({"effect": decision.effect, "opens": opens or ""})


class ExpectedTone(ExpectedValues):
    """``at`` of 0 is no tone."""

    at: float
    rules: tuple[str, ...]


class TalkWritten(Written):
    with_mobile: bool = True
    talked: float
    after: float = 300.0
    every: float = 300.0


class TalkCase(Case):
    """When does a talk's next tone sound?"""

    decide: Literal["talk"]
    facts: TalkWritten
    expect: ExpectedTone

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        tone = next_tone(TalkFacts(**self.facts.model_dump()))
        came = {"at": tone.at, "rules": tone.rules} if tone else {"at": 0.0, "rules": ()}
        return None, self.expect.compare(came)


class NumberCase(Case):
    """What does a dialled string lead to?"""

    decide: Literal["number"]
    facts: Dialled
    expect: ExpectedReading

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        reading = self.facts.read(world)
        came = {
            "kind": reading.kind,
            "number": reading.number or "",
            "confidential": reading.confidential,
        }
        return None, self.expect.compare(came)


AnyCase = Annotated[
    JoinCase
    | ConsultCase
    | ArrivalCase
    | UnansweredCase
    | ReferralCase
    | ForwardingCase
    | OpeningCase
    | NumberCase
    | SentOnCase
    | PastReferralCase
    | PickUpCase
    | WantedCase
    | OutgoingCase
    | OffersCase
    | TextCase
    | SubstituteCase
    | DepartmentCase
    | CodeCase
    | GuideCase
    | GuideStepCase
    | MessageCase
    | MessageDueCase
    | MessageMailCase
    | MessagesHeardCase
    | TalkCase
    | RecordingCase
    | KeyedCase
    | MarkedCase
    | ThreatCase
    | TakeBackCase
    | EmergencyCase
    | GreetingCase
    | CameCase
    | WaitCase
    | HeldCase
    | AttendanceCase
    | LostCase
    | CallbackCase,
    Field(discriminator="decide"),
]
