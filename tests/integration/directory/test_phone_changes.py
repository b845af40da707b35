"""What codes on a phone change: in the phone's name, at once or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from hanvisa.directory.auditing import count_changes
from hanvisa.directory.engine import Database
from hanvisa.directory.phone_changes import ChangesByPhone
from hanvisa.directory.repositories.absences import Absences
from hanvisa.directory.repositories.audit import Audit
from hanvisa.directory.repositories.forwardings import Forwardings
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.errors import Conflict, StorageError
from hanvisa.ids import new_id
from hanvisa.policy.facts import Callback, ForwardingKind, Recording, RecordingKind
from hanvisa.policy.forwarding import forwarding_at
from hanvisa.policy.model import Decision, Effect, Language, Text

ELSA = "hallefors-205"
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


def allowed(_: object) -> Decision:
    return Decision(Effect.ALLOW, (), Text("", ""))


def person_of(directory: SnapshotDirectory, account: str) -> UUID:
    phone = directory.register.phone_of_account(account)
    assert phone is not None
    assert phone.owner_id is not None
    return phone.owner_id


async def test_an_absence_is_set_and_ended_in_the_phones_name(
    demo: Database, directory: SnapshotDirectory
) -> None:
    elsa = person_of(directory, ELSA)
    await directory.phone_changes.set_absence(elsa, "1", NOW, NOW + HOUR, by=ELSA)
    [absence] = directory.register.absences_of(elsa)
    assert (absence.reason.code, absence.ends_at) == ("1", NOW + HOUR)
    assert (await Absences(demo).get(absence.id)).source == "phone"
    [entry] = await Audit(demo).list(table="absences", row_id=str(absence.id))
    assert (entry.by, entry.action) == (f"phone {ELSA}", "created")
    await directory.phone_changes.end_absences(elsa, NOW + timedelta(minutes=1), by=ELSA)
    assert (await Absences(demo).get(absence.id)).absence.ends_at == NOW + timedelta(minutes=1)


async def test_a_forwarding_takes_the_place_of_the_one_of_its_kind(
    demo: Database, directory: SnapshotDirectory
) -> None:
    elsa, later = person_of(directory, ELSA), NOW + timedelta(minutes=1)
    changes = directory.phone_changes
    await changes.forward(elsa, ForwardingKind.ALWAYS, "201", NOW, NOW + HOUR, judge=allowed, by=ELSA)
    await changes.forward(elsa, ForwardingKind.BUSY, "202", NOW, NOW + HOUR, judge=allowed, by=ELSA)
    await changes.forward(elsa, ForwardingKind.ALWAYS, "203", later, NOW + HOUR, judge=allowed, by=ELSA)
    on = directory.register.forwardings_of(elsa)
    told = {kind: one.target for kind in ForwardingKind if (one := forwarding_at(on, later, kind))}
    assert told == {ForwardingKind.ALWAYS: "203", ForwardingKind.BUSY: "202"}
    await changes.stop_forwarding(elsa, ForwardingKind.ALWAYS, later + HOUR / 4, by=ELSA)
    after = [row.forwarding for row in await Forwardings(demo).list(person_id=elsa)]
    assert forwarding_at(after, later + HOUR / 4) is None
    assert forwarding_at(after, later + HOUR / 4, ForwardingKind.BUSY) is not None


async def test_the_next_call_is_marked_once(directory: SnapshotDirectory) -> None:
    await directory.phone_changes.mark_next_call(by=ELSA)
    await directory.phone_changes.mark_next_call(by=ELSA)
    assert directory.register.is_marked(ELSA)
    await directory.phone_changes.take_mark(by=ELSA)
    assert not directory.register.is_marked(ELSA)


async def test_a_number_that_is_left_is_kept_once_taken_once_given_back_marked_and_let_go(
    demo: Database, directory: SnapshotDirectory
) -> None:
    board = directory.register.switchboards.rows[0]
    left = Callback(new_id(), board.id, "+46980319244", NOW, NOW, Language.EN)
    await directory.callbacks.keep(left)
    await directory.callbacks.keep(replace(left, id=new_id()))
    another = replace(left, id=new_id(), number="+46980319245", confidential=True)
    await directory.callbacks.keep(another)
    await directory.callbacks.keep(replace(another, confidential=False))
    assert directory.register.callbacks.rows == (left, another)
    await directory.callbacks.keep(replace(left, id=new_id(), confidential=True))
    left = replace(left, confidential=True)
    assert directory.register.callback(left.id) == left, "confidential from the second time on (M4)"
    third = replace(left, id=new_id(), number="+46980319246", confidential=False)
    await directory.callbacks.keep(third)
    await directory.callbacks.mark_confidential(third.id)
    assert directory.register.callback(third.id) == replace(third, confidential=True)
    for one in (another, third):
        await directory.callbacks.let_go(one.id)
    await directory.callbacks.take(left.id, 0, NOW + HOUR)
    with pytest.raises(Conflict):
        await directory.callbacks.take(left.id, 0, NOW + HOUR)
    assert directory.register.callback(left.id) == replace(left, tries=1, due_at=NOW + HOUR)
    for _ in range(2):
        await directory.callbacks.give_back(left.id, 0)
        assert directory.register.callback(left.id) == replace(left, tries=0, due_at=NOW + HOUR)
    await directory.callbacks.take(left.id, 0, NOW + HOUR)
    await directory.callbacks.let_go(left.id)
    assert directory.register.callbacks.rows == ()
    assert not await Audit(demo).list(table="callbacks")


async def test_a_recording_takes_the_place_of_the_one_of_its_kind(directory: SnapshotDirectory) -> None:
    elsa, changes = person_of(directory, ELSA), directory.phone_changes
    await changes.set_absence(elsa, "1", NOW, NOW + HOUR, by=ELSA)
    [absence] = directory.register.absences_of(elsa)
    for sound in ("a", "b"):
        await changes.set_recording(elsa, RecordingKind.NAME, sound, NOW, absence=None, by=ELSA)
    await changes.set_recording(elsa, RecordingKind.GREETING, "c", NOW, absence=absence.id, by=ELSA)
    assert directory.register.recordings_of(elsa) == (
        Recording(elsa, RecordingKind.NAME, "b"),
        Recording(elsa, RecordingKind.GREETING, "c", absence.id),
    )
    await changes.end_absences(elsa, NOW + timedelta(microseconds=1), by=ELSA)
    assert [row.sound for row in directory.register.recordings_of(elsa)] == ["b"]


async def test_what_comes_too_late_changes_nothing(demo: Database, directory: SnapshotDirectory) -> None:
    elsa = person_of(directory, ELSA)
    hurried = ChangesByPhone(demo.hurried(0.05))
    async with demo.writing() as other:
        await count_changes(other, ["absences"])
        with pytest.raises(StorageError, match="within"):
            await hurried.set_absence(elsa, "1", NOW, NOW + HOUR, by=ELSA)
    assert not await Absences(demo).list(person_id=elsa)
