"""What is held on people: taken away when its time is over, given out and removed on request, on both databases."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from sqlalchemy import String, cast, func, insert, literal, or_, select, text

from hanvisa.ami.secrets import keep_calendar_password, keep_own_calendar_password
from hanvisa.calls.ports import CallEntry
from hanvisa.config import Settings
from hanvisa.directory.auditing import SYSTEM, audit_entry
from hanvisa.directory.engine import Database
from hanvisa.directory.personal.held import audit_of
from hanvisa.directory.personal.purging import BATCH, Purge
from hanvisa.directory.personal.removing import Removed
from hanvisa.directory.personal.whose import TheirNumber, Whose
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.tables import (
    AbsenceReasonRow,
    AbsenceRow,
    AuditRow,
    Base,
    CalendarRow,
    CallbackRow,
    CallEventRow,
    CallRow,
    DecisionRow,
    ExceptionRow,
    ExceptionUseRow,
    ForwardingRow,
    GreetingCheckRow,
    GroupMemberRow,
    GroupRow,
    InvoiceLineRow,
    InvoiceRow,
    MessageRow,
    MobileRow,
    PersonRow,
    RecordingRow,
    SwitchboardRow,
    TokenRow,
    UserRow,
)
from hanvisa.errors import Conflict, NotFound
from hanvisa.ids import new_id
from hanvisa.nightly import purge_of
from hanvisa.personal import export, remove_now

NOW = datetime(2026, 8, 5, 1, 15, tzinfo=UTC)
LONG_AGO, LATELY = NOW - timedelta(days=800), NOW - timedelta(days=3)
CALLER, MOBILE, TOKEN = "+46980319244", "+46701740699", "ab" * 32
SOUNDS = (
    "messages/old.wav",
    "messages/new.wav",
    "recordings/own/old.wav",
    "sounds/old.alaw",
    "recordings/own/new.wav",
)
EVIDENCE = (
    "recordings/greetings/old.wav",
    "recordings/threats/t.wav",
    "asterisk/spool/recording/hv-threat-1.wav",
)
FORGOTTEN = ("messages/nobodys.wav", "asterisk/spool/recording/hv-rec-1.wav")


@dataclass(frozen=True)
class Lived:
    """A register in which much has happened to Maja, who has left, and to Nils, who has not."""

    database: Database
    settings: Settings
    maja: UUID
    nils: UUID

    @property
    def state(self) -> Path:
        return self.settings.state

    def purge(self) -> Purge:
        return purge_of(self.settings, self.database, NOW)

    async def remove(self, id_: str) -> Removed:
        return await remove_now(self.settings, id_, NOW)

    async def rows(self, table: Any) -> list[Any]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(table).order_by(*table.__table__.primary_key)))

    async def counts(self) -> dict[str, int]:
        async with self.database.reading() as session:
            return {
                table.name: await session.scalar(select(func.count()).select_from(table)) or 0
                for table in Base.metadata.sorted_tables
            }

    async def tables_with(self, told: str) -> set[str]:
        """Where it stands anywhere in a row."""
        async with self.database.reading() as session:
            return {
                table.name
                for table in Base.metadata.sorted_tables
                if await session.scalar(
                    select(literal(1))
                    .select_from(table)
                    .where(or_(*(cast(column, String).contains(told) for column in table.columns)))
                    .limit(1)
                )
            }

    def files(self) -> set[str]:
        return {path.relative_to(self.state).as_posix() for path in self.state.rglob("*") if path.is_file()}


def call(number: str, at: datetime, person: UUID, *, threat: bool = False) -> list[CallEntry]:
    told: list[tuple[str, dict[str, Any]]] = [
        ("opened", {"side": "carrier", "caller": CALLER, "called": "201"}),
        ("decision", {"decision": "X", "rules": ["G1"], "effect": "refer", "facts": {"person": str(person)}}),
        ("outcome", {"outcome": "referred", "person": str(person), "unreferred": True}),
        ("signal", {"type": "threat_recorded", "file": "t.wav", "threat": threat} if threat else {}),
        ("closed", {}),
    ]
    return [CallEntry(f"hv-{number}", seq, at, kind, data) for seq, (kind, data) in enumerate(told)]


@pytest.fixture
async def lived(demo: Database, demo_url: str, tmp_path: Path) -> Lived:
    state = tmp_path / "state"
    for name in (*SOUNDS, *EVIDENCE, *FORGOTTEN):
        file = state / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode())
        os.utime(file, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    maja, nils = new_id(), new_id()
    async with demo.changing(SYSTEM) as session:
        reason = await session.scalar(select(AbsenceReasonRow.id).limit(1))
        board = await session.scalar(select(SwitchboardRow.id).limit(1))
        assert reason is not None
        assert board is not None
        session.add_all(
            [
                PersonRow(
                    id=maja,
                    given_name="Maja",
                    family_name="Åkerblom",
                    external_id="maja",
                    email="maja@x.test",
                ),
                PersonRow(id=nils, given_name="Nils", family_name="Öqvist", external_id="nils"),
            ]
        )
        await session.flush()
        mobile, user = new_id(), new_id()
        session.add(UserRow(id=user, name="maja.akerblom", person_id=maja))
        await session.flush()
        old, new = new_id(), new_id()
        session.add_all(
            [
                TokenRow(user_id=user, name="hers", hash=TOKEN, created_at=LATELY),
                MobileRow(
                    id=mobile,
                    number=MOBILE,
                    person_id=maja,
                    carrier="B",
                    grounds="rör sig",
                    decided_by="chefen",
                    decided_at=LONG_AGO,
                ),
                *(
                    AbsenceRow(
                        id=id_,
                        person_id=maja,
                        reason_id=reason,
                        starts_at=at - timedelta(days=1),
                        ends_at=at,
                        note="hos läkaren",
                        source="api",
                        forced_by="maja.akerblom",
                    )
                    for id_, at in ((old, LONG_AGO), (new, LATELY))
                ),
                *(
                    ForwardingRow(person_id=maja, target=MOBILE, starts_at=at - timedelta(days=1), ends_at=at)
                    for at in (LONG_AGO, LATELY)
                ),
                *(
                    MessageRow(
                        id=new_id(),
                        person_id=maja,
                        caller=CALLER,
                        text="ring mig",
                        recording=f"messages/{name}.wav",
                        state="handled",
                        created_at=at,
                        due_at=at,
                        handled_at=at,
                        handled_by="maja.akerblom",
                    )
                    for name, at in (("old", LONG_AGO), ("new", LATELY))
                ),
                MessageRow(person_id=nils, caller=CALLER, created_at=LONG_AGO, due_at=LONG_AGO, state="new"),
                CallbackRow(
                    switchboard_id=board,
                    number=CALLER,
                    since=NOW,
                    due_at=NOW,
                    language="sv",
                    confidential=False,
                    tries=0,
                ),
            ]
        )
        await session.flush()
        exception = new_id()
        session.add_all(
            [
                RecordingRow(
                    person_id=maja, kind="name", sound="old", recorded_at=LONG_AGO, ended_at=LONG_AGO
                ),
                RecordingRow(
                    person_id=maja, kind="greeting", sound="old", absence_id=old, recorded_at=LONG_AGO
                ),
                RecordingRow(person_id=maja, kind="name", sound="new", recorded_at=LATELY),
                GreetingCheckRow(mobile_id=mobile, rung_at=LONG_AGO, came="voicemail", file="old.wav"),
                ExceptionRow(
                    id=exception,
                    scope="person",
                    scope_id=maja,
                    reason="Majas jour",
                    granted_by="maja.akerblom",
                    starts_at=LONG_AGO,
                    ends_at=LATELY,
                    uses=1,
                ),
            ]
        )
        await session.flush()
        session.add(ExceptionUseRow(exception_id=exception, call_id="hv-old", at=LONG_AGO))
        (await session.get_one(PersonRow, maja)).ended_at = LATELY
    calls = [
        *call("old", LONG_AGO, maja),
        *call("threat", LONG_AGO, maja, threat=True),
        *call("new", LATELY, maja),
        *call("nils", LONG_AGO, nils),
    ]
    await CallRecords(demo).append(calls)
    return Lived(demo, Settings(state=state, database_url=demo_url), maja, nils)


async def test_a_purge_says_beforehand_what_it_takes_and_takes_that_alone(lived: Lived) -> None:
    before = await lived.counts()
    due = await lived.purge().due()
    assert await lived.counts() == before
    assert {one.name: one.number for one in due if one.number} == {
        "calls": 2, "messages": 1, "recordings": 2, "greetings": 1, "absences": 1, "forwardings": 1, "files": 2
    }  # fmt: skip
    done = await lived.purge().carry_out()
    expected = {one.name: one.number for one in due}
    assert {one.name: one.number for one in done} == expected
    assert not any(one.number for one in await lived.purge().due())
    assert lived.files() == {*SOUNDS, *EVIDENCE} - {
        "messages/old.wav", "recordings/own/old.wav", "sounds/old.alaw", "recordings/greetings/old.wav"
    }  # fmt: skip


async def test_a_purge_keeps_what_follow_up_counts(lived: Lived) -> None:
    before = {row.id: row for row in await lived.rows(CallRow)}
    decided = [(row.kind, row.effect, row.rules) for row in await lived.rows(DecisionRow)]
    await lived.purge().carry_out()
    counted = (
        "started_at",
        "ended_at",
        "outcome",
        "unreferred",
        "private",
        "organisation_id",
        "department_id",
    )
    for row in await lived.rows(CallRow):
        assert [getattr(row, name) for name in counted] == [getattr(before[row.id], name) for name in counted]
    assert [(row.kind, row.effect, row.rules) for row in await lived.rows(DecisionRow)] == decided
    assert len(await lived.rows(MessageRow)) == 3
    assert [(row.came, row.file) for row in await lived.rows(GreetingCheckRow)] == [("voicemail", None)]
    assert len(await lived.rows(ExceptionUseRow)) == 1


async def test_after_a_purge_an_old_call_names_nobody_and_a_threat_is_kept_whole(lived: Lived) -> None:
    await lived.purge().carry_out()
    calls = {row.id: row for row in await lived.rows(CallRow)}
    old, threat, new = calls["hv-old"], calls["hv-threat"], calls["hv-new"]
    assert (old.caller, old.called, old.person_id) == ("", "", None)
    assert (threat.caller, threat.person_id) == (new.caller, new.person_id) == (CALLER, lived.maja)
    assert {row.call_id for row in await lived.rows(CallEventRow)} == {"hv-threat", "hv-new"}
    facts = {row.call_id: row.facts for row in await lived.rows(DecisionRow)}
    assert facts["hv-old"] == facts["hv-nils"] == {}
    assert facts["hv-threat"] == facts["hv-new"] == {"person": str(lived.maja)}


async def test_what_a_purge_takes_away_is_not_left_in_the_audit_trail(lived: Lived) -> None:
    [old] = [row.id for row in await lived.rows(MessageRow) if row.recording == "messages/old.wav"]
    await lived.purge().carry_out()
    trail = await lived.rows(AuditRow)
    [created] = [row for row in trail if row.row_id == str(old)]
    assert (created.action, created.by, created.before, created.after) == ("created", "hanvisa", None, None)
    purged = {row.table_name: row.after for row in trail if row.action == "purged"}
    assert purged["calls"] == {"number": 2}


async def test_a_message_that_nobody_has_handled_is_kept(lived: Lived) -> None:
    await lived.purge().carry_out()
    waiting = [row for row in await lived.rows(MessageRow) if row.state == "new"]
    assert [(row.person_id, row.caller) for row in waiting] == [(lived.nils, CALLER)]


async def test_a_purge_comes_through_many_rows(lived: Lived) -> None:
    many = 2 * BATCH + 7
    await CallRecords(lived.database).append(
        [entry for number in range(many) for entry in call(f"many-{number}", LONG_AGO, lived.nils)]
    )
    done = {one.name: one.number for one in await lived.purge().carry_out()}
    assert done["calls"] == many + 2


async def test_who_left_long_ago_loses_their_name_with_the_purge(lived: Lived) -> None:
    async with lived.database.changing(SYSTEM) as session:
        (await session.get_one(PersonRow, lived.maja)).ended_at = LONG_AGO
    done = {one.name: one.number for one in await lived.purge().carry_out()}
    assert done["persons"] == 1
    assert await lived.tables_with("Åkerblom") == set()
    assert not any(one.number for one in await lived.purge().due())


async def test_a_removed_person_is_found_nowhere_and_is_counted_still(lived: Lived) -> None:
    before = await lived.counts()
    removed = await lived.remove("maja")
    assert (removed.calls, removed.threats) == (2, 1)
    for told in ("Maja", "Åkerblom", "maja@x.test", "maja.akerblom", MOBILE, "Majas jour", "läkaren", TOKEN):
        assert await lived.tables_with(told) == set(), told
    assert lived.files() == {*EVIDENCE, *FORGOTTEN} - {"recordings/greetings/old.wav"}
    after = await lived.counts()
    kept = (
        "persons",
        "calls",
        "decisions",
        "messages",
        "exceptions",
        "exception_uses",
        "memberships",
        "users",
    )
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    [threat] = [row for row in await lived.rows(CallRow) if row.threat]
    assert threat.person_id == lived.maja  # an id that nobody has a name for
    trail = [row for row in await lived.rows(AuditRow) if row.action == "removed"]
    assert [(row.table_name, row.row_id) for row in trail] == [("persons", str(lived.maja))]
    again = await lived.remove(str(lived.maja))
    assert again.calls == 0


@pytest.mark.parametrize("at_night", [True, False])
async def test_the_password_of_the_calendar_of_who_is_removed_is_kept_nowhere(
    lived: Lived, at_night: bool
) -> None:
    secrets = lived.state / "secrets.json"
    async with lived.database.changing(SYSTEM) as session:
        hers, his = (
            CalendarRow(id=new_id(), person_id=person, kind="caldav", url="https://x.test", user="hon")
            for person in (lived.maja, lived.nils)
        )
        session.add_all([hers, his])
        (await session.get_one(PersonRow, lived.maja)).ended_at = LONG_AGO
    for row in (hers, his):
        keep_own_calendar_password(secrets, row.id, "hon@x.test", "hemligt")
    keep_calendar_password(secrets, "alla@x.test", "hemligt")
    await (lived.purge().carry_out() if at_night else lived.remove("maja"))
    assert set(json.loads(secrets.read_text())["calendars"]) == {f"{his.id} hon@x.test", "alla@x.test"}


async def test_removing_one_leaves_everybody_else_as_they_were(lived: Lived) -> None:
    async def others() -> list[Any]:
        persons = [
            (row.id, row.given_name, row.email) for row in await lived.rows(PersonRow) if row.id != lived.maja
        ]
        mobiles = [(row.id, row.number) for row in await lived.rows(MobileRow) if row.person_id != lived.maja]
        calls = [(row.id, row.caller) for row in await lived.rows(CallRow) if row.id == "hv-nils"]
        return [persons, mobiles, calls]

    before = await others()
    await lived.remove("maja")
    assert await others() == before


async def test_who_is_in_the_register_still_is_not_removed(lived: Lived) -> None:
    before = await lived.counts()
    with pytest.raises(Conflict, match="in the register still"):
        await lived.remove(str(lived.nils))
    with pytest.raises(NotFound, match="nobody with the id"):
        await lived.remove("ingen")
    assert await lived.counts() == before


async def test_a_caller_is_removed_by_their_number(lived: Lived) -> None:
    removed = await lived.remove(CALLER)
    assert (removed.calls, removed.threats) == (3, 1)
    assert await lived.tables_with(CALLER) == {"calls", "call_events"}  # the threat's
    assert len(await lived.rows(CallRow)) == 4
    assert not await lived.rows(CallbackRow)
    assert not {"messages/old.wav", "messages/new.wav"} & lived.files()


async def test_all_that_is_held_on_somebody_is_given_out(lived: Lived, tmp_path: Path) -> None:
    file = tmp_path / "maja.zip"
    exported = await export(lived.settings, "maja", file, NOW, print)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with ZipFile(file) as archive:
        names = set(archive.namelist())
        rows = {
            name.removesuffix(".jsonl"): [json.loads(line) for line in archive.read(name).splitlines()]
            for name in names
            if name.endswith(".jsonl")
        }
    assert rows["persons"][0]["family_name"] == "Åkerblom"
    assert {row["call_id"] for row in rows["decisions"]} == {"hv-old", "hv-threat", "hv-new"}
    counts = {name: len(found) for name, found in rows.items() if found}
    assert counts.pop("audit") > 10
    assert counts == {
        "persons": 1, "mobiles": 1, "greeting_checks": 1, "absences": 2, "forwardings": 2, "recordings": 3,
        "exceptions": 1, "exception_uses": 1, "calls": 3, "call_events": 15, "decisions": 3, "messages": 2,
        "users": 1, "tokens": 1,
    }  # fmt: skip
    assert "hash" not in rows["tokens"][0]
    assert TOKEN not in json.dumps(rows)
    sounds = {name for name in names if not name.endswith((".json", ".jsonl"))}
    assert sounds == {
        "messages/old.wav", "messages/new.wav", "recordings/own/old.wav", "recordings/own/new.wav",
        "recordings/greetings/old.wav", "recordings/threats/t.wav",
    }  # fmt: skip
    assert (exported.rows, exported.files) == (sum(len(found) for found in rows.values()), 6)
    with pytest.raises(Conflict, match="there already"):
        await export(lived.settings, "maja", file, NOW, print)


async def test_of_a_message_that_somebody_handled_for_another_only_that_is_given_out(
    lived: Lived, tmp_path: Path
) -> None:
    async with lived.database.changing(SYSTEM) as session:
        message = await session.scalar(select(MessageRow).where(MessageRow.recording == "messages/new.wav"))
        assert message is not None
        message.person_id = lived.nils
    await export(lived.settings, "maja", tmp_path / "maja.zip", NOW, print)
    with ZipFile(tmp_path / "maja.zip") as archive:
        names = archive.namelist()
        _, handled = (json.loads(line) for line in archive.read("messages.jsonl").splitlines())
    assert handled.keys() == {"id", "state", "handled_at", "handled_by"}
    assert "messages/old.wav" in names
    assert "messages/new.wav" not in names


@dataclass(frozen=True)
class Handed:
    """A mobile that was Maja's and is Nils's: what each did with it, by id."""

    calls: dict[str, str]
    messages: dict[str, UUID]
    forwardings: dict[str, UUID]
    lines: dict[str, int]


@pytest.fixture
async def handed(lived: Lived) -> Handed:
    handed_at = LATELY - timedelta(days=1)
    times = {"hers": handed_at - timedelta(days=1), "his": handed_at + timedelta(days=1)}
    calls = {name: f"hv-{name}" for name in times}
    messages, forwardings = ({name: new_id() for name in times} for _ in range(2))
    await CallRecords(lived.database).append(
        [
            CallEntry(calls[name], seq, at, kind, data)
            for name, at in times.items()
            for seq, (kind, data) in enumerate(
                [
                    ("opened", {"side": "carrier", "caller": MOBILE, "called": "201"}),
                    ("outcome", {"outcome": "referred", "person": str(lived.maja)}),
                    ("closed", {"told": MOBILE}),
                ]
            )
        ]
    )
    async with lived.database.changing(SYSTEM) as session:
        mobile = await session.scalar(select(MobileRow).where(MobileRow.number == MOBILE))
        assert mobile is not None
        mobile.ended_at = handed_at
        await session.flush()
        invoice = InvoiceRow(month="2026-08", file="x.csv", imported_at=NOW)
        his = MobileRow(
            number=MOBILE,
            person_id=lived.nils,
            carrier="B",
            grounds="g",
            decided_by="c",
            decided_at=handed_at - timedelta(days=7),
        )
        session.add_all([invoice, his])
        await session.flush()
        session.add(
            GroupMemberRow(group_id=await session.scalar(select(GroupRow.id)), position=9, number=MOBILE)
        )
        for line, (name, at) in enumerate(times.items()):
            session.add_all(
                [
                    MessageRow(
                        id=messages[name],
                        person_id=lived.nils,
                        caller=MOBILE,
                        text=name,
                        created_at=at,
                        due_at=at,
                    ),
                    ForwardingRow(
                        id=forwardings[name], person_id=lived.nils, target=MOBILE, starts_at=at, ends_at=NOW
                    ),
                    InvoiceLineRow(invoice_id=invoice.id, line=line, number=MOBILE, at=at, private=False),
                ]
            )
    return Handed(calls, messages, forwardings, {name: line for line, name in enumerate(times)})


async def test_of_a_number_that_another_has_now_only_what_was_theirs_is_given_out_and_removed(
    lived: Lived, handed: Handed, tmp_path: Path
) -> None:
    """Both calls are to Maja: she is taken out of Nils's, and his number stays in it."""
    await export(lived.settings, "maja", tmp_path / "maja.zip", NOW, print)
    with ZipFile(tmp_path / "maja.zip") as archive:
        given = {name: archive.read(name).decode() for name in archive.namelist()}
    assert str(handed.messages["hers"]) in given["messages.jsonl"]
    assert str(handed.messages["his"]) not in given["messages.jsonl"]
    assert str(handed.forwardings["hers"]) in given["forwardings.jsonl"]
    assert str(handed.forwardings["his"]) not in given["forwardings.jsonl"]
    assert str(lived.nils) not in given["mobiles.jsonl"]
    assert not given["group_members.jsonl"]
    assert [json.loads(line)["line"] for line in given["invoice_lines.jsonl"].splitlines()] == [
        handed.lines["hers"]
    ]
    await lived.remove("maja")
    assert {row.id: row.caller for row in await lived.rows(CallRow) if row.id in handed.calls.values()} == {
        handed.calls["hers"]: "",
        handed.calls["his"]: MOBILE,
    }
    told = [row.data["told"] for row in await lived.rows(CallEventRow) if "told" in row.data]
    assert sorted(told) == ["", MOBILE]
    messages = {row.id: (row.caller, row.text) for row in await lived.rows(MessageRow)}
    assert messages[handed.messages["hers"]] == ("", "")
    assert messages[handed.messages["his"]] == (MOBILE, "his")
    assert [row.id for row in await lived.rows(ForwardingRow)] == [handed.forwardings["his"]]
    assert [row.line for row in await lived.rows(InvoiceLineRow)] == [handed.lines["his"]]
    assert MOBILE in [row.number for row in await lived.rows(GroupMemberRow)]
    [his] = [row for row in await lived.rows(MobileRow) if row.number == MOBILE]
    assert his.person_id == lived.nils
    assert [row.after["number"] for row in await lived.rows(AuditRow) if row.row_id == str(his.id)] == [
        MOBILE
    ]


