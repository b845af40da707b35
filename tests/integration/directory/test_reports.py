"""Each report, from stored calls and a register: the figures are worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hanvisa.calls.replaying import Replay
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.personal.removing import remove
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.repositories.decisions import Decisions
from hanvisa.directory.tables import (
    AbsenceReasonRow,
    AbsenceRow,
    DepartmentRow,
    ExceptionRow,
    ExceptionUseRow,
    ForwardingRow,
    MessageRow,
    MobileRow,
    OperationRow,
    PersonRow,
)
from hanvisa.policy.comparison import Was
from hanvisa.policy.model import Language
from hanvisa.policy.what_if import WhatIf
from hanvisa.reports.catalogue import REPORTS
from hanvisa.reports.months import Month
from hanvisa.reports.telling import row_texts
from integration.directory.followed_up import (
    AILU_MOBILE,
    AT,
    AUGUST,
    CEARRU_MOBILE,
    NOW,
    call,
    founded,
    head_of,
    id_of,
    made,
    manager_of,
    opened,
    referred,
    stage,
    told,
)

SKOLA, VARD = "Nora kommun | Skola | 4100 Centrum", "Hällefors kommun | Vård | 3100 Centrum"
DAY = timedelta(days=1)


@pytest.fixture
async def town(database: Database) -> Database:
    await founded(database)
    return database


def cells(report: Any) -> list[list[str]]:
    return [row_texts(report, row, Language.EN)[3:] for row in report.rows]


@pytest.fixture
async def referrals(town: Database) -> Database:
    """Áilu: two unreferred and two referred; Čeárru: one unreferred. The same is tried twice in one of the calls.

    In one of those that are referred Áilu was working from home, and did not answer. In one more no phone of theirs
    could be rung: it is neither.
    """
    await call(town, "one", (0, "opened", opened()), (20, "outcome", referred("ailu")))
    await call(
        town,
        "two",
        (0, "opened", opened()),
        (20, "outcome", referred("ailu", "busy")),
        (40, "outcome", referred("ailu")),
        (60, "outcome", referred("cearru", "unplugged")),
        (70, "closed", {}),
        at=AT + DAY,
    )
    await call(town, "three", (0, "outcome", referred("ailu", "absent")), at=AT + 2 * DAY)
    at_home = {**referred("ailu"), "unreferred": False}
    await call(town, "four", (0, "outcome", at_home), at=AT + 3 * DAY)
    not_rung = {**referred("ailu", "not_rung"), "unreferred": False}
    await call(town, "five", (0, "outcome", not_rung), at=AT + 4 * DAY)
    await call(town, "in July", (0, "outcome", referred("ailu")), at=AUGUST.starts_at - timedelta(seconds=1))
    await call(town, "in September", (0, "outcome", referred("ailu")), at=AUGUST.ends_at)
    return town


async def test_unreferred_absences_are_told_per_person(referrals: Database) -> None:
    report = await made(referrals, "unreferred-absences")
    assert told(report) == [f"{VARD} | Čeárru Đuottar | 1", f"{SKOLA} | Áilu Ŋáhkká | 2"]
    assert report.total == (3,)
    assert cells(report) == [
        ["2026-08-05 10:00", "Áilu Ŋáhkká", "no answer", "one"],
        ["2026-08-06 10:00", "Áilu Ŋáhkká", "busy", "two"],
        ["2026-08-06 10:01", "Čeárru Đuottar", "phone unplugged", "two"],
    ]


async def test_the_referred_share(referrals: Database) -> None:
    report = await made(referrals, "referred-share")
    assert told(report) == [f"{VARD} | 0,0 | 0 | 1", f"{SKOLA} | 50,0 | 2 | 2"]
    assert report.total == (40, 2, 3)


async def test_each_sees_their_own_and_nobody_elses(referrals: Database) -> None:
    of_head = await made(referrals, "unreferred-absences", within=head_of("skola"))
    of_manager = await made(referrals, "unreferred-absences", within=manager_of("3100"))
    assert (of_head.total, of_manager.total) == ((2,), (1,))
    assert {row.place.operation_id for row in of_head.rows} == {id_of("skola")}
    assert {row.place.cost_centre_id for row in of_manager.rows} == {id_of("3100")}
    assert not (await made(referrals, "unreferred-absences", within=head_of("ledning"))).rows


def join(effect: str, *rules: str, person: str, via: str = "direct", **more: Any) -> dict[str, Any]:
    facts = {"person": {"id": str(id_of(person))}, "touched_by": str(id_of("ulla")), "via": via}
    return {
        "decision": "JoinFacts",
        "schema": 1,
        "effect": effect,
        "rules": list(rules),
        "facts": facts,
        **more,
    }


async def test_refusals_by_rule(town: Database) -> None:
    private = {
        "decision": "OutgoingFacts",
        "schema": 1,
        "effect": "refuse",
        "rules": ["P1", "G4"],
        "facts": {"private": True},
    }
    barred = {**private, "rules": []}
    consult = {**join("refuse", "O2", person="ailu"), "decision": "ConsultFacts"}
    consult["facts"] = {"join": consult["facts"], "setting": "refuse"}
    await call(
        town,
        "a",
        (0, "opened", opened(organisation="hällefors")),
        (5, "decision", join("refuse", "O2", "M3", person="ailu")),
        (6, "decision", join("allow", "O2", person="ailu")),
        (9, "decision", consult),
    )
    await call(town, "b", (0, "opened", opened("cearru")), (1, "decision", private), (2, "decision", barred))
    report = await made(town, "refusals")
    assert told(report) == [f"{VARD} | P1 | 1", f"{SKOLA} | O2 | 2"]
    assert cells(report)[0] == ["2026-08-05 10:00", "P1, G4", "", "", "b"]
    assert cells(report)[1] == ["2026-08-05 10:00", "O2, M3", "Áilu Ŋáhkká", "Ulla Brandt", "a"]


async def test_exceptions_and_their_uses(town: Database) -> None:
    scopes = (
        ("person", "ailu", None, AT, 2),
        ("department", "Hemtjänsten", None, AT, 0),
        ("number", None, CEARRU_MOBILE, AT, 1),
        ("everyone", None, None, AT, 0),
        ("organisation", "nora", None, AT - 90 * DAY, 0),  # over before August
    )
    async with town.changing(SYSTEM) as session:
        for scope, whom, number, starts_at, uses in scopes:
            row = ExceptionRow(
                scope=scope,
                scope_id=id_of(whom) if whom else None,
                number=number,
                reason="=jour",
                granted_by="chefen",
                starts_at=starts_at,
                ends_at=starts_at + 30 * DAY,
            )
            session.add(row)
            await session.flush()
            session.add_all(
                ExceptionUseRow(exception_id=row.id, call_id=f"{scope}-{number_}", at=AT + number_ * DAY)
                for number_ in range(uses)
            )
            session.add(ExceptionUseRow(exception_id=row.id, call_id="later", at=NOW))
    report = await made(town, "exceptions")
    assert told(report) == [
        " |  |  | 1 | 0",
        f"{VARD} | 2 | 1",
        f"{SKOLA} | 1 | 2",
    ]
    assert report.total == (4, 3)
    assert {tuple(row[:2]): row[7] for row in cells(report)} == {
        ("person", "Áilu Ŋáhkká"): "person-0 person-1",
        ("department", "Hemtjänsten"): "",
        ("number", CEARRU_MOBILE): "number-0",
        ("everyone", ""): "",
    }


async def test_answer_times(town: Database) -> None:
    """Nora's callers waited 10, 20 and 60 s, one gave up after 30 s, one left a number; one found it closed."""
    came = stage("AtSwitchboard", switchboard=str(id_of("nora växel")))
    answer = {"outcome": "operator", "operator": str(id_of("ulla"))}
    for number, seconds in enumerate((10, 20, 60)):
        await call(
            town,
            f"answered {number}",
            (0, "opened", opened()),
            (1, "stage", came),
            (2, "stage", came),
            (1 + seconds, "outcome", answer),
            (1 + seconds, "stage", stage("Talking")),
            (300, "closed", {}),
        )
    await call(town, "gave up", (1, "stage", came), (31, "closed", {}))
    await call(town, "left", (1, "stage", came), (5, "stage", stage("LeavingNumber")), (9, "closed", {}))
    await call(town, "closed", (1, "stage", came), (1, "stage", stage("Closed")), (9, "closed", {}))
    await call(town, "still there", (1, "stage", came))
    report = await made(town, "answer-times")
    # Ulla's operation has no cost centre; the median is of those who were answered.
    assert told(report) == ["Nora kommun | Ledning |  | Nora växel | 20,0 | 60,0 | 60,0 | 3 | 2"]
    assert sorted((row[5], row[2], row[3]) for row in cells(report)) == [
        ("answered 0", "answered", "10,0"),
        ("answered 1", "answered", "20,0"),
        ("answered 2", "answered", "60,0"),
        ("gave up", "gave up", "30,0"),
        ("left", "left a number", "4,0"),
    ]
    assert (await made(town, "answer-times", within=head_of("ledning"))).total == report.total


