"""Message lamps: told when what they show differs, and told anew when Asterisk may have forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from hanvisa.ami.lamps import APART, Lamps
from hanvisa.ami.manager import Manager
from hanvisa.ami.wire import Message as Response
from hanvisa.errors import Unavailable
from hanvisa.policy.facts import Message, MessageState, OperatorState
from hanvisa.policy.register import Register
from unit.calls.scene import NOW, id_of, register


class Remembering(Manager):
    """Has AstDB in memory, and remembers what MinivmMWI was told. ``gone``: there is no connection."""

    def __init__(self) -> None:
        super().__init__(0, "")
        self.database: dict[str, str] = {}
        self.told: list[str] = []
        self.told_at: list[float] = []
        self.gone = False

    async def action(self, name: str, **headers: str) -> Response:
        if self.gone:
            raise Unavailable("There is no connection.")
        if name == "DBPut":
            self.database[f"/{headers['Family']}/{headers['Key']}"] = headers["Val"]
        elif name == "DBDel":
            del self.database[f"/{headers['Family']}/{headers['Key']}"]
        else:
            assert (name, headers["Application"]) == ("Originate", "MinivmMWI")
            self.told.append(headers["Data"])
            self.told_at.append(asyncio.get_running_loop().time())
        return Response()

    async def db_tree(self, family: str) -> dict[str, str]:
        return {key: value for key, value in self.database.items() if key.startswith(f"/{family}/")}

    def connects(self) -> None:
        for callback in self._on_connected:
            callback()


def with_messages(who: str, *states: MessageState) -> Register:
    messages = [
        Message(id_of(f"message {n}"), id_of(who), "+46980319244", None, state, NOW, NOW + timedelta(days=2))
        for n, state in enumerate(states)
    ]
    return register().replace(messages=messages)


async def test_only_what_differs_is_told() -> None:
    manager = Remembering()
    lamps = Lamps(manager)
    await lamps.publish(register())
    assert not manager.told
    await lamps.publish(with_messages("bo", MessageState.NEW, MessageState.READ, MessageState.NEW))
    await lamps.publish(with_messages("bo", MessageState.NEW, MessageState.READ, MessageState.NEW))
    await lamps.publish(with_messages("bo", MessageState.READ))
    await lamps.publish(register())
    assert manager.told == ["bo@hanvisa,0,2,1", "bo@hanvisa,0,0,1", "bo@hanvisa,0,0,0"]
    assert not manager.database


async def test_what_changes_twice_in_a_moment_is_told_one_after_the_other() -> None:
    """Asterisk would tell the older one last."""
    manager = Remembering()
    lamps = Lamps(manager)
    await lamps.publish(with_messages("bo", MessageState.READ))
    await lamps.publish(register())
    earlier, later = manager.told_at
    assert later - earlier >= APART


async def test_after_a_connection_was_lost_what_was_lit_is_told_anew() -> None:
    manager = Remembering()
    lamps = Lamps(manager)
    await lamps.publish(with_messages("bo", MessageState.NEW))
    manager.gone = True
    with pytest.raises(Unavailable):
        await lamps.publish(with_messages("anna", MessageState.NEW))
    manager.gone = False
    manager.connects()
    manager.told.clear()
    await lamps.publish(with_messages("anna", MessageState.NEW))
    assert sorted(manager.told) == ["anna@hanvisa,0,1,0", "bo@hanvisa,0,0,0"]


async def test_another_process_takes_over_the_lamps_that_are_lit() -> None:
    manager = Remembering()
    await Lamps(manager).publish(with_messages("bo", MessageState.NEW))
    manager.told.clear()
    await Lamps(manager).publish(register())
    assert manager.told == ["bo@hanvisa,0,0,0"]


async def test_a_shared_phone_shows_the_messages_of_the_operator_who_sits_at_it() -> None:
    given = with_messages("olle", MessageState.NEW)
    operator = replace(given.operators.rows[0], state=OperatorState.OPEN)
    shared = [replace(phone, owner_id=None) for phone in given.phones.rows if phone.account == "olle"]
    manager = Remembering()
    await Lamps(manager).publish(given.replace(phones=shared, operators=[operator]))
    assert manager.told == ["olle@hanvisa,0,1,0"]


async def test_a_departments_messages_light_the_lamps_of_all_who_belong_to_it() -> None:
    given = with_messages("bo", MessageState.NEW, MessageState.NEW)
    own, other = given.messages.rows
    theirs = replace(other, person_id=None, department_id=id_of("tekniska"))
    manager = Remembering()
    await Lamps(manager).publish(given.replace(messages=[own, theirs]))
    assert sorted(manager.told) == ["anna@hanvisa,0,1,0", "bo@hanvisa,0,2,0", "olle@hanvisa,0,1,0"]
