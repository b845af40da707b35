"""Whose rows each role sees, row by row: in the list and one by one, as the table of roles says, and nobody else's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.repositories.users import UserFields, Users
from hanvisa.directory.tables import (
    AbsenceReasonRow,
    AbsenceRow,
    CostCentreRow,
    DepartmentRow,
    ExtractRow,
    FlagRow,
    ForwardingRow,
    MembershipRow,
    MessageRow,
    MobileRow,
    RecordingRow,
    TrainingRow,
)
from hanvisa.web.roles import TABLE, Action, Reach, Role
from hanvisa.web.tokens import create_token
from unit.web.town import NOW, Town, answer, id_of, problem

PERSONS = ("anna", "siv", "olle", "nils")
SCHOOL = {"anna", "siv"}
LISTS = {
    "/absences": Action.READ_ABSENCES,
    "/forwardings": Action.READ_FORWARDINGS,
    "/mobiles": Action.READ_MOBILES,
    "/messages": Action.READ_MESSAGES,
    "/recordings": Action.READ_RECORDINGS,
    "/flags": Action.READ_FLAGS,
    "/trainings": Action.READ_TRAININGS,
    "/extracts": Action.READ_EXTRACTS,
}
# Who asks: with which role, as whom, and which persons are in its scope.
ASKERS: dict[str, tuple[Role, str | None, set[str]]] = {
    "admin": (Role.ADMIN, None, set()),
    "manager": (Role.TELEPHONE_MANAGER, None, SCHOOL),
    "head": (Role.HEAD, None, SCHOOL),
    "centre": (Role.HEAD, None, {"anna", "siv"}),
    "nora": (Role.HEAD, None, {"nils"}),
    "operator": (Role.OPERATOR, "olle", set()),
    "superuser": (Role.SUPERUSER, "siv", set()),
    "person": (Role.PERSON, "anna", set()),
}


@pytest.fixture
async def rows(town: Town) -> None:
    """One of each kind of each person; the school is of a cost centre, which a head and Nora's head answer for."""
    user = await Users(town.database).create(UserFields("ylva"), None, SYSTEM)
    ends = NOW + timedelta(hours=2)
    async with town.database.changing(SYSTEM) as session:
        centre = CostCentreRow(
            id=id_of("4100"), code="4100", name="Skolor", organisation_id=id_of("Hällefors")
        )
        session.add(centre)
        await session.flush()
        (await session.get_one(DepartmentRow, id_of("Kyrkskolan"))).cost_centre_id = centre.id
        reason = AbsenceReasonRow(
            code="8", name_sv="", name_en="", spoken_sv="", spoken_en="", time_kind="time"
        )
        session.add(reason)
        await session.flush()
        for number, name in enumerate(PERSONS):
            whose: dict[str, Any] = {"person_id": id_of(name)}
            session.add_all(
                [
                    AbsenceRow(**whose, reason_id=reason.id, starts_at=NOW, ends_at=ends, source="api"),
                    ForwardingRow(**whose, target="200", starts_at=NOW, ends_at=ends),
                    MessageRow(**whose, caller="", text="Ring", created_at=NOW, due_at=ends),
                    RecordingRow(**whose, kind="name", sound="none", recorded_at=NOW),
                    FlagRow(**whose, what="title", flagged_by="ylva", flagged_at=NOW),
                    TrainingRow(**whose, listed_at=NOW),
                    ExtractRow(
                        **whose,
                        starts_at=NOW,
                        ends_at=NOW,
                        reason="x",
                        state="approved",
                        requested_at=NOW,
                        requested_by=user.id,
                        tell_at=NOW,
                    ),
                    MobileRow(
                        **whose,
                        number=f"+4670174065{number}",
                        carrier="B",
                        grounds="x",
                        decided_by="x",
                        decided_at=NOW,
                    ),
                ]
            )
    for name, scope_ in (("centre", "cost_centre:Skolor"), ("nora", "Nora skola")):
        town.tokens[name] = await create_token(town.database, "head", name, scope_, now=NOW)


def seen(action: Action, who: str) -> set[str]:
    """Whose rows the table says."""
    role, person, scope = ASKERS[who]
    roles = {role} | ({Role.PERSON} if person else set())
    found: set[str] = set()
    for reach in (TABLE[action][one] for one in roles):
        found |= set(PERSONS) if reach is Reach.ALL else set()
        found |= scope if reach is Reach.SCOPE else set()
        found |= {person} if reach is Reach.OWN and person else set()
    return found


@pytest.mark.parametrize("path", LISTS)
async def test_each_sees_the_rows_that_the_table_says_and_no_others(
    town: Town, rows: None, path: str
) -> None:
    names = {str(id_of(name)): name for name in PERSONS}
    everybodys = (await town.get(f"{path}?limit=200"))["items"]
    assert {names.get(one["person"]["id"]) for one in everybodys} >= set(PERSONS)
    for who in ASKERS:
        expected = seen(LISTS[path], who)
        if not expected:
            await problem(await town.ask("GET", path, who=who), 403)
            continue
        for query in ("?limit=200", *(f"?limit=200&person={id_}" for id_ in names)):
            shown = {one["person"]["id"] for one in (await town.get(path + query, who=who))["items"]}
            asked = set(PERSONS) if "person=" not in query else {names[query.rpartition("=")[2]]}
            assert {names[id_] for id_ in shown if id_ in names} == expected & asked, (who, query)
        for one in everybodys:
            name = names.get(one["person"]["id"])
            if name is not None:
                response = await town.ask("GET", f"{path}/{one['id']}", who=who)
                assert response.status == (200 if name in expected else 403), (who, name)


async def test_who_has_moved_is_their_new_heads_from_that_day(town: Town, rows: None) -> None:
    moved = date(2026, 8, 5)
    async with town.database.changing(SYSTEM) as session:
        query = select(MembershipRow).where(MembershipRow.person_id == id_of("anna"))
        (await session.scalars(query)).one().ends_on = moved
        session.add(
            MembershipRow(person_id=id_of("anna"), department_id=id_of("Noraskolan"), starts_on=moved)
        )
    for path in LISTS:
        for who, whose in (("head", {"siv"}), ("centre", {"siv"}), ("nora", {"anna", "nils"})):
            items = (await town.get(f"{path}?limit=200", who=who))["items"]
            ids = {one["person"]["id"] for one in items} & {str(id_of(name)) for name in PERSONS}
            assert ids == {str(id_of(name)) for name in whose}, (path, who)


async def test_a_head_of_a_cost_centre_changes_what_belongs_there_and_no_more(town: Town, rows: None) -> None:
    body = {"reason": "1", "ends_at": "2026-08-05T15:00:00+02:00"}
    for name, status in (("anna", 201), ("olle", 403), ("nils", 403)):
        response = await town.ask("POST", "/absences", {**body, "person": str(id_of(name))}, who="centre")
        await answer(response, status)


async def test_operations_are_not_a_cost_centres(town: Town, rows: None) -> None:
    """What is of a whole operation (exceptions, notices) is not of who pays for a part of it."""
    scope = {"kind": "department", "id": str(id_of("Kyrkskolan"))}
    exception = {
        "scope": scope,
        "reason": "Jouren nås bara i mobilen",
        "ends_at": "2026-08-06T10:00:00+02:00",
    }
    await problem(await town.ask("POST", "/exceptions", exception, who="centre"), 403)
    await problem(
        await town.ask("POST", "/notices", {"text": "x", "operation": str(id_of("Skola"))}, who="centre"), 403
    )