async def test_messages_overdue(town: Database) -> None:
    due = datetime(2026, 8, 7, 15, tzinfo=UTC)
    async with town.changing(SYSTEM) as session:
        for person, department, due_at, handled_at in (
            ("ailu", None, due, None),
            ("ailu", None, due, due + DAY),
            ("ailu", None, due, due - timedelta(minutes=1)),  # in time
            (None, "Hemtjänsten", due, None),
            ("ailu", None, NOW, None),  # due in September
        ):
            session.add(
                MessageRow(
                    person_id=id_of(person) if person else None,
                    department_id=id_of(department) if department else None,
                    caller="+46701740699",
                    state="handled" if handled_at else "new",
                    created_at=AT,
                    due_at=due_at,
                    handled_at=handled_at,
                )
            )
    report = await made(town, "messages-overdue")
    assert told(report) == [f"{VARD} | Hemtjänsten | 1 | 1", f"{SKOLA} | Áilu Ŋáhkká | 2 | 1"]
    assert all("70174" not in cell for row in cells(report) for cell in row), "who rang is nobody's business"


async def test_forwardings_to_mobiles(town: Database) -> None:
    """Áilu forwards from the 30th of July to the 3rd of August (three days of August), and to an extension."""
    july = datetime(2026, 7, 30, 12, tzinfo=UTC)
    async with town.changing(SYSTEM) as session:
        for target, starts_at, ends_at in (
            ("070-174 06 05", july, july + 4 * DAY),
            ("201", AT, AT + DAY),
            ("0701740605", NOW, NOW + DAY),
        ):
            session.add(
                ForwardingRow(person_id=id_of("ailu"), target=target, starts_at=starts_at, ends_at=ends_at)
            )
    for name, at, via in (
        ("in it", july + 3 * DAY, "forwarding"),
        ("redirected", july + 2 * DAY, "redirect"),
        ("after it", AT, "forwarding"),
    ):
        await call(town, name, (0, "decision", join("allow", "M3", person="ailu", via=via)), at=at)
    report = await made(town, "forwardings")
    assert told(report) == [f"{SKOLA} | Áilu Ŋáhkká | 1 | 3"]
    assert cells(report) == [
        ["Áilu Ŋáhkká", "070-174 06 05", "2026-07-30 14:00", "2026-08-03 14:00", "3", "2"]
    ]