async def test_a_number_is_a_successors_from_when_it_was_handed_over_whenever_that_was_decided(
    lived: Lived, handed: Handed, tmp_path: Path
) -> None:
    await export(lived.settings, "nils", tmp_path / "nils.zip", NOW, print)
    with ZipFile(tmp_path / "nils.zip") as archive:
        calls = [json.loads(line)["id"] for line in archive.read("calls.jsonl").decode().splitlines()]
    assert handed.calls["his"] in calls
    assert handed.calls["hers"] not in calls


async def test_what_is_held_on_a_caller_is_given_out_by_their_number(lived: Lived, tmp_path: Path) -> None:
    file = tmp_path / "caller.zip"
    await export(lived.settings, CALLER, file, NOW, print)
    with ZipFile(file) as archive:
        counts = {
            name: len(archive.read(name).splitlines())
            for name in archive.namelist()
            if name.endswith(".jsonl")
        }
    found = {name.removesuffix(".jsonl"): number for name, number in counts.items() if number}
    assert found.pop("audit") == 4
    assert found == {
        "calls": 4,
        "call_events": 20,
        "decisions": 4,
        "messages": 3,
        "callbacks": 1,
        "exception_uses": 1,
    }


async def test_an_export_of_nobody_leaves_no_file(lived: Lived, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await export(lived.settings, "ingen", tmp_path / "x.zip", NOW, print)
    assert not (tmp_path / "x.zip").exists()


async def test_the_trail_is_found_by_names_as_they_are_written_and_by_nothing_like_them(
    database: Database,
) -> None:
    async def found(whose: Whose) -> set[str]:
        async with database.reading() as session:
            return set(await session.scalars(select(AuditRow.row_id).where(audit_of(whose))))

    def entry(row_id: str, by: str) -> dict[str, Any]:
        return audit_entry(SYSTEM, "changed", "messages", row_id, before=None, after={"handled_by": by})

    names = {"å": "åsa.ek", "older": "older", "like": "bo_a%m", "not": "boxalm", "None": "ingen"}
    async with database.writing() as session:
        await session.execute(insert(AuditRow), [entry(row_id, by) for row_id, by in names.items()])
        escaped = r"""UPDATE audit SET after = '{"handled_by": "\u00e5sa.ek"}' WHERE row_id = 'older'"""
        await session.execute(text(escaped.replace(":", r"\:")))
    assert await found(Whose(new_id(), users=("åsa.ek",))) == {"å", "older"}
    assert await found(Whose(new_id(), users=("bo_a%m",))) == {"like"}
    assert await found(Whose(None, (TheirNumber("+46701740605"),))) == set()
