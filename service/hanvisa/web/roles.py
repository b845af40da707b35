"""Who may do what: one table, action by role. Each cell says how far the role reaches.

docs/decisions.md (exceptions are granted by admin, and by head and telephone manager within their own operation, by an
operator only on the spot where a setting lets them), docs/policy.md F1 (a head sees their own, nobody else's), F2
(others' calls are read from an extract, docs/adr/0092) and M1 (mobiles are known within the organisation).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from hanvisa.directory.repositories.scoping import Within
from hanvisa.policy.model import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from uuid import UUID

    from hanvisa.policy.facts import Department, Person


class Role(StrEnum):
    ADMIN = "admin"
    TELEPHONE_MANAGER = "telephone_manager"
    HEAD = "head"
    OPERATOR = "operator"
    SUPERUSER = "superuser"
    PERSON = "person"


class Reach(StrEnum):
    NONE = "none"
    OWN = "own"  # what is one's own
    SCOPE = "scope"  # the operation or cost centre that the role was given for
    ORGANISATION = "organisation"  # everyone of one's own organisation
    ALL = "all"


class Action(StrEnum):
    READ_PERSONS = "read persons"
    CHANGE_PERSONS = "change persons"
    CHANGE_DETAILS = "change and confirm details"
    FLAG_DETAILS = "flag details as wrong"
    READ_FLAGS = "read flags"
    READ_NOTICES = "read notices"
    WRITE_NOTICES = "write notices"
    ACKNOWLEDGE_NOTICES = "acknowledge notices"
    READ_TRAININGS = "read the training list"
    TICK_TRAININGS = "keep the training list"
    READ_RECORDINGS = "read and hear what people recorded of themselves"
    GIVE_RECORDINGS = "give recordings of people"
    END_RECORDINGS = "end what people recorded of themselves"
    READ_REASONS = "read the reasons of absence"
    READ_ORGANISATION = "read the organisation"
    READ_TELEPHONY = "read phones, extensions and numbers"
    CHANGE_REGISTER = "change the register"
    READ_ABSENCES = "read absences"
    READ_PRIVATE_REASONS = "read private reasons of absence"
    SET_ABSENCES = "set absences"
    FORCE_ABSENCES = "decide that a department is left empty"
    READ_COVERAGE_ALARMS = "read alarms of empty departments"
    READ_CALENDARS = "see where absences are read from"
    SET_CALENDARS = "set where absences are read from"
    READ_FORWARDINGS = "read forwardings"
    SET_FORWARDINGS = "set forwardings"
    READ_EXCEPTIONS = "read exceptions"
    GRANT_EXCEPTIONS = "grant exceptions"
    GRANT_ON_THE_SPOT = "make an exception on the spot"
    READ_MOBILES = "read the registrations of mobiles"
    REGISTER_MOBILES = "register mobiles"
    READ_OPERATORS = "read operators"
    SET_OPERATORS = "open, pause and close operators"
    READ_MESSAGES = "read messages"
    WRITE_MESSAGES = "write messages"
    HANDLE_MESSAGES = "say that messages are read or handled"
    HEAR_MESSAGES = "hear messages"
    READ_CALLS = "read calls"
    READ_LIVE = "see the switchboard's calls now"
    ATTEND = "attend to calls"
    ASK_POLICY = "ask the policy for a decision"
    READ_RULES = "read the rules"
    READ_REPORTS = "read reports"
    SEE_PROTECTED = "see protected numbers"
    MANAGE_USERS = "manage users and tokens"
    READ_SETTINGS = "read settings"
    CHANGE_SETTINGS = "change settings"
    READ_AUDIT = "read the audit trail"
    READ_EXTRACTS = "read extracts"
    REQUEST_EXTRACTS = "ask for extracts"
    APPROVE_EXTRACTS = "approve extracts"
    READ_HELD = "read all that is held on somebody"


_ROLES = (Role.ADMIN, Role.TELEPHONE_MANAGER, Role.HEAD, Role.OPERATOR, Role.SUPERUSER, Role.PERSON)
_NONE, _OWN, _SCOPE, _ORG, _ALL = Reach.NONE, Reach.OWN, Reach.SCOPE, Reach.ORGANISATION, Reach.ALL


def _row(*reaches: Reach) -> dict[Role, Reach]:
    return dict(zip(_ROLES, reaches, strict=True))


TABLE: dict[Action, dict[Role, Reach]] = {
    #                                admin  manager head    operator superuser person
    Action.READ_PERSONS: _row(_ALL, _ALL, _ALL, _ALL, _ORG, _ORG),
    Action.CHANGE_PERSONS: _row(_ALL, _SCOPE, _SCOPE, _NONE, _NONE, _NONE),
    Action.CHANGE_DETAILS: _row(_ALL, _SCOPE, _SCOPE, _OWN, _OWN, _OWN),
    Action.FLAG_DETAILS: _row(_ALL, _ALL, _ALL, _ALL, _ORG, _NONE),
    Action.READ_FLAGS: _row(_ALL, _SCOPE, _SCOPE, _ALL, _OWN, _OWN),
    Action.READ_NOTICES: _row(_ALL, _ALL, _ALL, _ALL, _ALL, _NONE),
    Action.WRITE_NOTICES: _row(_ALL, _SCOPE, _SCOPE, _NONE, _NONE, _NONE),
    Action.ACKNOWLEDGE_NOTICES: _row(_OWN, _OWN, _OWN, _OWN, _OWN, _NONE),
    Action.READ_TRAININGS: _row(_ALL, _SCOPE, _SCOPE, _OWN, _OWN, _OWN),
    Action.TICK_TRAININGS: _row(_ALL, _SCOPE, _SCOPE, _NONE, _NONE, _NONE),
    Action.READ_RECORDINGS: _row(_ALL, _SCOPE, _SCOPE, _OWN, _OWN, _OWN),
    Action.GIVE_RECORDINGS: _row(_ALL, _SCOPE, _SCOPE, _OWN, _OWN, _OWN),
    Action.END_RECORDINGS: _row(_ALL, _SCOPE, _SCOPE, _OWN, _OWN, _OWN),
    Action.READ_REASONS: _row(_ALL, _ALL, _ALL, _ALL, _ALL, _ALL),
    Action.READ_ORGANISATION: _row(_ALL, _ALL, _ALL, _ALL, _ALL, _ALL),
    Action.READ_TELEPHONY: _row(_ALL, _NONE, _NONE, _NONE, _NONE, _NONE),
    Action.CHANGE_REGISTER: _row(_ALL, _NONE, _NONE, _NONE, _NONE, _NONE),
    Action.READ_ABSENCES: _row(_ALL, _SCOPE, _SCOPE, _ALL, _OWN, _OWN),
    Action.READ_PRIVATE_REASONS: _row(_ALL, _SCOPE, _SCOPE, _OWN, _OWN, _OWN),
    Action.SET_ABSENCES: _row(_ALL, _SCOPE, _SCOPE, _ALL, _OWN, _OWN),
    Action.FORCE_ABSENCES: _row(_ALL, _SCOPE, _SCOPE, _NONE, _NONE, _NONE),
    Action.READ_COVERAGE_ALARMS: _row(_ALL, _SCOPE, _SCOPE, _NONE, _NONE, _NONE),
    Action.READ_CALENDARS: _row(_ALL, _SCOPE, _SCOPE, _OWN, _OWN, _OWN),
    Action.SET_CALENDARS: _row(_ALL, _SCOPE, _OWN, _OWN, _OWN, _OWN),
    Action.READ_FORWARDINGS: _row(_ALL, _SCOPE, _SCOPE, _ALL, _OWN, _OWN),
    Action.SET_FORWARDINGS: _row(_ALL, _SCOPE, _SCOPE, _OWN, _OWN, _OWN),
    Action.READ_EXCEPTIONS: _row(_ALL, _SCOPE, _SCOPE, _ALL, _NONE, _NONE),
    Action.GRANT_EXCEPTIONS: _row(_ALL, _SCOPE, _SCOPE, _NONE, _NONE, _NONE),
    Action.GRANT_ON_THE_SPOT: _row(_NONE, _NONE, _NONE, _OWN, _NONE, _NONE),
    Action.READ_MOBILES: _row(_ALL, _SCOPE, _SCOPE, _ALL, _OWN, _OWN),
    Action.REGISTER_MOBILES: _row(_ALL, _SCOPE, _SCOPE, _NONE, _NONE, _NONE),
    Action.READ_OPERATORS: _row(_ALL, _ALL, _ALL, _ALL, _ALL, _NONE),
    Action.SET_OPERATORS: _row(_ALL, _NONE, _NONE, _OWN, _NONE, _NONE),
    Action.READ_MESSAGES: _row(_ALL, _SCOPE, _SCOPE, _ALL, _OWN, _OWN),
    Action.WRITE_MESSAGES: _row(_ALL, _ALL, _ALL, _ALL, _ORG, _ORG),
    Action.HANDLE_MESSAGES: _row(_ALL, _SCOPE, _SCOPE, _ALL, _OWN, _OWN),
    Action.HEAR_MESSAGES: _row(_ALL, _OWN, _OWN, _OWN, _OWN, _OWN),
    Action.READ_CALLS: _row(_ALL, _OWN, _OWN, _OWN, _OWN, _OWN),
    Action.READ_LIVE: _row(_ALL, _NONE, _NONE, _ALL, _NONE, _NONE),
    Action.ATTEND: _row(_ALL, _NONE, _NONE, _OWN, _NONE, _NONE),
    Action.ASK_POLICY: _row(_ALL, _ALL, _ALL, _ALL, _NONE, _NONE),
    Action.READ_RULES: _row(_ALL, _ALL, _ALL, _ALL, _ALL, _ALL),
    Action.READ_REPORTS: _row(_ALL, _NONE, _SCOPE, _NONE, _NONE, _NONE),
    Action.SEE_PROTECTED: _row(_ALL, _SCOPE, _SCOPE, _OWN, _OWN, _OWN),
    Action.MANAGE_USERS: _row(_ALL, _NONE, _NONE, _NONE, _NONE, _NONE),
    Action.READ_SETTINGS: _row(_ALL, _ALL, _ALL, _NONE, _NONE, _NONE),
    Action.CHANGE_SETTINGS: _row(_ALL, _NONE, _NONE, _NONE, _NONE, _NONE),
    Action.READ_AUDIT: _row(_ALL, _NONE, _NONE, _NONE, _NONE, _NONE),
    Action.READ_EXTRACTS: _row(_ALL, _SCOPE, _SCOPE, _OWN, _OWN, _OWN),
    Action.REQUEST_EXTRACTS: _row(_ALL, _SCOPE, _SCOPE, _NONE, _NONE, _NONE),
    Action.APPROVE_EXTRACTS: _row(_ALL, _NONE, _SCOPE, _NONE, _NONE, _NONE),
    Action.READ_HELD: _row(_ALL, _OWN, _OWN, _OWN, _OWN, _OWN),
}
SCOPED = frozenset(role for row in TABLE.values() for role, reach in row.items() if reach is Reach.SCOPE)
"""The roles that are given for an operation or cost centre."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role that somebody has. The scope is the operation or cost centre of a head or telephone manager."""

    role: Role
    operation_id: UUID | None = None
    cost_centre_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What one user's roles reach together, for one action. Empty reaches nothing.

    ``departments`` are those of the cost centres.
    """

    everything: bool = False
    organisations: frozenset[UUID] = frozenset()
    operations: frozenset[UUID] = frozenset()
    cost_centres: frozenset[UUID] = frozenset()
    departments: frozenset[UUID] = frozenset()
    persons: frozenset[UUID] = frozenset()

    def within(self, day: date) -> Within | None:
        """The persons it reaches on that day, for a query; None is everybody."""
        if self.everything:
            return None
        return Within(self.organisations, self.operations, self.cost_centres, self.persons, day)

    def covers(self, person: Person) -> bool:
        return (
            self.everything
            or person.organisation_id in self.organisations
            or person.operation_id in self.operations
            or person.department_id in self.departments
            or person.id in self.persons
        )

    def covers_department(self, department: Department) -> bool:
        return (
            self.everything
            or department.organisation_id in self.organisations
            or department.operation_id in self.operations
            or department.id in self.departments
        )

    def __bool__(self) -> bool:
        return self.everything or bool(
            self.organisations or self.operations or self.cost_centres or self.persons
        )


def scope_of(
    action: Action,
    assignments: Iterable[Assignment],
    person: Person | None,
    departments_at: Callable[[UUID], Iterable[Department]] = lambda _: (),
) -> Scope:
    """What the assignments reach for the action.

    ``person`` is the user's own, if the user is one; ``departments_at`` gives those of a cost centre.
    """
    everything = False
    organisations: set[UUID] = set()
    operations: set[UUID] = set()
    cost_centres: set[UUID] = set()
    persons: set[UUID] = set()
    for assignment in assignments:
        reach = TABLE[action][assignment.role]
        if reach is Reach.ALL:
            everything = True
        if reach in (Reach.OWN, Reach.ORGANISATION) and person is not None:
            persons.add(person.id)
        if reach is Reach.ORGANISATION and person is not None:
            organisations.add(person.organisation_id)
        if reach is Reach.SCOPE and assignment.operation_id is not None:
            operations.add(assignment.operation_id)
        if reach is Reach.SCOPE and assignment.cost_centre_id is not None:
            cost_centres.add(assignment.cost_centre_id)
    return Scope(
        everything,
        frozenset(organisations),
        frozenset(operations),
        frozenset(cost_centres),
        frozenset(department.id for one in cost_centres for department in departments_at(one)),
        frozenset(persons),
    )


def who_may(action: Action) -> tuple[Role, ...]:
    """The roles that reach anything, for the sentence of a refusal."""
    return tuple(role for role in _ROLES if TABLE[action][role] is not Reach.NONE)


NAMES: dict[Role, Text] = {
    Role.ADMIN: Text(sv="administratör", en="admin"),
    Role.TELEPHONE_MANAGER: Text(sv="telefonansvarig", en="telephone manager"),
    Role.HEAD: Text(sv="verksamhetschef", en="head"),
    Role.OPERATOR: Text(sv="telefonist", en="operator"),
    Role.SUPERUSER: Text(sv="superanvändare", en="superuser"),
    Role.PERSON: Text(sv="användare", en="person"),
}