async def test_of_forwardings_at_once_a_day_counts_once_and_a_call_is_that_ones(town: Database) -> None:
    """When busy to one mobile and without an answer to another: one day of M3's allowance, and none twice."""
    async with town.changing(SYSTEM) as session:
        for target, kind in (("070-174 06 05", "busy"), ("070-174 06 99", "no_answer")):
            session.add(
                ForwardingRow(
                    person_id=id_of("ailu"), target=target, starts_at=AT, ends_at=AT + DAY / 2, kind=kind
                )
            )
    for name, number in (("one", "+46701740605"), ("two", "+46701740605"), ("three", "+46701740699")):
        followed = join("allow", "M3", person="ailu", via="forwarding")
        followed["facts"]["number"] = {"kind": "mobile", "number": number}
        asked_again = (2, "decision", followed)  # as the mobile is rung
        await call(town, name, (0, "decision", followed), asked_again, at=AT + DAY / 4)
    report = await made(town, "forwardings")
    assert told(report) == [f"{SKOLA} | Áilu Ŋáhkká | 2 | 1"]
    assert report.total == (2, 1)
    assert sorted((row[1], *row[4:]) for row in cells(report)) == [
        ("070-174 06 05", "1", "2"),
        ("070-174 06 99", "1", "1"),
    ]


