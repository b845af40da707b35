"""Whose phones are in calls of the fallback's, where there are several Asterisks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hanvisa.asterisks import Asterisks
from hanvisa.config import Settings
from hanvisa.errors import Unavailable


class Manager:
    """Of an Asterisk with one phone's leg, which the fallback has rung. ``hangs``: it answers nothing."""

    def __init__(self, account: str, *, connected: bool = True, hangs: bool = False) -> None:
        self._account, self._hangs = account, hangs
        self.connected = connected
        self.taken_back = 0

    async def until_connected(self, within: float) -> None:
        if not self.connected:
            raise Unavailable(f"There was no connection within {within:g} s.")

    async def listing(self, _: str) -> list[dict[str, str]]:
        return [
            {
                "Channel": f"PJSIP/{self._account}-00000001",
                "Context": "from-phone",
                "Application": "AppDial",
            }
        ]

    async def action(self, name: str, **_: str) -> dict[str, str]:
        if self._hangs:
            raise Unavailable(f"{name} was not answered.")
        if name == "Setvar":
            self.taken_back += 1
        return {"Value": "1"}


def asterisks(state: Path, *managers: Manager, without_ari: int | None = None) -> Asterisks:
    """The event streams are connected, but for this one's."""
    (state / "secrets.json").write_text(json.dumps({"ari": "a", "ami": "b"}))
    settings = Settings(state=state)
    if len(managers) > 1:
        settings = Settings(
            state=state,
            nodes={f"n{number}": f"127.0.0.{number}" for number in range(1, len(managers) + 1)},
            proxy="127.0.0.9",
            database_url="postgresql+asyncpg://hanvisa@127.0.0.1/hanvisa",
        )
    nothing: Any = None
    made = Asterisks(settings, nothing, nothing, nothing)
    for one, manager in zip(made.kept, managers, strict=True):
        fake: Any = manager
        one.manager = fake
    for number, stream in enumerate(made.streams("hanvisa", nothing)):
        stream.connected = number != without_ari
    return made


async def test_of_several_each_is_asked_and_its_transfers_are_taken_back(tmp_path: Path) -> None:
    first, second = Manager("hallefors-201"), Manager("hallefors-202")
    made = asterisks(tmp_path, first, second)
    assert await made.withdraw_transfers() == ["hallefors-201", "hallefors-202"]
    assert (first.taken_back, second.taken_back) == (1, 1)


async def test_where_ari_is_away_phones_stay_engaged_and_the_transfers_are_left_to_the_fallback(
    tmp_path: Path,
) -> None:
    manager = Manager("hallefors-201")
    made = asterisks(tmp_path, manager, without_ari=0)
    assert await made.withdraw_transfers() == ["hallefors-201"]
    assert not manager.taken_back


async def test_of_several_it_is_one_to_which_the_transfers_are_left(tmp_path: Path) -> None:
    first, second = Manager("hallefors-201"), Manager("hallefors-202")
    made = asterisks(tmp_path, first, second, without_ari=1)
    assert await made.withdraw_transfers() == ["hallefors-201", "hallefors-202"]
    assert (first.taken_back, second.taken_back) == (1, 0)


@pytest.mark.parametrize(("without_ari", "told"), [(None, ["hallefors-201"]), (0, [])])
async def test_where_ami_alone_is_away_what_was_told_last_holds(
    tmp_path: Path, without_ari: int | None, told: list[str]
) -> None:
    """Where ARI is away too the node is, and its calls are over."""
    first = Manager("hallefors-201")
    made = asterisks(tmp_path, first, Manager("hallefors-202"), without_ari=without_ari)
    await made.withdraw_transfers()
    first.connected = False
    assert await made.withdraw_transfers() == [*told, "hallefors-202"]


@pytest.mark.parametrize(
    "first", [Manager("hallefors-201", connected=False), Manager("hallefors-201", hangs=True)]
)
async def test_one_of_several_that_is_away_keeps_nobody_from_knowing_of_the_others(
    tmp_path: Path, first: Manager
) -> None:
    made = asterisks(tmp_path, first, Manager("hallefors-202"))
    assert await made.withdraw_transfers() == ["hallefors-202"]


async def test_of_the_only_one_it_is_told_that_it_is_away(tmp_path: Path) -> None:
    made = asterisks(tmp_path, Manager("hallefors-201", hangs=True))
    with pytest.raises(Unavailable):
        await made.withdraw_transfers()
