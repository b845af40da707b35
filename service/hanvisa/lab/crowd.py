"""A register as large as one likes: made-up people with numbers, mobiles and absences, beside the demo directory's.

Their numbers are the regulator's fiction numbers with more digits than any real number has.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import insert, select

from hanvisa.directory.auditing import SYSTEM, touch
from hanvisa.directory.engine import Database
from hanvisa.directory.tables import (
    AbsenceReasonRow,
    AbsenceRow,
    DepartmentRow,
    ExtensionRow,
    FunctionRow,
    MembershipRow,
    MobileRow,
    NumberRow,
    OperationRow,
    OrganisationRow,
    PersonRow,
)
from hanvisa.ids import new_id

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

AT_ONCE = 5_000  # persons in a transaction
DEPARTMENT = 140  # persons
OPERATIONS = 12  # of each organisation
MOBILE, ABSENT, PROTECTED, LEFT = 0.3, 0.05, 0.01, 0.02  # shares of those who have one, or are
SEED = 1

Rows = defaultdict[Any, list[dict[str, Any]]]
"""By table."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """One of them, as an operator looks for them. ``direct`` is spelled as in a letter."""

    id: UUID
    given: str
    family: str
    department: str
    extension: str
    direct: str


@dataclass(frozen=True, slots=True)
class _Department:
    id: UUID
    name: str
    organisation_id: UUID


async def add_people(database: Database, count: int, progress: Callable[[int], None]) -> list[Somebody]:
    """Add so many, the same each time, to a database that has the demo directory. ``progress``: how many more.

    Gives those who are still there, and whose numbers are told. Raises StorageError.
    """
    async with database.changing(SYSTEM) as session:
        organisations = (
            await session.scalars(select(OrganisationRow.id).order_by(OrganisationRow.name))
        ).all()
        reasons = (await session.scalars(select(AbsenceReasonRow.id).order_by(AbsenceReasonRow.code))).all()
        crowd = _Crowd(organisations, reasons, count)
        await _insert(session, crowd.rows)
    told: list[Somebody] = []
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count))
        told += [one for number in numbers if (one := crowd.add(number)) is not None]
        async with database.changing(SYSTEM) as session:
            await _insert(session, crowd.rows)
        progress(len(numbers))
    return told


async def _insert(session: AsyncSession, rows: Rows) -> None:
    """In the order in which the tables came up: persons before what is theirs."""
    for table, new in rows.items():
        await session.execute(insert(table.__table__), new)
    touch(session, [table.__tablename__ for table in rows])
    rows.clear()


class _Crowd:
    """Makes the rows; whoever stores them clears them."""

    def __init__(self, organisations: Sequence[UUID], reasons: Sequence[UUID], count: int) -> None:
        self.rows = Rows(list)
        self._chance = random.Random(SEED)  # noqa: S311 - who is made up is no secret
        self._reasons = reasons
        self._departments = self._make_departments(organisations, max(1, count // DEPARTMENT))
        self._extensions: defaultdict[UUID, Iterator[int]] = defaultdict(lambda: itertools.count(10_000))

    def _make_departments(self, organisations: Sequence[UUID], count: int) -> list[_Department]:
        operations = [(new_id(), one) for _ in range(OPERATIONS) for one in organisations]
        self.rows[OperationRow] = [
            {"id": id_, "name": f"Verksamhet {number}", "organisation_id": organisation}
            for number, (id_, organisation) in enumerate(operations, start=1)
        ]
        made: list[_Department] = []
        for number in range(count):
            operation, organisation = operations[number % len(operations)]
            name = f"{UNITS[number % len(UNITS)]} {AREAS[number // len(UNITS) % len(AREAS)]}"
            made.append(_Department(new_id(), name, organisation))
            self.rows[DepartmentRow].append({"id": made[-1].id, "name": name, "operation_id": operation})
        return made

    def add(self, number: int) -> Somebody | None:
        """None for one who has left, or whose numbers are not told."""
        chance, rows = self._chance, self.rows
        id_, now = new_id(), datetime.now(UTC)
        department, (given, family) = chance.choice(self._departments), _name(chance)
        protected, ended_at = chance.random() < PROTECTED, now if chance.random() < LEFT else None
        rows[PersonRow].append(
            {
                "id": id_,
                "given_name": given,
                "family_name": family,
                "title": chance.choice(TITLES),
                "email": f"person{number}@example.org",
                "protected": protected,
                "details_confirmed_at": now,
                "ended_at": ended_at,
            }
        )
        since = (now - timedelta(days=1000)).date()
        rows[MembershipRow].append(
            {"id": new_id(), "person_id": id_, "department_id": department.id, "starts_on": since}
        )
        for position, name in enumerate(chance.sample(FUNCTIONS, chance.randrange(3))):
            rows[FunctionRow].append({"person_id": id_, "position": position, "name": name})
        extension = str(next(self._extensions[department.organisation_id]))
        self._number(id_, number, extension, department, ended_at)
        if chance.random() < ABSENT:
            rows[AbsenceRow].append(
                {
                    "id": new_id(),
                    "person_id": id_,
                    "reason_id": chance.choice(self._reasons),
                    "starts_at": now - timedelta(hours=1),
                    "ends_at": now + timedelta(hours=8),
                    "source": "import",
                }
            )
        spelled = f"0980-319 2{number // 1000:02} {number % 1000:03}"
        if protected or ended_at:
            return None
        return Somebody(id_, given, family, department.name, extension, spelled)

    def _number(
        self, person: UUID, number: int, extension: str, department: _Department, ended_at: datetime | None
    ) -> None:
        rows, theirs = self.rows, {"kind": "person", "target_id": person, "ended_at": ended_at}
        rows[ExtensionRow].append(
            {**theirs, "id": new_id(), "number": extension, "organisation_id": department.organisation_id}
        )
        rows[NumberRow].append({**theirs, "id": new_id(), "number": f"+469803192{number:05}"})
        if self._chance.random() < MOBILE:
            rows[MobileRow].append(
                {
                    "id": new_id(),
                    "number": f"+467017406{number:05}",
                    "person_id": person,
                    "carrier": "Upphandlad operatör",
                    "grounds": "Arbetar på fältet",
                    "decided_by": "Elsa Hedström, verksamhetschef",
                    "decided_at": datetime.now(UTC),
                    "ended_at": ended_at,
                }
            )


def _name(chance: random.Random) -> tuple[str, str]:
    given = chance.choice(GIVEN)
    if chance.random() < 0.1:
        given += f"-{chance.choice(GIVEN)}"
    kind = chance.random()
    if kind < 0.35:
        return given, chance.choice(COMMON)
    if kind < 0.9:
        return given, f"{chance.choice(FIRST_PARTS)}{chance.choice(LAST_PARTS)}"
    return given, f"{chance.choice(COMMON)} {chance.choice(FIRST_PARTS)}{chance.choice(LAST_PARTS)}"


def _words(text: str) -> list[str]:
    return text.split()


GIVEN = _words("""
Aapo Adam Agneta Aila Aino Albin Alice Anders Ánde Anette Ánne Annika Antti Áslat Åsa Astrid Åke Axel Bengt
Berit Birgitta Bjarne Björn Bo Britta Carina Carl Cecilia Charlotte Christian Dagny David Ebba Einar Elin
Elina Ella Emil Erik Eva Eyvindur Fredrik Frida Frøydis Gábe Göran Gösta Greta Guðrún Gun Gunnar Håkan Hanna
Hans Heidi Helena Henrik Hilde Ida Inga Inger Ingrid Isak Ivar Jákup Jan Jenny Joar Johan Jonas Jon-Ante
Josefin Jørgen Jóhanna Juhani Jukka Kaarina Kajsa Karin Kerstin Kjell Klara Knut Kristina Lars Lásse Leif
Lena Linnéa Lisa Lovisa Magnus Maja Malin Máret Margareta Märta Maria Marit Markus Matti Mikael Mikkel Minna
Nils Niillas Oda Olof Óli Øystein Päivi Pär Per Petra Pia Rávdná Reidar Riitta Roger Ruth Sámmol Sanna Sara
Simon Sigríður Siv Sofia Solveig Søren Stefan Sten Stig Susanne Sven Tage Tapio Therese Þóra Thomas Tor
Torbjörn Tove Ulf Ulla Ursula Väinö Vera Viktor Yngve Yrsa Ylva Zara Zoé Ædel Öjvind Örjan Östen
""")
COMMON = _words("""
Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson Jonsson
Jansson Hansson Bengtsson Jönsson Carlsson Petersson Magnusson Olofsson Mårtensson Håkansson Göransson
Bjørnsen Sørensen Kjærgaard Østergård Korhonen Virtanen Mäkinen Hämäläinen Pääkkönen Näkkäläjärvi Guttorm
Utsi Åhrén Gaup Bæhr Þórðarson Jónsdóttir Müller Petrović Kovačević Đorđević Łukasiewicz O'Brien d'Arc
""")
FIRST_PARTS = _words("""
Al Alm Ask Berg Björk Blom Brand Ceder Dal Ek Eng Fjell Fors Frid Gran Grön Gyllen Hag Hed Hell Holm Hög
Käll Kvarn Lager Lilje Lind Lund Lång Löf Malm Mör Norr Ny Nord Ros Rud Ryd Sand Sjö Skog Stål Sten Strand
Sund Svan Säll Söder Torn Ull Vester Vik Vin Väst Zetter Åker Ås Älv Ängs Öst
""")
LAST_PARTS = _words("""
berg ström qvist man gren lund stedt holm dahl vall fors blad mark lind bäck vik feldt löf ros sjö hammar
stam sten hjelm
""")
TITLES = _words("""
handläggare ekonom undersköterska lärare rektor barnskötare socialsekreterare bygglovshandläggare
miljöinspektör ingenjör vaktmästare kock lokalvårdare bibliotekarie systemtekniker planarkitekt jurist
registrator enhetschef förvaltningschef biståndshandläggare fritidsledare skolsköterska specialpedagog
kurator arkivarie upphandlare löneassistent kommunikatör trafikplanerare parkarbetare brandinspektör
förskollärare arbetsterapeut fysioterapeut fastighetsskötare vattentekniker
""")
FUNCTIONS = _words("""
bygglov färdtjänst skolskjuts snöröjning avfall livsmedel detaljplaner lokalbokning parkering ekonomi
fakturor löner upphandling förskola hemtjänst försörjningsstöd familjerätt konsument arkiv tillgänglighet
gator belysning vatten avlopp idrott kultur bostadsanpassning serveringstillstånd överförmyndare integration
sommarjobb näringsliv krisberedskap dricksvatten
""")
UNITS = _words("""
Hemtjänsten Förskolan Grundskolan Biblioteket Gatukontoret Ekonomienheten Äldreboendet Fastighetsenheten
Fritidsgården Kulturskolan Socialtjänsten Miljöenheten Växthuset Överförmyndaren Måltidsenheten
Vårdcentralen Räddningstjänsten Arkivet
""")
AREAS = _words("""
Norr Söder Öster Väster Centrum Ängen Björkliden Ekbacken Furuhöjd Granliden Hagalund Åsen Sjövik Kyrkbyn
Stationen Hamnen Lillån Storskogen Nyhem Solgården Tallåsen Vallmon Älvstranden Östermalm Kvarnby Källtorp
Bergslagen Torget Parken Slottet Dalen Höjden Fältet Gläntan Mossen Strömmen Backen Viken Heden Udden
""")