async def test_private_calls_and_their_minutes(town: Database) -> None:
    """Čeárru talks privately for 90 and for 150 s, 30 s of it on hold; one was refused, one is not private."""
    talking, on_hold = stage("Talking"), stage("OnHold", channel="x")
    private = (0.0, "opened", opened("cearru", "hällefors", private=True))
    await call(town, "one", private, (10, "stage", talking), (100, "closed", {}))
    await call(
        town,
        "two",
        private,
        (10, "stage", talking),
        (50, "stage", on_hold),
        (80, "stage", talking),
        (160, "closed", {}),
    )
    await call(town, "refused", private, (1, "outcome", {"outcome": "barred"}), (5, "closed", {}))
    public = (0.0, "opened", opened("cearru", "hällefors"))
    await call(town, "public", public, (10, "stage", talking), (100, "closed", {}))
    report = await made(town, "private-calls")
    assert told(report) == [f"{VARD} | Čeárru Đuottar | 2 | 4,0"]
    assert [row[2:] for row in cells(report)] == [["90,0", "one"], ["150,0", "two"]]


async def test_the_lengths_of_mobile_calls(town: Database) -> None:
    """Áilu's mobile is rung and talks 60 s; a citizen's mobile talks 6 min after 2 min with a fixed phone."""
    with_ailu = {"type": "with_mobile", "person": str(id_of("ailu"))}
    await call(
        town,
        "own",
        (0, "opened", opened("ailu")),
        (10, "signal", with_ailu),
        (10, "stage", stage("Talking")),
        (70, "closed", {}),
    )
    await call(
        town,
        "citizen",
        (0, "opened", opened("ailu")),
        (10, "stage", stage("Talking")),
        (130, "stage", stage("Transferred", dialled="0701740699")),
        (140, "signal", {"type": "with_mobile", "person": ""}),
        (140, "stage", stage("Talking")),
        (500, "closed", {}),
    )
    await call(
        town, "fixed", (0, "opened", opened("ailu")), (1, "stage", stage("Talking")), (9, "closed", {})
    )
    report = await made(town, "mobile-calls")
    assert told(report) == [f"{SKOLA} | 2 | 7,0 | 3,5 | 6,0"]
    assert sorted(row[1:] for row in cells(report)) == [
        ["", "360,0", "citizen"],
        ["Áilu Ŋáhkká", "60,0", "own"],
    ]


