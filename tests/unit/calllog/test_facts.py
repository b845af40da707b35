"""The facts of decisions as people read them."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from hanvisa.calllog.fact_words import FIELDS
from hanvisa.calllog.facts import facts_in_words
from hanvisa.calllog.telling import Teller
from hanvisa.calls.decisions import ArrivalFacts, ConsultFacts, Facts
from hanvisa.policy.attendance import AttendanceFacts
from hanvisa.policy.facts import (
    Absence,
    AbsenceReason,
    Department,
    Operator,
    OperatorState,
    Person,
    TargetKind,
    TimeKind,
    Window,
)
from hanvisa.policy.model import Language, Text
from hanvisa.policy.numbers import NumberKind, Reading
from hanvisa.policy.opening import OpeningFacts
from hanvisa.policy.stand_ins import DepartmentFacts, DepartmentNow
from hanvisa.policy.transfer import JoinFacts

AT = datetime(2026, 8, 3, 8, tzinfo=UTC)
ANNA = Person(UUID(int=1), "Anna", "Berg", UUID(int=2), UUID(int=3), UUID(int=4))
MEETING = AbsenceReason("1", Text("sammanträde", "meeting"), Text("", ""), TimeKind.TIME)
ABSENCE = Absence(UUID(int=5), ANNA.id, MEETING, AT, AT + timedelta(hours=1))


def told(facts: Facts, language: Language = Language.EN) -> dict[str, str]:
    kept: dict[str, Any] = TypeAdapter(type(facts)).dump_python(facts, mode="json")
    names = {str(ANNA.id): ANNA.name}
    return {one.name: one.value for one in facts_in_words(Teller(language, names.get), kept)}


@pytest.mark.parametrize("kind", Facts.__args__)
def test_every_fact_has_a_name_in_both_languages(kind: type[Any]) -> None:
    without = {field.name for field in fields(kind)} - FIELDS.keys() - {"join", "calls"}
    assert not without


def test_why_a_phone_did_not_ring() -> None:
    facts = ArrivalFacts(ANNA, (ABSENCE,), AT, touched=False, direct_number="+46980319201")
    assert told(facts, Language.SV) == {
        "Person": "Anna Berg",
        "Frånvaro": "sammanträde, 2026-08-03 10:00 – 2026-08-03 11:00",
        "Tidpunkt": "2026-08-03 10:00",
        "En telefonist har hanterat samtalet": "nej",
        "Direktnummer": "0980-31 92 01",
    }


def test_the_question_within_another_is_told_with_it() -> None:
    mobile = Reading(NumberKind.MOBILE, "+46701740605", (TargetKind.PERSON, ANNA.id))
    join = JoinFacts(at=AT, number=mobile, touched=True, touched_by=ANNA.id)
    shown = told(ConsultFacts(join, "refuse"))
    assert shown["Number"] == "070-174 06 05, Anna Berg, a mobile"
    assert (shown["Operator"], shown["Way"], shown["Setting"]) == ("Anna Berg", "direct", "refused")
    assert shown["Exceptions in force"] == "none"


def test_hours_operators_and_departments() -> None:
    hours = OpeningFacts((Window((1, 2), time(8), time(17)),), AT)
    assert told(hours)["The switchboard's hours"] == "Mon, Tue 08:00–17:00"
    operator = Operator(ANNA.id, (), OperatorState.PAUSED, UUID(int=7), AT)
    assert told(AttendanceFacts((operator,), AT, 60))["Operators"] == "Anna Berg: paused, 2026-08-03 10:00"
    school = Department(UUID(int=2), "Kyrkskolan", UUID(int=3), UUID(int=4))
    (chain, _) = told(DepartmentFacts((DepartmentNow(school, 2),))).values()
    assert chain == "Kyrkskolan: 2"


def test_what_is_not_known_is_told_as_it_stands() -> None:
    facts = facts_in_words(Teller(Language.EN, lambda _: None), {"new_field": {"depth": [1, True]}})
    assert [(one.name, one.value) for one in facts] == [("New field", "Depth: 1; yes")]
