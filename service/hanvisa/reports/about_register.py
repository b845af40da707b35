"""Reports that are made from the register: exceptions, messages, details, telephone managers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hanvisa.policy.facts import ScopeKind
from hanvisa.policy.model import Text
from hanvisa.reports import columns, measures
from hanvisa.reports.facts import ExceptionInForce, MessageDue, StaleDetails, Unmanaged
from hanvisa.reports.model import Column, Report, Row

_SCOPES = {
    ScopeKind.EVERYONE: Text("alla", "everyone"),
    ScopeKind.ORGANISATION: Text("organisation", "organisation"),
    ScopeKind.DEPARTMENT: Text("avdelning", "department"),
    ScopeKind.PERSON: Text("person", "person"),
    ScopeKind.NUMBER: Text("nummer", "number"),
}


def _exceptions(facts: Iterable[ExceptionInForce]) -> Iterator[Row]:
    for one in facts:
        cells = (
            _SCOPES[ScopeKind(one.scope)],
            one.whom,
            one.reason,
            one.granted_by,
            one.starts_at,
            one.ends_at,
            len(one.calls),
            " ".join(one.calls),
            str(one.id),
        )
        yield Row(one.place, cells, amount=len(one.calls))


def _messages(facts: Iterable[MessageDue]) -> Iterator[Row]:
    for one in facts:
        to = one.person_id or one.department_id
        cells = (to, one.left_at, one.due_at, one.handled_at, str(one.id))
        yield Row(one.place, cells, to, counts=one.handled_at is None)


def _details(facts: Iterable[StaleDetails]) -> Iterator[Row]:
    for one in facts:
        yield Row(one.place, (one.person_id, one.place.department_id, one.confirmed_at))


def _unmanaged(facts: Iterable[Unmanaged]) -> Iterator[Row]:
    for one in facts:
        yield Row(one.place, (one.operation_id, one.head_id))


EXCEPTIONS = Report(
    name="exceptions",
    title=Text("Undantag och deras användning", "Exceptions and their uses"),
    meaning=Text(
        "Undantag från O2 som gällde någon gång i månaden, och hur ofta de släppte fram ett samtal.",
        "Exceptions to O2 that were in force in the month, and how often they let a call through.",
    ),
    rules=("O2",),
    facts=ExceptionInForce,
    rows=_exceptions,
    columns=(
        Column("scope", Text("Gäller", "Scope")),
        Column("whom", Text("Vem", "Whom")),
        Column("reason", Text("Skäl", "Reason")),
        Column("granted_by", Text("Beviljat av", "Granted by")),
        columns.STARTS_AT,
        columns.ENDS_AT,
        Column("uses", Text("Använt", "Uses")),
        columns.CALLS,
        Column("id", Text("Id", "Id")),
    ),
    measures=(
        measures.number("exceptions", "Undantag", "Exceptions"),
        measures.total("uses", "Använda gånger", "Uses"),
    ),
)
MESSAGES_OVERDUE = Report(
    name="messages-overdue",
    title=Text("Meddelanden som inte besvarades i tid", "Messages overdue"),
    meaning=Text(
        "Meddelanden som skulle ha besvarats i månaden och inte blev det i tid.",
        "Messages that were to be handled in the month, and were not in time.",
    ),
    rules=("S1",),
    facts=MessageDue,
    rows=_messages,
    columns=(
        Column("to", Text("Till", "To")),
        Column("left_at", Text("Lämnat", "Left")),
        Column("due_at", Text("Skulle besvaras", "Due")),
        Column("handled_at", Text("Besvarat", "Handled")),
        Column("id", Text("Id", "Id")),
    ),
    measures=(
        measures.number("overdue", "Försenade", "Overdue"),
        measures.counted("unhandled", "Ännu obesvarade", "Still not handled"),
    ),
    by=Text("Till", "To"),
)
STALE_DETAILS = Report(
    name="stale-details",
    title=Text("Uppgifter som inte är bekräftade", "Stale details"),
    meaning=Text(
        "Personer som inte har bekräftat sina uppgifter i tid.",
        "Persons who have not confirmed their details in time.",
    ),
    rules=("S2",),
    facts=StaleDetails,
    rows=_details,
    columns=(
        columns.PERSON,
        columns.DEPARTMENT,
        Column("confirmed_at", Text("Senast bekräftade", "Last confirmed")),
    ),
    measures=(measures.number("persons", "Personer", "Persons"),),
)
WITHOUT_TELEPHONE_MANAGER = Report(
    name="operations-without-telephone-manager",
    title=Text("Verksamheter utan telefonansvarig", "Operations without telephone manager"),
    meaning=Text(
        "Verksamheter där ingen är telefonansvarig, eller där den som var det har slutat.",
        "Operations that have no telephone manager, or whose manager has left.",
    ),
    rules=("T1",),
    facts=Unmanaged,
    rows=_unmanaged,
    columns=(Column("operation", Text("Verksamhet", "Operation")), Column("head", Text("Chef", "Head"))),
    measures=(measures.number("operations", "Verksamheter", "Operations"),),
)