async def test_a_talk_with_a_mobile_that_changes_hands_is_one_talk(town: Database) -> None:
    """A citizen's mobile is sent on to Áilu's mobile, which then makes room for a fixed phone."""
    citizen = {"type": "with_mobile", "person": ""}
    with_ailu = {"type": "with_mobile", "person": str(id_of("ailu"))}
    await call(
        town,
        "handed over",
        (0, "opened", opened("ailu")),
        (10, "signal", citizen),
        (10, "stage", stage("Talking")),
        (40, "stage", stage("OnHold", channel="x")),
        (130, "signal", {"type": "transfer", "target": "201", "attended": True, "by": ""}),
        (130, "signal", citizen),
        (130, "signal", with_ailu),
        (130, "stage", stage("Talking")),
        (190, "signal", citizen),
        (190, "stage", stage("Talking")),
        (310, "closed", {}),
    )
    report = await made(town, "mobile-calls")
    assert sorted(row[1:3] for row in cells(report)) == [["", "300,0"], ["Áilu Ŋáhkká", "60,0"]]


async def test_a_mobile_that_leaves_a_talk_is_counted_until_then(town: Database) -> None:
    await call(
        town,
        "left",
        (0, "opened", opened("ailu")),
        (10, "signal", {"type": "with_mobile", "person": str(id_of("ailu"))}),
        (10, "stage", stage("Talking")),
        (70, "signal", {"type": "without_mobile"}),
        (70, "stage", stage("Talking")),
        (310, "closed", {}),
    )
    assert [row[2] for row in cells(await made(town, "mobile-calls"))] == ["60,0"]


async def test_mobiles_without_valid_greeting(town: Database) -> None:
    report = await made(town, "mobiles-without-greeting")
    assert told(report) == [f"{VARD} | 1"]
    assert cells(report) == [["Čeárru Đuottar", CEARRU_MOBILE, ""]]
    later = await made(town, "mobiles-without-greeting", month=Month.read("2027-01"), now=NOW + 180 * DAY)
    assert later.total == (2,), "Áilu's is half a year old by then"
    async with town.changing(SYSTEM) as session:
        mobile = await session.get(MobileRow, id_of(CEARRU_MOBILE))
        assert mobile is not None
        mobile.ended_at = AT
    assert (await made(town, "mobiles-without-greeting")).total == (0,)


def looked_at(*chain: str) -> dict[str, Any]:
    """A department was asked for, and those that stand in for it."""
    links = [{"department": {"id": str(id_of(name))}, "reachable": 0} for name in chain]
    return {
        "decision": "DepartmentFacts",
        "schema": 1,
        "effect": "refer",
        "rules": ["G3"],
        "facts": {"chain": links, "tried": []},
    }


