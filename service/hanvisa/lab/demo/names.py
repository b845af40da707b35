"""Whose phone and whose number it is, by name, as the register has it."""

from uuid import UUID

from hanvisa.lab.demo import words
from hanvisa.policy.attendant import read_wanted
from hanvisa.policy.codes import code_in
from hanvisa.policy.facts import TargetKind
from hanvisa.policy.model import Language, Text
from hanvisa.policy.numbers import display, normalise_caller
from hanvisa.policy.register import Register

_KINDS = {
    TargetKind.PERSON: words.DIRECT_NUMBER,
    TargetKind.DEPARTMENT: words.DEPARTMENT_NUMBER,
    TargetKind.SWITCHBOARD: words.MAIN_NUMBER,
}


class Names:
    def __init__(self, register: Register, language: Language) -> None:
        self._register = register
        self._language = language

    def who(self, who: str) -> str:
        """Of an account: the person's name. Of a mobile's number: whose mobile it is."""
        phone = self._register.phone_of_account(who)
        person = self._register.person(phone.owner_id) if phone and phone.owner_id else None
        if person is not None:
            return person.name
        mobile = self._register.mobile(normalise_caller(who) or "")
        holder = self._register.person(mobile.person_id) if mobile else None
        if holder is None:
            return self.number(who)
        return words.MOBILE_OF.in_(self._language).format(name=holder.name, number=self.number(who))

    def number(self, number: str) -> str:
        """As it is written in Sweden; an extension stays as it is."""
        return display(normalise_caller(number) or number) if number.startswith(("0", "+")) else number

    def dialled(self, number: str) -> dict[str, str]:
        """The number, and what it leads to."""
        whose, name = self._whose(read_wanted(number).number)
        return {"number": self.number(number), "whose": whose.in_(self._language).format(name=name)}

    def _whose(self, number: str) -> tuple[Text, str]:
        register, e164 = self._register, normalise_caller(number) or ""
        if mobile := register.mobile(e164):
            return words.MOBILE_NUMBER, self._person(mobile.person_id)
        if outside := register.number(e164):
            return _KINDS.get(outside.kind, words.SOME_NUMBER), self._target(outside.kind, outside.target_id)
        inside = next((each for each in register.extensions.rows if each.number == number), None)
        if inside is not None:
            return words.EXTENSION, self._target(inside.kind, inside.target_id)
        if code_in(number, register):
            return words.CODE, ""
        return words.SOME_NUMBER, ""

    def _target(self, kind: TargetKind, id_: UUID) -> str:
        if kind is TargetKind.PERSON:
            return self._person(id_)
        if kind is TargetKind.DEPARTMENT:
            department = self._register.department(id_)
            return department.name if department else ""
        switchboard = self._register.switchboard(id_)
        organisation = self._register.organisation(switchboard.organisation_id) if switchboard else None
        return organisation.name if organisation else ""

    def _person(self, id_: UUID) -> str:
        person = self._register.person(id_)
        return person.name if person else ""
