"""Reports that are made from the call log: referrals, refusals, answer times, private calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hanvisa.policy.model import Text
from hanvisa.reports import columns, measures
from hanvisa.reports.facts import PrivateCall, Referral, Refusal, SwitchboardCall
from hanvisa.reports.model import NOWHERE, Column, Report, Row, Unit
from hanvisa.reports.stories import WaitEnd, talks, waits

_WHYS = {
    "absent": Text("hänvisad frånvaro", "referred absence"),
    "busy": Text("upptaget", "busy"),
    "no_answer": Text("inget svar", "no answer"),
    "unplugged": Text("telefonen inte inkopplad", "phone unplugged"),
}
_ENDS = {
    WaitEnd.ANSWERED: Text("besvarat", "answered"),
    WaitEnd.TO_BE_RUNG: Text("lämnade sitt nummer", "left a number"),
    WaitEnd.GIVEN_UP: Text("gav upp", "gave up"),
}


def _referrals(facts: Iterable[Referral]) -> Iterator[Row]:
    for one in facts:
        why = _WHYS.get(one.why, Text(one.why, one.why))
        yield Row(one.place, (one.at, one.person_id, why, one.call_id), counts=not one.unreferred)


def _unreferred(facts: Iterable[Referral]) -> Iterator[Row]:
    for one in facts:
        if one.unreferred:
            why = _WHYS.get(one.why, Text(one.why, one.why))
            yield Row(one.place, (one.at, one.person_id, why, one.call_id), one.person_id)


def _refusals(facts: Iterable[Refusal]) -> Iterator[Row]:
    for one in facts:
        cells = (one.at, ", ".join(one.rules), one.person_id, one.operator_id, one.call_id)
        yield Row(one.place, cells, one.rules[0])


def _answers(facts: Iterable[SwitchboardCall]) -> Iterator[Row]:
    for one in facts:
        for wait in waits(one.steps):
            cells = (
                wait.since,
                wait.switchboard_id,
                _ENDS[wait.end],
                wait.seconds,
                wait.operator_id,
                one.call_id,
            )
            yield Row(
                one.places.get(wait.switchboard_id, NOWHERE),
                cells,
                wait.switchboard_id,
                wait.seconds,
                wait.end is WaitEnd.ANSWERED,
            )


def _private(facts: Iterable[PrivateCall]) -> Iterator[Row]:
    for one in facts:
        for talk in talks(one.steps):
            cells = (talk.since, one.person_id, talk.seconds, one.call_id)
            yield Row(one.place, cells, one.person_id, talk.seconds / 60)


_OF_REFERRALS = (columns.AT, columns.PERSON, columns.WHY, columns.CALL)

UNREFERRED_ABSENCES = Report(
    name="unreferred-absences",
    title=Text("Ohänvisad frånvaro", "Unreferred absences"),
    meaning=Text(
        "Samtal till någon som inte svarade och inte hade hänvisat sin telefon, per person.",
        "Calls to somebody who did not answer and had registered no absence, by person.",
    ),
    rules=("G1",),
    facts=Referral,
    rows=_unreferred,
    columns=_OF_REFERRALS,
    measures=(measures.number("absences", "Ohänvisade", "Unreferred"),),
    by=Text("Person", "Person"),
)
REFERRED_SHARE = Report(
    name="referred-share",
    title=Text("Andel hänvisad frånvaro", "Referred share"),
    meaning=Text(
        "Hur många av de samtal där den sökta inte gick att nå som mötte en registrerad frånvaro.",
        "How many of the calls whose person was not to be had met a registered absence.",
    ),
    rules=("G1",),
    facts=Referral,
    rows=_referrals,
    columns=_OF_REFERRALS,
    measures=(
        measures.share("referred_share", "Andel hänvisade", "Referred share"),
        measures.counted("referred", "Hänvisade", "Referred"),
        measures.not_counted("unreferred", "Ohänvisade", "Unreferred"),
    ),
)
REFUSALS = Report(
    name="refusals",
    title=Text("Nekat, regel för regel", "Refusals by rule"),
    meaning=Text(
        "Det som nekades i samtal, efter den regel som avgjorde.",
        "What was refused in calls, by the rule that determined it.",
    ),
    rules=("O2", "M3", "M4", "G4", "P1"),
    facts=Refusal,
    rows=_refusals,
    columns=(
        columns.AT,
        Column("rules", Text("Regler", "Rules")),
        columns.PERSON,
        columns.OPERATOR,
        columns.CALL,
    ),
    measures=(measures.number("refusals", "Nekade", "Refused"),),
    by=Text("Regel", "Rule"),
)
ANSWER_TIMES = Report(
    name="answer-times",
    title=Text("Svarstider i växeln", "Answer times at the switchboard"),
    meaning=Text(
        "Hur länge de som ringde väntade på en telefonist, från att de kom till växeln.",
        "How long callers waited for an operator, from when they came to the switchboard.",
    ),
    rules=("F1",),
    facts=SwitchboardCall,
    rows=_answers,
    columns=(
        columns.AT,
        Column("switchboard", Text("Växel", "Switchboard")),
        Column("end", Text("Utfall", "Outcome")),
        columns.SECONDS,
        columns.OPERATOR,
        columns.CALL,
    ),
    measures=(
        measures.middle("median", "Median (s)", "Median (s)", Unit.SECONDS),
        measures.ninth_of_ten("nine_of_ten", "Nio av tio inom (s)", "Nine of ten within (s)", Unit.SECONDS),
        measures.longest("longest", "Längst (s)", "Longest (s)", Unit.SECONDS),
        measures.counted("answered", "Besvarade", "Answered"),
        measures.not_counted("unanswered", "Ej besvarade", "Not answered"),
    ),
    by=Text("Växel", "Switchboard"),
)
PRIVATE_CALLS = Report(
    name="private-calls",
    title=Text("Privata samtal", "Private calls"),
    meaning=Text(
        "Privata samtal från tjänstetelefoner och hur länge de varade. Vem som ringdes sparas inte.",
        "Private calls from phones of the organisation and how long they lasted. Whom they were to is not kept.",
    ),
    rules=("G4", "P1"),
    facts=PrivateCall,
    rows=_private,
    columns=(columns.AT, columns.PERSON, columns.SECONDS, columns.CALL),
    measures=(
        measures.number("calls", "Samtal", "Calls"),
        measures.total("minutes", "Minuter", "Minutes", Unit.MINUTES),
    ),
    by=Text("Person", "Person"),
)
