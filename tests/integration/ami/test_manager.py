"""The manager interface of a real Asterisk, and what goes wrong with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from hanvisa.ami.fakes import Relay
from hanvisa.ami.manager import Manager, Timing
from hanvisa.ami.wire import Message
from hanvisa.errors import InvalidInput, Refused, Unavailable
from hanvisa.lab.waiting import until
from integration.fallback.fallback_world import World, running_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUICK = Timing(action=0.5, ping_every=0.1, first_delay=0.05, longest_delay=0.2)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    async with running_world() as running:
        yield running


def secret(world: World) -> str:
    return str(json.loads((world.settings.state / "secrets.json").read_text())["ami"])


@asynccontextmanager
async def a_manager(
    world: World, port: int | None = None, callbacks: Sequence[Callable[[Message], None]] = ()
) -> AsyncIterator[Manager]:
    """``callbacks`` get the user's own events."""
    manager = Manager(port or world.settings.ami_port, secret(world), timing=QUICK)
    for callback in callbacks:
        manager.on_event("UserEvent", callback)
    await manager.start()
    try:
        await manager.until_connected(5)
        yield manager
    finally:
        await manager.stop()


async def test_database_is_written_read_and_removed(world: World) -> None:
    manager = world.manager
    await manager.db_put("hanvisa/x", "å", "Åsa Öberg & co")
    assert await manager.db_tree("hanvisa/x") == {"/hanvisa/x/å": "Åsa Öberg & co"}
    await manager.db_del("hanvisa/x", "å")
    await manager.db_del_tree("hanvisa/x")
    assert await manager.db_tree("hanvisa/x") == {}


async def test_many_actions_at_a_time_each_get_their_own_answer(world: World) -> None:
    await world.manager.pipelined(
        ("DBPut", {"Family": "hanvisa/many", "Key": str(n), "Val": f"v{n}"}) for n in range(2000)
    )
    tree = await world.manager.db_tree("hanvisa/many")
    assert tree == {f"/hanvisa/many/{n}": f"v{n}" for n in range(2000)}
    await world.manager.db_del_tree("hanvisa/many")


async def test_a_refusal_says_why(world: World) -> None:
    with pytest.raises(Refused, match="DBDel"):
        await world.manager.db_del("hanvisa/none", "none")
    assert "Asterisk 22" in await world.manager.command("core show version")


async def test_a_header_cannot_smuggle_in_another(world: World) -> None:
    for value in ("a\r\nAction: Logoff", "x" * 1001):
        with pytest.raises(InvalidInput):
            await world.manager.db_put("hanvisa/x", "k", value)
    assert world.manager.connected


async def test_a_wrong_password_is_tried_again_and_said(world: World) -> None:
    manager = Manager(world.settings.ami_port, "wrong", timing=QUICK)
    await manager.start()
    with pytest.raises(Unavailable):
        await manager.until_connected(0.5)
    await manager.stop()


async def test_a_callback_that_raises_ends_nothing(world: World) -> None:
    seen: list[str] = []

    def raises(event: Message) -> None:
        raise ValueError(event["Event"])

    async with a_manager(world, callbacks=[raises, lambda event: seen.append(event["Name"])]) as manager:
        for name in ("Åke", "Örjan"):
            await manager.action("UserEvent", UserEvent="Hello", Name=name)
        await until(lambda: seen == ["Åke", "Örjan"], what="both events")
        assert manager.connected


async def test_characters_split_over_reads_stay_whole(world: World) -> None:
    async with Relay(world.settings.ami_port) as relay:
        relay.piecemeal()
        async with a_manager(world, relay.port) as manager:
            await manager.db_put("hanvisa/x", "k", "räksmörgås €")
            assert await manager.db_tree("hanvisa/x") == {"/hanvisa/x/k": "räksmörgås €"}


async def test_a_cut_connection_fails_what_waits_and_is_replaced(world: World) -> None:
    async with Relay(world.settings.ami_port) as relay, a_manager(world, relay.port) as manager:
        connections: list[bool] = []
        manager.on_connected(lambda: connections.append(True))
        relay.half_open()
        waiting = asyncio.create_task(manager.db_put("hanvisa/x", "cut", "never twice"))
        await asyncio.sleep(0)
        relay.cut()
        with pytest.raises(Unavailable):
            await waiting
        await until(lambda: not manager.connected, what="the loss noticed")
        with pytest.raises(Unavailable):
            await manager.action("Ping")
        relay.half_open(False)
        await until(lambda: manager.connected, what="connected again")
        assert connections
        assert "/hanvisa/x/cut" not in await manager.db_tree("hanvisa/x")


async def test_a_half_open_connection_is_noticed(world: World) -> None:
    async with Relay(world.settings.ami_port) as relay, a_manager(world, relay.port) as manager:
        relay.half_open()
        await until(lambda: not manager.connected, what="the silence noticed")
        relay.half_open(False)
        await until(lambda: manager.connected, what="connected again")
        assert (await manager.action("Ping"))["Ping"] == "Pong"


async def test_an_asterisk_that_was_killed_is_found_again(world: World) -> None:
    async with a_manager(world) as manager:
        await world.asterisk.kill()
        await until(lambda: not manager.connected, what="the loss noticed")
        with pytest.raises(Unavailable):
            await manager.action("Ping")
        await world.asterisk.start()
        await until(lambda: manager.connected, within=10, what="connected again")
        assert (await manager.action("Ping"))["Ping"] == "Pong"
