"""The demo's directory: made up, with the regulator's fiction numbers only, and with what the demo needs."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from hanvisa.policy.attendant import PREFIXES

DEMO = Path(__file__).parents[3] / "demo" / "directory"
FICTION = re.compile(
    r"\+46(70174(06(0[5-9]|[1-9]\d))|9803192\d\d|8465004\d\d|3139006\d\d|4062804\d\d)"
)  # The Swedish Post and Telecom Authority's numbers for books and films


def rows(name: str) -> list[dict[str, str]]:
    with (DEMO / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def e164(written: str) -> str:
    return "+46" + re.sub(r"\D", "", written).removeprefix("0")


def test_all_numbers_are_fiction() -> None:
    written = [row["number"] for name in ("numbers", "mobiles") for row in rows(name)]
    written += [row["number"] for row in rows("group_members") if row["number"]]
    written += [row["location_number"] for row in rows("sites")]
    assert written
    assert [number for number in written if FICTION.fullmatch(e164(number)) is None] == []


def test_everybody_has_a_phone_and_an_extension_of_the_same_name() -> None:
    extensions = {row["target"]: f"{row['organisation']}-{row['number']}" for row in rows("extensions")}
    phones = {row["owner"]: row["account"] for row in rows("phones") if row["owner"]}
    assert len(phones) == 60
    assert {person: extensions[person] for person in phones} == phones


def test_no_code_begins_as_what_operators_dial_before_a_number() -> None:
    codes = {row["code"] for row in rows("codes")}
    assert {prefix.removesuffix("*") for prefix in PREFIXES} & codes == set()


def test_reasons_take_a_time_a_day_or_neither_and_end_by_themselves_but_for_illness() -> None:
    reasons = {row["code"]: row for row in rows("absence_reasons")}
    kinds = {code: reasons[code]["time_kind"] for code in "0123456789"}
    assert kinds == dict.fromkeys("0123", "time") | dict.fromkeys("45678", "date") | {"9": "none"}
    defaults = {code: reasons[code]["default_until"] for code in "0123456789"}
    assert defaults == {"0": "30m", **dict.fromkeys("12345678", "next_working_day"), "9": ""}


def test_there_is_one_of_everything_that_the_demo_shows() -> None:
    persons = rows("persons")
    departments = rows("departments")
    with_number = {row["target"] for row in rows("numbers")}
    assert len(rows("organisations")) == 4
    assert len({row["department"] for row in persons}) == len(departments) >= 12
    assert any(row["protected"] == "yes" for row in persons)
    assert any(row["id"] not in with_number for row in persons)
    assert any(row["confidential"] == "yes" for row in departments)
    assert any(row["stand_in"] for row in departments)
    assert any(row["number"] for row in rows("group_members"))
    assert {row["code"] for row in rows("absence_reasons")} >= set("0123456789")
    assert [row["state"] for row in rows("operators")].count("open") == 1
    assert {row["role"] for row in rows("roles")} == {
        "admin", "head", "telephone_manager", "operator", "superuser", "person"
    }  # fmt: skip
    assert len({row["number"] for row in rows("mobiles")}) >= 25
