"""Persons from a real LDAP directory: who comes, changes and leaves there, on both databases."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import ldap3
import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy import select

from hanvisa.config import Settings
from hanvisa.directory.auditing import SYSTEM, Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.imports import import_folder, planning
from hanvisa.directory.imports.people import PeopleReport, TooManyEnded
from hanvisa.directory.imports.report import Counts
from hanvisa.directory.repositories.audit import Audit
from hanvisa.directory.tables import MembershipRow, PersonRow
from hanvisa.errors import ConfigurationError, LdapError
from hanvisa.lab.waiting import until
from hanvisa.people import bring_people, keep_people
from integration.ldap.slapd import ADMIN, BASE, PASSWORD, Slapd, running_slapd

ATTRIBUTES = {
    "id": "employeeNumber",
    "given_name": "givenName",
    "family_name": "sn",
    "department": "departmentNumber",
    "title": "title",
    "email": "mail",
}
FILES = {
    "organisations": "id,name\nnora,Nora kommun\n",
    "operations": "id,name,organisation\nteknik,Teknik,nora\n",
    "departments": "id,name,operation\ngata,Gatukontoret,teknik\npark,Parkkontoret,teknik\n",
    "persons": "id,given_name,family_name,department\np1,Anna,Ek,gata\n",
}
NAMES = ("Åsa Örn", "Bo Alm", "Ánne Sáhka", "Ŋálát Đorš", "Jöns Æbelø", "Þóra Ýr", "Leevi Äijö", "Žarko Šš")
NAMES += ("Ole Bøe", "Maj Åby", "Nils Hed", "Siv Å")
READER = f"cn=hanvisa,{BASE}"  # whom the directory's limits hold for


@pytest.fixture
async def slapd(tmp_path: Path) -> AsyncIterator[Slapd]:
    async with running_slapd(tmp_path) as server:
        yield server


@pytest.fixture
def settings(slapd: Slapd, tmp_path: Path) -> Settings:
    return Settings(
        state=tmp_path,
        ldap_url=slapd.url,
        ldap_base=BASE,
        ldap_user=ADMIN,
        ldap_password=SecretStr(PASSWORD),
        ldap_starttls=False,
        ldap_attributes=ATTRIBUTES,
        ldap_departments={"Park & natur": "park"},
    )


@pytest.fixture
async def register(database: Database, tmp_path: Path) -> Database:
    """Two departments, and a person of whom the directory knows nothing."""
    folder = tmp_path / "files"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    await import_folder(database, folder)
    return database


def employ(slapd: Slapd) -> None:
    for number, name in enumerate(NAMES):
        given, family = name.split()
        slapd.put(f"e{number}", given, family)


def counts(report: PeopleReport) -> Counts:
    return report.report.tables["persons"]


async def persons(database: Database) -> dict[str, PersonRow]:
    async with database.reading() as session:
        return {row.external_id or "": row for row in await session.scalars(select(PersonRow))}


async def test_who_stands_in_the_directory_is_in_the_register(
    register: Database, slapd: Slapd, settings: Settings
) -> None:
    employ(slapd)
    slapd.put("e0", "Åsa", "Örn", "Park & natur", title="ingenjör", mail="asa.orn@example.org")
    report = await bring_people(settings, register)
    assert (counts(report), report.left_out) == (Counts(created=12), ())
    there = await persons(register)
    assert [f"{there[f'e{n}'].given_name} {there[f'e{n}'].family_name}" for n in range(12)] == list(NAMES)
    asa = there["e0"]
    assert (asa.title, asa.email, asa.from_ldap, there["p1"].from_ldap) == (
        "ingenjör",
        "asa.orn@example.org",
        True,
        False,
    )
    (entry,) = await Audit(register).list(table="persons", row_id=str(asa.id))
    assert (entry.by, entry.action) == ("ldap", "created")
    again = await bring_people(settings, register)
    assert counts(again) == Counts(unchanged=12)


async def test_what_changes_there_changes_here_and_the_rest_stays(
    register: Database, slapd: Slapd, settings: Settings, tmp_path: Path
) -> None:
    employ(slapd)
    await bring_people(settings, register)
    (tmp_path / "files" / "persons.csv").write_text(
        "id,given_name,family_name,department,functions,protected\ne1,Bo,Alm,gata,snö,yes\n"
    )
    await import_folder(register, tmp_path / "files")
    slapd.put("e1", "Bo", "Alm-Ek", "Parkkontoret")
    report = await bring_people(settings, register, dry_run=True)
    assert "persons e1: family_name Alm -> Alm-Ek" in str(report)
    assert (await persons(register))["e1"].family_name == "Alm"
    await bring_people(settings, register)
    bo = (await persons(register))["e1"]
    assert (bo.family_name, bo.protected) == ("Alm-Ek", True)
    async with register.reading() as session:
        belongs = (await session.scalars(select(MembershipRow).where(MembershipRow.person_id == bo.id))).all()
    assert len(belongs) == 1  # of the same day


async def test_who_has_left_is_ended_and_whom_the_directory_never_had_stays(
    register: Database, slapd: Slapd, settings: Settings
) -> None:
    employ(slapd)
    await bring_people(settings, register)
    before = await persons(register)
    slapd.remove("e3")
    assert counts(await bring_people(settings, register)).ended == 1
    after = await persons(register)
    assert {key for key, row in after.items() if row.ended_at} == {"e3"}
    assert after["e3"].id == before["e3"].id
    slapd.put("e3", "Ŋálát", "Đorš")
    await bring_people(settings, register)
    back = (await persons(register))["e3"]
    assert (back.id, back.ended_at) == (before["e3"].id, None)


async def test_more_than_a_tenth_is_asked_for_first(
    register: Database, slapd: Slapd, settings: Settings
) -> None:
    employ(slapd)
    await bring_people(settings, register)
    slapd.remove("e0")
    slapd.remove("e1")
    slapd.put("e2", "Ánne", "Sáhka-Ek")
    with pytest.raises(TooManyEnded) as refused:
        await bring_people(settings, register)
    assert "2 of 12 persons are no longer in the directory, more than 10 %: Bo Alm, Åsa Örn." in str(
        refused.value
    )
    there = await persons(register)
    assert (there["e0"].ended_at, there["e2"].family_name) == (None, "Sáhka")
    assert counts(await bring_people(settings, register, dry_run=True)).ended == 2
    assert counts(await bring_people(settings, register, accept=True)).ended == 2
    assert (await persons(register))["e2"].family_name == "Sáhka-Ek"


async def test_an_empty_directory_ends_nobody(register: Database, slapd: Slapd, settings: Settings) -> None:
    employ(slapd)
    await bring_people(settings, register)
    for number in range(12):
        slapd.remove(f"e{number}")
    with pytest.raises(TooManyEnded, match=r"12 of 12 .* and others"):
        await bring_people(settings, register)


async def test_a_directory_that_stops_at_its_limit_ends_nobody(
    register: Database, settings: Settings, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    async with running_slapd(other, limit=str(len(NAMES))) as slapd:
        employ(slapd)
        slapd.connection.add(READER, "person", {"sn": "hanvisa", "cn": "hanvisa", "userPassword": PASSWORD})
        limited = settings.model_copy(
            update={"ldap_url": slapd.url, "ldap_user": READER, "ldap_filter": "(employeeNumber=*)"}
        )
        assert counts(await bring_people(limited, register)).created == len(NAMES)
        slapd.put("e12", "Tora", "Lind")
        slapd.put("e0", "Åsa", "Örn")  # moved within the directory: she comes last there
        with pytest.raises(LdapError, match="sizeLimitExceeded: raise the limits"):
            await bring_people(limited, register)
    assert [key for key, row in (await persons(register)).items() if row.ended_at] == []


async def test_an_entry_that_makes_no_sense_is_left_out_and_its_person_stays(
    register: Database, slapd: Slapd, settings: Settings
) -> None:
    employ(slapd)
    await bring_people(settings, register)
    slapd.put("e4", "Jöns", "Æbelø", "Vägkontoret")
    slapd.put("e5", "", "Ýr", cn="Þóra Ýr")
    slapd.put("e6", "Leevi", "Nieminen")
    report = await bring_people(settings, register)
    assert counts(report).changed == 1
    assert sorted(report.left_out) == [
        f"uid=e4,{BASE}: department: there is no “Vägkontoret” in departments.csv or the database.",
        f"uid=e5,{BASE}: given_name: it is empty.",
    ]
    there = await persons(register)
    assert [there[key].ended_at for key in ("e4", "e5")] == [None, None]
    assert there["e6"].family_name == "Nieminen"


async def test_an_attribute_that_is_no_text_leaves_out_its_entry_alone(
    register: Database, slapd: Slapd, settings: Settings
) -> None:
    """A picture, where somebody has mapped it to the title; the directory itself takes nothing but UTF-8 as text."""
    employ(slapd)
    await bring_people(settings, register)
    slapd.connection.modify(f"uid=e4,{BASE}", {"jpegPhoto": [(ldap3.MODIFY_REPLACE, [b"\xff\xd8\xff\xe0"])]})
    slapd.put("e6", "Leevi", "Nieminen")
    mapped = settings.model_copy(update={"ldap_attributes": {**ATTRIBUTES, "title": "jpegPhoto"}})
    report = await bring_people(mapped, register)
    assert report.left_out == (f"uid=e4,{BASE}: title: it is no text in UTF-8.",)
    there = await persons(register)
    assert (there["e4"].ended_at, there["e6"].family_name) == (None, "Nieminen")


async def test_two_entries_of_the_same_id_are_both_left_out(
    register: Database, slapd: Slapd, settings: Settings
) -> None:
    employ(slapd)
    await bring_people(settings, register)
    twin = {"cn": "x", "sn": "Ek", "givenName": "Åse", "employeeNumber": "e0", "departmentNumber": "gata"}
    slapd.connection.add(f"uid=twin,{BASE}", "inetOrgPerson", twin)
    report = await bring_people(settings, register)
    assert counts(report) == Counts(unchanged=11)
    assert sorted(report.left_out) == [
        f"uid={uid},{BASE}: another entry has the id “e0” too." for uid in ("e0", "twin")
    ]
    asa = (await persons(register))["e0"]
    assert (asa.given_name, asa.ended_at) == ("Åsa", None)


async def test_a_csv_file_never_ends_whom_the_directory_has(
    register: Database, slapd: Slapd, settings: Settings, tmp_path: Path
) -> None:
    employ(slapd)
    await bring_people(settings, register)
    folder = tmp_path / "files"
    (folder / "persons.csv").write_text("id,given_name,family_name,department\n", encoding="utf-8")
    (folder / "phones.csv").write_text("account,organisation,owner\nnora-1,nora,e1\n", encoding="utf-8")
    await import_folder(register, folder, end_missing=True)
    assert {key for key, row in (await persons(register)).items() if row.ended_at} == {"p1"}


@pytest.mark.parametrize(
    ("changed", "error", "why"),
    [
        ({"ldap_password": SecretStr("wrong")}, LdapError, "can't be read: invalidCredentials"),
        ({"ldap_base": "dc=example,dc=com"}, LdapError, "can't be read: noSuchObject"),
        ({"ldap_filter": "(((("}, LdapError, "can't be read"),
        ({"ldap_url": "ldap://127.0.0.1:9"}, LdapError, "can't be read"),
        ({"ldap_starttls": True}, LdapError, "can't be read"),
        ({"ldap_url": "http://127.0.0.1"}, ConfigurationError, "Set HANVISA_LDAP_URL to ldaps://"),
        (
            {"ldap_password": SecretStr("")},
            ConfigurationError,
            "HANVISA_LDAP_USER is set and has no password",
        ),
        ({"ldap_attributes": {"id": "x"}}, ConfigurationError, "no attribute for department, family_name"),
        ({"ldap_attributes": {"colour": "x"}}, ConfigurationError, "“colour”, which is no column"),
    ],
)
async def test_what_is_wrong_is_said_without_the_password(
    register: Database, settings: Settings, changed: dict[str, Any], error: Any, why: str
) -> None:
    with pytest.raises(error) as told:
        await bring_people(settings.model_copy(update=changed), register)
    assert why in str(told.value)
    assert PASSWORD not in str(told.value)
    assert set(await persons(register)) == {"p1"}


async def test_the_service_reads_it_again_and_again(
    register: Database, slapd: Slapd, settings: Settings
) -> None:
    employ(slapd)

    async def are_there(*keys: str) -> bool:
        return set(keys) <= set(await persons(register))

    async with reading(settings, register):
        await until(lambda: are_there("e0"))
        slapd.put("e99", "Ny", "Anställd")
        await until(lambda: are_there("e99"))
    for number in range(6):
        slapd.remove(f"e{number}")
    with structlog.testing.capture_logs() as logs:
        async with reading(settings, register):
            await until(lambda: len(logs) > 1)
    assert {one["event"] for one in logs} == {"ldap.nothing_changed"}
    assert "6 of 13 persons" in logs[0]["why"]


@asynccontextmanager
async def reading(settings: Settings, register: Database) -> AsyncIterator[None]:
    keeping = asyncio.create_task(keep_people(settings.model_copy(update={"ldap_every": 0.05}), register))
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.wait({keeping})


async def test_it_is_asked_where_it_encrypts_with_a_certificate_that_is_trusted(
    register: Database, settings: Settings, tmp_path: Path
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(  # noqa: ASYNC221, S603 - openssl is quick
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",  # noqa: S607
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    other = tmp_path / "other"
    other.mkdir()
    lines = f"TLSCertificateFile {certificate}\nTLSCertificateKeyFile {key}"
    async with running_slapd(other, lines) as slapd:
        employ(slapd)
        encrypted = settings.model_copy(
            update={"ldap_url": slapd.url, "ldap_starttls": True, "ldap_ca": certificate}
        )
        assert counts(await bring_people(encrypted, register)).created == 12
        with pytest.raises(LdapError):
            await bring_people(encrypted.model_copy(update={"ldap_ca": None}), register)


async def test_where_nothing_is_to_do_nobody_is_waited_for(
    register: Database, slapd: Slapd, settings: Settings
) -> None:
    employ(slapd)
    await bring_people(settings, register)
    async with asyncio.timeout(10), register.writing():
        assert counts(await bring_people(settings, register)) == Counts(unchanged=12)


@pytest.mark.parametrize("meanwhile", [False, True])
async def test_it_is_planned_beside_the_calls_and_again_where_something_has_changed_meanwhile(
    register: Database, slapd: Slapd, settings: Settings, monkeypatch: pytest.MonkeyPatch, meanwhile: bool
) -> None:
    employ(slapd)
    await bring_people(settings, register)
    slapd.put("e1", "Bo", "Alm-Ek")
    plan, changing, planned = planning._plan_all, register.changing, list[threading.Thread]()

    def plan_all(*given: Any) -> planning.Plan:
        planned.append(threading.current_thread())
        return plan(*given)

    @asynccontextmanager
    async def changing_after_another(by: Actor) -> AsyncIterator[Any]:
        if meanwhile:
            async with changing(SYSTEM) as session:
                bo = await session.scalar(select(PersonRow).where(PersonRow.external_id == "e1"))
                assert bo is not None
                bo.family_name = "Alm-Ek"
        async with changing(by) as session:
            yield session

    monkeypatch.setattr(planning, "_plan_all", plan_all)
    monkeypatch.setattr(register, "changing", changing_after_another)
    report = await bring_people(settings, register)
    assert counts(report) == (Counts(unchanged=12) if meanwhile else Counts(changed=1, unchanged=11))
    assert (await persons(register))["e1"].family_name == "Alm-Ek"
    assert len(planned) == (2 if meanwhile else 1)
    assert threading.main_thread() not in planned