async def test_empty_departments(town: Database) -> None:
    """Hemtjänsten is empty on the 5th and 6th, and on the 7th until noon; at Skolkontoret the switchboard stands in."""
    wednesday = datetime(2026, 8, 4, 22, tzinfo=UTC)  # it begins, in Sweden
    hour = timedelta(hours=1)
    away = (
        ("cearru", "6", wednesday - 5 * hour, wednesday + 2 * DAY + 12 * hour),
        ("cearru", "11", wednesday + 7 * DAY, wednesday + 9 * DAY),  # and can be reached
        ("ailu", "6", wednesday + 4 * DAY, wednesday + 7 * DAY),  # from the Sunday on
        ("ailu", "6", NOW - DAY, None),
        ("asa", "6", wednesday + 5 * DAY + 8 * hour, wednesday + 5 * DAY + 17 * hour),  # the Monday, 8 to 17
    )
    async with town.changing(SYSTEM) as session:
        for code, reachable in (("6", False), ("11", True)):
            session.add(
                AbsenceReasonRow(
                    id=id_of(code),
                    code=code,
                    name_sv="borta",
                    name_en="away",
                    spoken_sv="är borta",
                    spoken_en="is away",
                    time_kind="date",
                    reachable=reachable,
                )
            )
        department = await session.get(DepartmentRow, id_of("Skolkontoret"))
        assert department is not None
        department.stand_in_id = id_of("Växeln")
        await session.flush()
        for name, code, starts_at, ends_at in away:
            session.add(
                AbsenceRow(
                    person_id=id_of(name),
                    reason_id=id_of(code),
                    starts_at=starts_at,
                    ends_at=ends_at,
                    source="api",
                )
            )
    met = (0, "decision", looked_at("Hemtjänsten"))
    await call(town, "met it", met, (9, "decision", looked_at("Hemtjänsten")))
    await call(town, "next day", met, at=AT + DAY)
    await call(town, "in the evening", met, at=AT + 8 * hour)
    await call(town, "when somebody was back", met, at=AT + 2 * DAY + 4 * hour)
    await call(town, "purged", (0, "decision", {**looked_at("Hemtjänsten"), "facts": {}}))
    await call(town, "stood in for", (0, "decision", looked_at("Skolkontoret", "Växeln")), at=AT + 5 * DAY)
    report = await made(town, "empty-departments")
    assert told(report) == [f"{VARD} | Hemtjänsten | 2 | 0 | 2", f"{SKOLA} | Skolkontoret | 0 | 1 | 1"]
    assert report.total == (2, 1, 3)
    assert cells(report) == [
        ["2026-08-05", "Hemtjänsten", "Čeárru Đuottar", "nobody", "1", "met it"],
        ["2026-08-06", "Hemtjänsten", "Čeárru Đuottar", "nobody", "1", "next day"],
        ["2026-08-10", "Skolkontoret", "Åsa Öberg, Áilu Ŋáhkká", "Växeln", "1", "stood in for"],
    ]
    on_thursday = await made(town, "empty-departments", now=AT + DAY)
    assert [row[0] for row in cells(on_thursday)] == ["2026-08-05"], "Thursday is not over yet"


async def test_whoever_has_left_is_not_missed_and_a_department_ends(town: Database) -> None:
    """Čeárru is away all August, and leaves on the 20th; the next day Hemtjänsten has nobody to be empty of."""
    async with town.changing(SYSTEM) as session:
        reason = AbsenceReasonRow(
            code="9",
            name_sv="sjuk",
            name_en="sick",
            spoken_sv="är borta",
            spoken_en="is away",
            time_kind="none",
        )
        session.add(reason)
        await session.flush()
        session.add(
            AbsenceRow(
                person_id=id_of("cearru"),
                reason_id=reason.id,
                starts_at=AUGUST.starts_at,
                ends_at=None,
                source="api",
            )
        )
        person = await session.get(PersonRow, id_of("cearru"))
        assert person is not None
        person.ended_at = datetime(2026, 8, 20, 10, tzinfo=UTC)
    assert (await made(town, "empty-departments")).total == (13, 0, 0)
    async with town.changing(SYSTEM) as session:
        department = await session.get(DepartmentRow, id_of("Hemtjänsten"))
        assert department is not None
        department.ended_at = datetime(2026, 8, 8, 10, tzinfo=UTC)
    assert (await made(town, "empty-departments")).total == (5, 0, 0)


async def test_departments_of_one_person(town: Database) -> None:
    """Hemtjänsten and Växeln have one person each; once Hemtjänsten stands in for Växeln, that one is none of them."""
    report = await made(town, "departments-of-one")
    assert cells(report) == [["Hemtjänsten", "Čeárru Đuottar"], ["Växeln", "Ulla Brandt"]]
    assert told(report) == ["Hällefors kommun | Ledning |  | 1", f"{VARD} | 1"]
    async with town.changing(SYSTEM) as session:
        department = await session.get(DepartmentRow, id_of("Växeln"))
        assert department is not None
        department.stand_in_id = id_of("Hemtjänsten")
    assert [row[0] for row in cells(await made(town, "departments-of-one"))] == ["Hemtjänsten"]


