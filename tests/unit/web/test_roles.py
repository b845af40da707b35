"""Who may do what, cell by cell, and what a scope covers."""

from dataclasses import replace
from uuid import UUID

import pytest

from hanvisa.policy.facts import Department, Person
from hanvisa.web.roles import TABLE, Action, Assignment, Role, Scope, scope_of

NORA, LJUSNARSBERG = UUID(int=1), UUID(int=2)
SCHOOL, CARE = UUID(int=11), UUID(int=12)
CENTRE = UUID(int=21)


def person(number: int, operation: UUID = SCHOOL, organisation: UUID = NORA) -> Person:
    return Person(UUID(int=number), "Maja", "Ek", UUID(int=31), operation, organisation)


ASKER = person(101)
COLLEAGUE = person(102)
SAME_ORGANISATION = person(103, CARE)
ELSEWHERE = person(104, UUID(int=13), LJUSNARSBERG)

# Whom each role reaches: a all, o organisation, s scope (operation), i oneself, - nobody.
# Columns: admin, telephone manager, head, operator, superuser, person.
EXPECTED = {
    Action.READ_PERSONS: "aaaaoo",
    Action.CHANGE_PERSONS: "ass---",
    Action.CHANGE_DETAILS: "assiii",
    Action.FLAG_DETAILS: "aaaao-",
    Action.READ_FLAGS: "assaii",
    Action.READ_NOTICES: "aaaaa-",
    Action.WRITE_NOTICES: "ass---",
    Action.ACKNOWLEDGE_NOTICES: "iiiii-",
    Action.READ_TRAININGS: "assiii",
    Action.TICK_TRAININGS: "ass---",
    Action.READ_RECORDINGS: "assiii",
    Action.GIVE_RECORDINGS: "assiii",
    Action.END_RECORDINGS: "assiii",
    Action.READ_REASONS: "aaaaaa",
    Action.READ_ORGANISATION: "aaaaaa",
    Action.READ_TELEPHONY: "a-----",
    Action.CHANGE_REGISTER: "a-----",
    Action.READ_ABSENCES: "assaii",
    Action.READ_PRIVATE_REASONS: "assiii",
    Action.SET_ABSENCES: "assaii",
    Action.FORCE_ABSENCES: "ass---",
    Action.READ_COVERAGE_ALARMS: "ass---",
    Action.READ_CALENDARS: "assiii",
    Action.SET_CALENDARS: "asiiii",
    Action.READ_FORWARDINGS: "assaii",
    Action.SET_FORWARDINGS: "assiii",
    Action.READ_EXCEPTIONS: "assa--",
    Action.GRANT_EXCEPTIONS: "ass---",
    Action.GRANT_ON_THE_SPOT: "---i--",
    Action.READ_MOBILES: "assaii",
    Action.REGISTER_MOBILES: "ass---",
    Action.READ_OPERATORS: "aaaaa-",
    Action.SET_OPERATORS: "a--i--",
    Action.READ_MESSAGES: "assaii",
    Action.WRITE_MESSAGES: "aaaaoo",
    Action.HANDLE_MESSAGES: "assaii",
    Action.HEAR_MESSAGES: "aiiiii",
    Action.READ_CALLS: "aiiiii",
    Action.READ_LIVE: "a--a--",
    Action.ATTEND: "a--i--",
    Action.ASK_POLICY: "aaaa--",
    Action.READ_RULES: "aaaaaa",
    Action.READ_REPORTS: "a-s---",
    Action.SEE_PROTECTED: "assiii",
    Action.MANAGE_USERS: "a-----",
    Action.READ_SETTINGS: "aaa---",
    Action.CHANGE_SETTINGS: "a-----",
    Action.READ_AUDIT: "a-----",
    Action.READ_EXTRACTS: "assiii",
    Action.REQUEST_EXTRACTS: "ass---",
    Action.APPROVE_EXTRACTS: "a-s---",
    Action.READ_HELD: "aiiiii",
}
REACHED = {
    "a": {ASKER, COLLEAGUE, SAME_ORGANISATION, ELSEWHERE},
    "o": {ASKER, COLLEAGUE, SAME_ORGANISATION},
    "s": {ASKER, COLLEAGUE},
    "i": {ASKER},
    "-": set(),
}
CELLS = [
    (action, role, REACHED[letter])
    for action, letters in EXPECTED.items()
    for role, letter in zip(Role, letters, strict=True)
]


@pytest.mark.parametrize(("action", "role", "reached"), CELLS)
def test_each_cell_reaches_whom_it_should(action: Action, role: Role, reached: set[Person]) -> None:
    scope = scope_of(action, [Assignment(role, operation_id=SCHOOL)], ASKER)
    assert {one for one in REACHED["a"] if scope.covers(one)} == reached
    assert bool(scope) == bool(reached)


def test_the_table_has_every_cell() -> None:
    assert set(TABLE) == set(Action) == set(EXPECTED)
    assert all(set(row) == set(Role) for row in TABLE.values())


def test_no_roles_reach_nothing() -> None:
    assert all(not scope_of(action, [], ASKER) for action in Action)


def test_roles_reach_together() -> None:
    assignments = [Assignment(Role.HEAD, operation_id=SCHOOL), Assignment(Role.HEAD, operation_id=CARE)]
    scope = scope_of(Action.SET_ABSENCES, assignments, None)
    assert scope == Scope(operations=frozenset({SCHOOL, CARE}))
    assert scope.covers(SAME_ORGANISATION)


def test_a_head_of_a_cost_centre_reaches_its_reports_and_no_operation() -> None:
    scope = scope_of(Action.READ_REPORTS, [Assignment(Role.HEAD, cost_centre_id=CENTRE)], None)
    assert scope.cost_centres == {CENTRE}
    assert not scope.covers(COLLEAGUE)


def test_a_head_of_a_cost_centre_reaches_its_departments_and_no_others() -> None:
    pays_for = {CENTRE: (Department(ASKER.department_id, "Kyrkskolan", SCHOOL, NORA),)}
    assignment = Assignment(Role.HEAD, cost_centre_id=CENTRE)
    scope = scope_of(Action.READ_ABSENCES, [assignment], None, lambda centre: pays_for.get(centre, ()))
    elsewhere = replace(COLLEAGUE, department_id=UUID(int=32))
    assert scope.covers(COLLEAGUE)
    assert not scope.covers(elsewhere)


def test_a_user_who_is_no_person_has_nothing_of_their_own() -> None:
    assert not scope_of(Action.SET_ABSENCES, [Assignment(Role.PERSON)], None)
