"""What a dialplan asks and what it is told, as channel variables.

The arguments are written ``name=value``. Whatever is wrong with a request is said in HANVISA_ERROR, which is empty
otherwise; the effect is then the strictest one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from hanvisa.calls.ports import Clock, Directory, Voice
from hanvisa.calls.prompts import Referral, Why
from hanvisa.errors import InvalidInput
from hanvisa.policy.absence import absence_at, compose_referral
from hanvisa.policy.facts import Organisation, Person, TargetKind
from hanvisa.policy.model import AlternativeKind, Decision, Effect, Language
from hanvisa.policy.numbers import NumberPlan, read_number
from hanvisa.policy.outlook import Question, decide
from hanvisa.policy.register import Register

Kind = Literal["transfer", "consult", "arrival"]
Variables = dict[str, str]
T = TypeVar("T", bound=str)

DECIDE = ("target", "kind", "operator", "caller", "organisation", "confidential", "language", "take")
REFERRAL = ("target", "why", "organisation", "direct_number", "language")
ERROR = "HANVISA_ERROR"


@dataclass(frozen=True)
class Answers:
    """Answers from the register as it is now."""

    directory: Directory
    voice: Voice
    clock: Clock
    plan: NumberPlan
    consults: Callable[[], Literal["refuse", "allow"]]
    language: Language

    async def to(self, script: str, arguments: Sequence[str]) -> Variables:
        """The variables to set. Never raises: what is wrong is one of them."""
        match script:
            case "decide":
                try:
                    return await self._decide(_read(arguments, DECIDE))
                except InvalidInput as error:
                    return {"HANVISA_EFFECT": Effect.REFUSE, "HANVISA_RULES": "", ERROR: str(error)}
            case "referral":
                try:
                    return self._referral(_read(arguments, REFERRAL))
                except InvalidInput as error:
                    return {"HANVISA_ABSENT": "no", "HANVISA_FILES": "0", ERROR: str(error)}
        return {ERROR: f"There is no script “{script}”. Ask for decide or referral."}

    async def _decide(self, asked: Mapping[str, str]) -> Variables:
        """Decide as an operator's transfer is decided, by the first refusal of all that would be rung.

        The dialplan rings by itself, past the gate. With ``take=yes`` a use of each exception is taken, or of none.
        """
        register = self.directory.register
        organisation = _organisation(register, asked)
        operator = self._person(asked["operator"], organisation, "operator") if "operator" in asked else None
        if organisation is None and operator is not None:
            organisation = register.organisation(operator.organisation_id)
        question = Question(
            kind=_one_of(asked, "kind", get_args(Kind), "transfer"),
            target=_given(asked, "target"),
            caller=asked.get("caller") or None,
            operator=operator,
            organisation=organisation,
            at=self.clock.now(),
            confidential=_is_yes(asked, "confidential"),
            rings_itself=True,
        )
        takes, language = _is_yes(asked, "take"), self._language(asked)
        outlook = decide(question, register, self.plan, self.consults())
        while takes and outlook.decision and outlook.decision.allowed and outlook.exceptions:
            missing = await self.directory.reserve_uses(outlook.exceptions, "agi")
            if not missing:
                break
            # The last use went to somebody else in the same moment: decide without that exception.
            left = (one for one in register.exceptions.rows if one.id not in missing)
            register = register.replace(exceptions=left)
            outlook = decide(question, register, self.plan, self.consults())
        if outlook.decision is None:
            raise InvalidInput(f"target={question.target} leads to no person of ours. Ask kind=transfer.")
        return {**_told(outlook.decision, language), "HANVISA_READ_AS": outlook.reading.kind, ERROR: ""}

    def _referral(self, asked: Mapping[str, str]) -> Variables:
        """The files to play, if the person is not there, or for ``why`` they are not had."""
        register, now = self.directory.register, self.clock.now()
        person = self._person(_given(asked, "target"), _organisation(register, asked), "target")
        why = Why(_one_of(asked, "why", tuple(Why), Why.ABSENT))
        absence = absence_at(register.absences_of(person.id), now)
        if why is Why.ABSENT and (absence is None or absence.reason.reachable):
            return {"HANVISA_ABSENT": "no", "HANVISA_FILES": "0", ERROR: ""}
        direct = register.direct_number(person) if _is_yes(asked, "direct_number") else None
        content = compose_referral(person, absence, why, direct, register.recordings_of(person.id))
        referral = Referral(
            name=content.name,
            why=why,
            spoken_reason=content.spoken_reason,
            until=content.until,
            until_is_date=content.until_is_date,
            best_reached=content.best_reached,
            direct_number=content.direct_number,
            recorded_name=content.recorded_name,
            greeting=content.greeting,
        )
        spoken = self.voice.say(referral, self._language(asked), now)
        files = self.voice.in_one(spoken.files)
        return {
            "HANVISA_ABSENT": "yes",
            "HANVISA_FILES": str(len(files)),
            **{f"HANVISA_FILE_{number}": file for number, file in enumerate(files, start=1)},
            "HANVISA_WORDS": spoken.words,
            ERROR: "",
        }

    def _person(self, number: str, organisation: Organisation | None, where: str) -> Person:
        """Whose extension, number or phone account it is."""
        register = self.directory.register
        phone = register.phone_of_account(number)
        id_ = register.user_of(phone) if phone else None
        if id_ is None:
            target = read_number(number, organisation, register, self.plan).target
            id_ = target[1] if target and target[0] is TargetKind.PERSON else None
        person = register.person(id_) if id_ else None
        if person is None:
            raise InvalidInput(
                f"{where}={number} is nobody's number. Give an extension with organisation=, a whole number, "
                "or a phone's account."
            )
        return person

    def _language(self, asked: Mapping[str, str]) -> Language:
        return Language(_one_of(asked, "language", tuple(Language), self.language))


def _told(decision: Decision, language: Language) -> Variables:
    numbers = {one.kind: one.number or "" for one in decision.alternatives}
    return {
        "HANVISA_EFFECT": decision.effect,
        "HANVISA_RULES": ",".join(decision.rules),
        "HANVISA_BECAUSE": decision.because.in_(language),
        "HANVISA_ALTERNATIVES": ",".join(one.kind for one in decision.alternatives),
        "HANVISA_MOBILE_NUMBER": numbers.get(AlternativeKind.TELL_MOBILE_NUMBER, ""),
        "HANVISA_DIRECT_NUMBER": numbers.get(AlternativeKind.GIVE_DIRECT_NUMBER, ""),
    }


def _read(arguments: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """The arguments by name; those without a value are left out."""
    asked: dict[str, str] = {}
    for argument in arguments:
        name, is_, value = (part.strip() for part in argument.partition("="))
        if not is_ or name not in known:
            raise InvalidInput(f"“{argument}” is not understood. Write name=value, of {', '.join(known)}.")
        if value:
            asked[name] = value
    return asked


def _given(asked: Mapping[str, str], name: str) -> str:
    if name not in asked:
        raise InvalidInput(f"{name}= is missing.")
    return asked[name]


def _one_of(asked: Mapping[str, str], name: str, allowed: Sequence[T], default: T) -> T:
    value = asked.get(name, default)
    for one in allowed:
        if one == value:
            return one
    raise InvalidInput(f"{name}={value} is not known. Write one of {', '.join(allowed)}.")


def _is_yes(asked: Mapping[str, str], name: str) -> bool:
    return _one_of(asked, name, ("yes", "no"), "no") == "yes"


def _organisation(register: Register, asked: Mapping[str, str]) -> Organisation | None:
    """Whose extensions are meant: by name, else the only one there is."""
    rows = register.organisations.rows
    name = asked.get("organisation")
    if name is None:
        return rows[0] if len(rows) == 1 else None
    found = next((row for row in rows if row.name.casefold() == name.casefold()), None)
    if found is None:
        raise InvalidInput(f"organisation={name} is none of ours: {', '.join(row.name for row in rows)}.")
    return found