async def test_who_is_removed_is_counted_as_before_and_the_others_stay(
    referrals: Database, tmp_path: Path
) -> None:
    """Áilu is sought, talks, and is refused; Čeárru and Ulla stand in the same calls."""
    came = stage("AtSwitchboard", switchboard=str(id_of("nora växel")))
    await call(
        referrals,
        "all",
        (0, "opened", opened("cearru", "hällefors", private=True)),
        (1, "stage", came),
        (5, "decision", join("refuse", "O2", person="ailu")),
        (6, "decision", looked_at("Skolkontoret")),
        (7, "decision", join("allow", "M3", person="ailu", via="forwarding")),
        (21, "outcome", {"outcome": "operator", "operator": str(id_of("ulla"))}),
        (21, "signal", {"type": "with_mobile", "person": str(id_of("ailu"))}),
        (21, "stage", stage("Talking", account="201", dialled=AILU_MOBILE)),
        (30, "heard", {"words": "Áilu Ŋáhkká", "person": str(id_of("ailu"))}),
        (61, "signal", {"type": "without_mobile"}),
        (81, "outcome", referred("ailu")),
        (81, "closed", {}),
    )
    names = (
        "unreferred-absences",
        "referred-share",
        "refusals",
        "answer-times",
        "private-calls",
        "mobile-calls",
        "forwardings",
    )

    async def figures() -> list[Any]:
        return [
            [sorted((repr(replace(one.group, of=None)), one.values) for one in report.figures), report.total]
            for report in [await made(referrals, name) for name in names]
        ]

    async with referrals.changing(SYSTEM) as session:
        (await session.get_one(PersonRow, id_of("ailu"))).ended_at = NOW
    before = await figures()
    await remove(referrals, tmp_path, str(id_of("ailu")), NOW, SYSTEM, forget=pytest.fail)
    assert await figures() == before
    records = CallRecords(referrals)
    record = await records.get("all")
    assert (record.caller, record.caller_person_id) == ("201", id_of("cearru"))
    assert (record.operator_id, record.person_id) == (id_of("ulla"), None)
    kept = str([entry.data for name in ("one", "two", "all") for entry in await records.entries(name)])
    assert not [told for told in (str(id_of("ailu")), AILU_MOBILE, "Áilu") if told in kept]
    assert [str(id_of(name)) in kept for name in ("cearru", "ulla")] == [True, True]
    replayed, looked = Replay(WhatIf()), []
    async for one in Decisions(referrals).between(AUGUST.starts_at, AUGUST.ends_at):
        assert str(id_of("ailu")) not in str(one.facts)
        looked += one.facts.get("chain", [])
        replayed.add(Was(one.call_id, one.at, one.kind, one.effect, one.rules), one.schema, one.facts)
    assert looked == [{"department": {"id": str(id_of("Skolkontoret"))}}]  # as calls of empty departments
    assert (replayed.comparison.gone, not replayed.comparison.undecided) == (3, True)


async def test_stale_details(town: Database) -> None:
    report = await made(town, "stale-details")
    assert told(report) == [f"{SKOLA} | 1"]
    assert cells(report) == [["Åsa Öberg", "Skolkontoret", "2026-01-05 01:00"]]


async def test_operations_without_telephone_manager(town: Database) -> None:
    report = await made(town, "operations-without-telephone-manager")
    assert told(report) == ["Hällefors kommun | Vård |  | 1"]
    assert cells(report) == [["Vård", "Čeárru Đuottar"]]
    async with town.changing(SYSTEM) as session:
        manager = await session.get(PersonRow, id_of("asa"))
        operation = await session.get(OperationRow, id_of("vård"))
        assert manager is not None
        assert operation is not None
        manager.ended_at = AT
        operation.telephone_manager_id = id_of("ulla")
    assert [row[0] for row in cells(await made(town, "operations-without-telephone-manager"))] == ["Skola"]


@pytest.mark.parametrize("name", [report.name for report in REPORTS])
async def test_a_month_without_anything_has_no_figures(database: Database, name: str) -> None:
    report = await made(database, name)
    assert (report.rows, report.figures) == ((), ())
