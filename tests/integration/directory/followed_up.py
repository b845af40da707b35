"""A made-up month of three operations, to be followed up: who is who, and how calls are stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.repositories.scoping import Within
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.directory.tables import (
    CostCentreRow,
    DepartmentRow,
    ExtensionRow,
    MembershipRow,
    MobileRow,
    OperationRow,
    OperatorRow,
    OperatorSwitchboardRow,
    OrganisationRow,
    PersonRow,
    PhoneRow,
    SwitchboardRow,
)
from hanvisa.policy.model import Language
from hanvisa.policy.numbers import NumberPlan
from hanvisa.reports.catalogue import report_named
from hanvisa.reports.making import NEEDED, Made, Maker, narrowed
from hanvisa.reports.model import Chosen
from hanvisa.reports.months import Month
from hanvisa.reports.reading.source import Limits
from hanvisa.reports.telling import figure_texts

AUGUST = Month(date(2026, 8, 1))
NOW = datetime(2026, 9, 3, 8, tzinfo=UTC)
AT = datetime(2026, 8, 5, 8, tzinfo=UTC)  # a Wednesday, 10:00 in Sweden
AILU_MOBILE, CEARRU_MOBILE = "+46701740605", "+46701740606"

Event = tuple[str, dict[str, Any]]


def id_of(name: str) -> UUID:
    return uuid5(UUID(int=8), name)


PLACES = {
    "ailu": ("nora", "skola", "Skolkontoret", "4100"),
    "cearru": ("hällefors", "vård", "Hemtjänsten", "3100"),
    "ulla": ("hällefors", "ledning", "Växeln", None),
}


async def settle(session: AsyncSession) -> None:
    """Áilu and Åsa are at Nora's school, Čeárru in Hällefors' care, Ulla is an operator of both switchboards."""
    for name in ("nora", "hällefors"):
        session.add(OrganisationRow(id=id_of(name), name=f"{name.title()} kommun", area_code="0980"))
    for name, given, family in (
        ("ailu", "Áilu", "Ŋáhkká"),
        ("asa", "Åsa", "Öberg"),
        ("cearru", "Čeárru", "Đuottar"),
        ("ulla", "Ulla", "Brandt"),
    ):
        session.add(
            PersonRow(
                id=id_of(name),
                given_name=given,
                family_name=family,
                email=f"{name}@example.org",
                details_confirmed_at=NOW if name != "asa" else datetime(2026, 1, 5, tzinfo=UTC),
            )
        )
    await session.flush()
    for name, organisation, manager, head in (
        ("skola", "nora", "asa", "ailu"),
        ("vård", "hällefors", None, "cearru"),
        ("ledning", "hällefors", "ulla", None),
    ):
        session.add(
            OperationRow(
                id=id_of(name),
                name=name.capitalize(),
                organisation_id=id_of(organisation),
                telephone_manager_id=id_of(manager) if manager else None,
                head_id=id_of(head) if head else None,
            )
        )
    for code, organisation, manager in (("4100", "nora", "asa"), ("3100", "hällefors", None)):
        session.add(
            CostCentreRow(
                id=id_of(code),
                code=code,
                name="Centrum",
                organisation_id=id_of(organisation),
                manager_id=id_of(manager) if manager else None,
            )
        )
    await session.flush()
    for _, operation, department, centre in PLACES.values():
        session.add(
            DepartmentRow(
                id=id_of(department),
                name=department,
                operation_id=id_of(operation),
                cost_centre_id=id_of(centre) if centre else None,
            )
        )
    await session.flush()
    for name, (_, _, department, _) in {**PLACES, "asa": PLACES["ailu"]}.items():
        session.add(
            MembershipRow(person_id=id_of(name), department_id=id_of(department), starts_on=date(2020, 1, 1))
        )
    for holder, number, itemised in (("ailu", AILU_MOBILE, True), ("cearru", CEARRU_MOBILE, False)):
        session.add(
            MobileRow(
                id=id_of(number),
                number=number,
                person_id=id_of(holder),
                carrier="Bolaget",
                grounds="rör sig",
                decided_by="chefen",
                decided_at=datetime(2025, 3, 3, tzinfo=UTC),
                itemised_invoice=itemised,
                greeting_checked_at=datetime(2026, 6, 1, tzinfo=UTC) if itemised else None,
            )
        )
    session.add(
        ExtensionRow(number="201", organisation_id=id_of("nora"), kind="person", target_id=id_of("asa"))
    )
    phone = PhoneRow(id=id_of("290"), account="h-290", organisation_id=id_of("hällefors"))
    session.add(phone)
    for name in ("nora", "hällefors"):
        session.add(
            SwitchboardRow(
                id=id_of(f"{name} växel"),
                name=f"{name.title()} växel",
                organisation_id=id_of(name),
                greeting_sv="Hej",
                greeting_en="Hello",
            )
        )
    await session.flush()
    session.add(
        OperatorRow(id=id_of("operator"), person_id=id_of("ulla"), phone_id=phone.id, state="open", since=AT)
    )
    await session.flush()
    for name in ("nora", "hällefors"):
        session.add(
            OperatorSwitchboardRow(operator_id=id_of("operator"), switchboard_id=id_of(f"{name} växel"))
        )


async def founded(database: Database) -> None:
    async with database.changing(SYSTEM) as session:
        await settle(session)


async def call(
    database: Database, name: str, *events: tuple[float, str, dict[str, Any]], at: datetime = AT
) -> None:
    """A stored call: its events with the seconds after it began."""
    entries = [
        CallEntry(name, seq, at + timedelta(seconds=after), kind, data)
        for seq, (after, kind, data) in enumerate(events, start=1)
    ]
    await CallRecords(database).append(entries)


def opened(caller: str = "", organisation: str = "nora", *, private: bool = False) -> dict[str, Any]:
    return {
        "side": "phone" if caller else "carrier",
        "caller": "201" if caller else "+46701740699",
        "called": "200",
        "caller_person": str(id_of(caller)) if caller else "",
        "organisation": str(id_of(organisation)),
        "private": private,
    }


def referred(person: str, why: str = "no_answer") -> dict[str, Any]:
    return {"outcome": "referred", "why": why, "person": str(id_of(person)), "unreferred": why != "absent"}


def stage(name: str, **args: Any) -> dict[str, Any]:
    return {"name": name, "args": args}


def head_of(operation: str) -> Within:
    return Within(operations={id_of(operation)})


def manager_of(centre: str) -> Within:
    return Within(cost_centres={id_of(centre)})


async def made(
    database: Database,
    name: str,
    *,
    within: Within | None = None,
    chosen: Chosen | None = None,
    month: Month = AUGUST,
    now: datetime = NOW,
) -> Made:
    directory = SnapshotDirectory(database, lambda: now)
    await directory.refresh(NEEDED)
    maker = Maker(database, directory.register, NumberPlan(), Limits())
    return narrowed(await maker.make(report_named(name), month, now), within, chosen or Chosen())


def told(report: Made, language: Language = Language.EN) -> Sequence[str]:
    """Each figure as a line: place, what it is of, values."""
    return [" | ".join(figure_texts(report, figure, language)) for figure in report.figures]
