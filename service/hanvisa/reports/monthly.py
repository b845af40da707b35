"""The reports of a month by mail to those responsible (F1): heads of operations and managers of cost centres."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.scoping import Within
from hanvisa.directory.tables import CostCentreRow, OperationRow, PersonRow, ReportMailRow
from hanvisa.errors import MailError
from hanvisa.mail.sending import Server, send
from hanvisa.policy.mail_addresses import recipients
from hanvisa.policy.model import Language, Text
from hanvisa.reports.catalogue import REPORTS
from hanvisa.reports.making import Made, Maker, narrowed
from hanvisa.reports.months import Month
from hanvisa.reports.pages import page_of
from hanvisa.reports.printing import print_pdf
from hanvisa.reports.telling import value_texts


@dataclass(frozen=True, slots=True)
class Responsible:
    """``within`` is what they are head of or manage."""

    person_id: UUID
    name: str
    address: str
    language: Language
    within: Within


@dataclass(frozen=True, slots=True)
class Mailed:
    """``why`` the mail was not sent; "" it was. ``reports``: how many had something to tell."""

    who: Responsible
    reports: int
    why: str = ""


async def mail_reports(
    maker: Maker, server: Server, sender: str, month: Month, now: datetime
) -> list[Mailed]:
    """To each who has not had them yet. One that the server does not take is owed still.

    Raises StorageError and PrintingError.
    """
    owed = await _owed(maker.database, month)
    made = [await maker.make(report, month, now) for report in REPORTS] if owed else []
    return [await _mail(maker.database, server, sender, who, made) for who in owed]


async def _mail(
    database: Database, server: Server, sender: str, who: Responsible, all_: Sequence[Made]
) -> Mailed:
    now = all_[0].made_at
    theirs = [made for made in (narrowed(one, who.within) for one in all_) if made.rows]
    try:
        if theirs:
            pdf = await print_pdf(page_of(theirs, who.language))
            await send(server, partial(compose, who, theirs, pdf, sender=sender, at=now))
    except MailError as error:
        return Mailed(who, len(theirs), str(error))
    async with database.changing(SYSTEM) as session:
        session.add(ReportMailRow(person_id=who.person_id, month=str(all_[0].month), sent_at=now))
    return Mailed(who, len(theirs))


def compose(
    who: Responsible, reports: Sequence[Made], pdf: bytes, *, sender: str, at: datetime
) -> EmailMessage:
    """Swedish first, then English. ``reports`` are of the same month, and each has something to tell. Pure.

    Raises ValueError for an address that is none.
    """
    month = str(reports[0].month)
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = recipients(who.address)
    mail["Subject"] = _SUBJECT.sv.format(month=month)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{who.person_id}.{month}@hanvisa>"
    mail["Auto-Submitted"] = "auto-generated"
    told = {
        language: "\n".join(
            (
                _HELLO.in_(language).format(name=who.name),
                "",
                _SAYS.in_(language).format(month=month),
                "",
                *(_line(made, language) for made in reports),
            )
        )
        for language in Language
    }
    english = _SUBJECT.en.format(month=month)
    mail.set_content(f"{told[Language.SV]}\n\n-- \n{english}\n\n{told[Language.EN]}\n")
    mail.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"telefoni-{month}.pdf")
    return mail


def _line(made: Made, language: Language) -> str:
    numbers = zip(made.report.measures, value_texts(made, made.total), strict=True)
    values = ", ".join(f"{measure.title.in_(language)} {number}" for measure, number in numbers if number)
    return f"{made.report.title.in_(language)}: {values}"


async def _owed(database: Database, month: Month) -> list[Responsible]:
    person, mailed = PersonRow, ReportMailRow
    had = select(mailed.person_id).where(mailed.month == str(month))
    async with database.reading() as session:
        operations, centres = defaultdict[UUID, set[UUID]](set), defaultdict[UUID, set[UUID]](set)
        for head, operation in await session.execute(
            select(OperationRow.head_id, OperationRow.id).where(OperationRow.ended_at.is_(None))
        ):
            if head is not None:
                operations[head].add(operation)
        for manager, centre in await session.execute(
            select(CostCentreRow.manager_id, CostCentreRow.id).where(CostCentreRow.ended_at.is_(None))
        ):
            if manager is not None:
                centres[manager].add(centre)
        persons = await session.scalars(
            select(person)
            .where(person.id.in_({*operations, *centres}), person.id.not_in(had))
            .where(person.ended_at.is_(None), person.email.is_not(None), person.email != "")
            .order_by(person.family_name, person.given_name, person.id)
        )
        return [
            Responsible(
                one.id,
                f"{one.given_name} {one.family_name}",
                one.email or "",
                Language(one.language),
                Within(operations=operations[one.id], cost_centres=centres[one.id]),
            )
            for one in persons
        ]


_SUBJECT = Text("Uppföljning av telefonin {month}", "Follow-up of telephony, {month}")
_HELLO = Text("Hej {name},", "Hello {name},")
_SAYS = Text(
    "Här är uppföljningen av telefonin i {month} för det du ansvarar för. Underlaget finns i den bifogade filen.",
    "This is the follow-up of telephony in {month} for what you are responsible for. The attached file has the rows.",
)
