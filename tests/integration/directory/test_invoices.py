"""The carrier's invoice: taken in whole or not at all, and held against the register."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.imports import ImportRefused
from hanvisa.directory.imports.invoice import import_invoice, read_columns, read_invoice
from hanvisa.directory.tables import InvoiceLineRow, InvoiceRow, MobileRow, NumberRow
from hanvisa.policy.model import Language
from hanvisa.reports.telling import row_texts
from integration.directory.followed_up import CEARRU_MOBILE, founded, head_of, id_of, made, told

OURS = read_columns("")
THEIRS = read_columns("number=Abonnemang, at=Datum, time=Tid, length=Längd, private=Privat")
HEADER = "Abonnemang;B-nummer;Datum;Tid;Längd;Privat\n"


@pytest.fixture
async def town(database: Database) -> Database:
    await founded(database)
    return database


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "augusti.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


async def kept(database: Database) -> list[tuple[Any, ...]]:
    row = InvoiceLineRow
    query = select(row.line, row.number, row.at, row.seconds, row.private).order_by(row.line)
    async with database.reading() as session:
        return [tuple(one) for one in await session.execute(query)]


async def test_columns_are_named_and_the_called_number_is_not_kept(town: Database, tmp_path: Path) -> None:
    lines = (
        "070-174 06 05;0980-31 92 01;2026-08-05;10:00;0:01:15;nej\n"
        "46701740606;0701740699;2026-08-06;23:30:10;75;ja\n"
        "701740606;0701740699;;;;\n"  # a spreadsheet has lost the zero
    )
    file = written(tmp_path, "\ufeff" + HEADER + lines)
    assert await import_invoice(town, file, "2026-08", THEIRS) == 3
    assert await kept(town) == [
        (2, "+46701740605", datetime(2026, 8, 5, 8, tzinfo=UTC), 75, False),
        (3, "+46701740606", datetime(2026, 8, 6, 21, 30, 10, tzinfo=UTC), 75, True),
        (4, "+46701740606", None, None, False),
    ]


async def test_a_month_has_one_invoice_unless_it_is_replaced(town: Database, tmp_path: Path) -> None:
    file = written(tmp_path, "number\n0701740605\n0701740606\n")
    await import_invoice(town, file, "2026-08", OURS)
    with pytest.raises(ImportRefused, match=r"invoice of 2026-08 already \(augusti.csv\). With --replace"):
        await import_invoice(town, file, "2026-08", OURS)
    assert (
        await import_invoice(town, written(tmp_path, "number\n0701740699\n"), "2026-08", OURS, replace=True)
        == 1
    )
    assert await kept(town) == [(2, "+46701740699", None, None, False)]


async def test_a_column_that_somebody_has_named_must_be_there(town: Database, tmp_path: Path) -> None:
    columns = read_columns("number=Abonnemang, at=Datim")
    with pytest.raises(ImportRefused) as refused:
        await import_invoice(
            town, written(tmp_path, "Abonnemang;Datum\n0701740605;2026-08-01\n"), "2026-08", columns
        )
    [problem] = map(str, refused.value.faults)
    assert problem == (
        "augusti.csv, line 1, column Datim: the column is missing. There are Abonnemang, Datum: say which is meant "
        "(--columns at=COLUMN)."
    )


async def test_some_calls_come_late_and_all_of_them_are_another_months(
    town: Database, tmp_path: Path
) -> None:
    july, august = "0701740605,2026-07-31 23:59\n", "0701740605,2026-08-01 00:00\n"
    with pytest.raises(ImportRefused) as refused:
        await import_invoice(town, written(tmp_path, f"number,at\n{july}"), "2026-08", OURS)
    [problem] = map(str, refused.value.faults)
    assert problem == (
        "augusti.csv, line 2: none of its calls is of 2026-08; this one is of 2026-07. Say whose month it is "
        "(--month 2026-07)."
    )
    file = written(tmp_path, f"number,at\n{july}{august}")
    assert await import_invoice(town, file, "2026-08", OURS) == 2


WRONG = [
    ("", "augusti.csv: it is empty; its first line is to name the columns."),
    ("number\n", "augusti.csv: it has no lines but the header."),
    ("nummer\n1\n", "augusti.csv, line 1, column number: the column is missing. There are nummer: say which"),
    (
        b"number\n0701740605\n\xe5\n",
        "augusti.csv, line 3: it is not UTF-8 but Latin-1, as Excel saves",
    ),
    ("number,at\n0701740605,i går\n", "augusti.csv, line 2, column at: “i går” is no time."),
    ("number,at\n0701740605,0001-01-01\n", "augusti.csv, line 2, column at: “0001-01-01” is no time."),
    ("number\n0701740605\n12\n", "augusti.csv, line 3, column number: “12” is no telephone number"),
    ("number,length\n0701740605,lång\n", "augusti.csv, line 2, column length: “lång” is no length."),
    (
        "number,private\n0701740605,kanske\n",
        "augusti.csv, line 2, column private: “kanske” is neither yes nor no.",
    ),
    ("number,at\n0701740605\n", "augusti.csv, line 2: it has 1 field, the header has 2."),
]


@pytest.mark.parametrize(("text", "why"), WRONG, ids=[why for _, why in WRONG])
async def test_what_is_wrong_is_named_and_nothing_is_kept(
    town: Database, tmp_path: Path, text: str | bytes, why: str
) -> None:
    with pytest.raises(ImportRefused) as refused:
        await import_invoice(town, written(tmp_path, text), "2026-08", OURS)
    assert str(refused.value.faults[0]).startswith(why)
    async with town.reading() as session:
        assert await session.scalar(select(func.count()).select_from(InvoiceRow)) == 0


async def test_a_bad_last_line_of_ten_thousand_leaves_the_old_invoice(town: Database, tmp_path: Path) -> None:
    await import_invoice(town, written(tmp_path, "number\n0701740605\n"), "2026-08", OURS)
    many = "number\n" + "0701740605\n" * 10_000
    with pytest.raises(ImportRefused, match="line 10002, column number"):
        await import_invoice(town, written(tmp_path, many + "1\n"), "2026-08", OURS, replace=True)
    assert len(await kept(town)) == 1
    assert await import_invoice(town, written(tmp_path, many), "2026-08", OURS, replace=True) == 10_000


CELL = st.text(alphabet=st.sampled_from('0123456789+-:=;,"\n ået'), max_size=12)


def _with_header(lines: Iterable[str]) -> bytes:
    return "\n".join(("number,at,length,private", *lines)).encode()


@given(st.binary() | st.lists(st.lists(CELL, max_size=4).map(",".join)).map(_with_header))
def test_any_bytes_are_read_or_named(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = written(Path(folder), content)
        try:
            read = read_invoice(file, "2026-08", OURS)
        except ImportRefused as refused:
            assert all(str(fault).startswith("augusti.csv") for fault in refused.faults)  # noqa: PT017 - either way
        else:
            assert all(one.number.startswith("+") for one in read)


@pytest.fixture
async def invoiced(town: Database, tmp_path: Path) -> Database:
    """Áilu's mobile is on the invoice, itemised; Čeárru's is not; Åsa's is not there, a fourth is nobody's."""
    async with town.changing(SYSTEM) as session:
        old = await session.get(MobileRow, id_of(CEARRU_MOBILE))
        assert old is not None
        old.ended_at = datetime(2026, 8, 20, tzinfo=UTC)
        session.add(NumberRow(number="+46980319201", kind="person", target_id=id_of("asa")))
        session.add(
            MobileRow(
                number="+46701740607",
                person_id=id_of("asa"),
                carrier="Bolaget",
                grounds="rör sig",
                decided_by="chefen",
                decided_at=datetime(2025, 1, 1, tzinfo=UTC),
            )
        )
    lines = (
        "number;at;length;private",
        "0701740605;2026-08-05 10:00;60;ja",  # itemised: as it should be
        "0701740606;2026-08-05 10:00;90;ja",  # not itemised
        "0701740606;2026-08-06 10:00;30;nej",
        "0701740606;2026-08-25 10:00;120;nej",  # the registration has ended
        "0701740699;2026-08-05 10:00;60;nej",  # nobody's
        "0701740699;2026-08-05 11:00;60;ja",
        "0980319201;2026-08-05 11:00;60;nej",  # a fixed number of ours
    )
    await import_invoice(town, written(tmp_path, "\n".join(lines)), "2026-08", OURS)
    return town


async def test_it_is_held_against_the_register(invoiced: Database) -> None:
    report = await made(invoiced, "invoice")
    assert [row_texts(report, row, Language.EN)[1:] for row in report.rows] == [
        [
            "Vård",
            "3100 Centrum",
            "calls when nobody had the number",
            CEARRU_MOBILE,
            "Čeárru Đuottar",
            "1",
            "2,0",
            "5",
        ],
        [
            "Vård",
            "3100 Centrum",
            "private without an itemised invoice",
            CEARRU_MOBILE,
            "Čeárru Đuottar",
            "1",
            "1,5",
            "3",
        ],
        [
            "Skola",
            "4100 Centrum",
            "the mobile is not on the invoice",
            "+46701740607",
            "Åsa Öberg",
            "0",
            "0,0",
            "",
        ],
        ["", "", "nobody has the number", "+46701740699", "", "2", "2,0", "6 7"],
    ]
    assert report.total == (4, 4)
    assert told(report)[0] == " |  |  | nobody has the number | 1 | 2"


async def test_a_head_sees_their_own(invoiced: Database) -> None:
    report = await made(invoiced, "invoice", within=head_of("skola"))
    assert [row.cells[1] for row in report.rows] == ["+46701740607"]


async def test_a_month_without_an_invoice_accuses_nobody(invoiced: Database) -> None:
    now = datetime(2026, 10, 2, tzinfo=UTC)
    month = (await made(invoiced, "invoice")).month.after
    assert (await made(invoiced, "invoice", month=month, now=now + timedelta(days=1))).rows == ()
