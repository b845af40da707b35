"""Several Asterisks commanded as one: by the node that the ids name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from hanvisa.ari.client import Client
from hanvisa.ari.control import AriControl
from hanvisa.ari.nodes import Nodes
from hanvisa.calls.call import new_id, playback_id
from hanvisa.calls.signals import NodeLost, Reconnected
from hanvisa.errors import Gone, Unavailable
from hanvisa.ids import node_of

HERS = "n2-1764275000.12"  # as Asterisk names a channel
HEX = "7eb436dd52724a89bdfdc7238d737734"


class OneNode:
    """What it was told, and its channels; away, it answers nothing."""

    def __init__(self, *channels: str) -> None:
        self.told: list[str] = []
        self.channels = channels
        self.away = False

    async def command(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,  # noqa: ARG002
        body: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> None:
        if self.away:
            raise Unavailable("away")
        self.told.append(f"{method} {path}")

    async def listing(self, path: str, node: str) -> list[dict[str, Any]]:  # noqa: ARG002
        if self.away:
            raise Unavailable("away")
        return [{"name": "hanvisa-dead", "channel_ids": list(self.channels)}]


@pytest.fixture
def both() -> tuple[OneNode, OneNode]:
    return OneNode("n1-1.1"), OneNode(HERS)


@pytest.fixture
def nodes(both: tuple[OneNode, OneNode]) -> Nodes:
    nodes = Nodes({"n1": cast("Client", both[0]), "n2": cast("Client", both[1])})
    for name in ("n1", "n2"):
        nodes.heed(Reconnected(name))
    return nodes


@pytest.mark.parametrize("id_", [HERS, f"hv-c-n2-{HEX}", playback_id(HERS), playback_id(f"hv-c-n2-{HEX}")])
def test_an_id_tells_its_node(id_: str) -> None:
    assert node_of(id_) == "n2"


@pytest.mark.parametrize("id_", ["1764275000.12", f"hv-c-{HEX}", f"hv-b-{HEX}", ""])
def test_where_there_is_one_asterisk_there_is_no_node(id_: str) -> None:
    assert node_of(id_) == ""


def test_so_do_those_that_we_choose() -> None:
    assert node_of(new_id("c", "n2")) == "n2"
    assert node_of(new_id("c")) == ""


async def test_a_command_goes_where_its_call_is(nodes: Nodes, both: tuple[OneNode, OneNode]) -> None:
    control, bridge, leg = AriControl(nodes, "app"), new_id("b", "n2"), new_id("c", "n2")
    await control.claim(HERS)
    await control.answer(HERS)
    await control.create(leg, "PJSIP/anna", {}, HERS)
    await control.dial(leg)
    await control.bridge(bridge, (HERS, leg))
    await control.stop_playing(playback_id(leg))
    await control.stop_recording(f"hv-rec-{HERS}")
    await control.destroy_bridge(bridge)
    assert len(both[1].told) == 9
    assert not both[0].told


async def test_what_was_at_a_lost_node_is_gone_until_it_is_back(
    nodes: Nodes, both: tuple[OneNode, OneNode]
) -> None:
    control = AriControl(nodes, "app")
    assert control.some_node() == "n1"
    nodes.heed(NodeLost("n1"))
    assert control.some_node() == "n2"
    with pytest.raises(Gone, match="the node n1 is lost"):
        await control.hang_up("n1-1.1")
    await control.hang_up(HERS)
    nodes.heed(Reconnected("n1"))
    await control.hang_up("n1-1.1")
    assert [len(one.told) for one in both] == [1, 1]


async def test_all_are_listed_that_answer(nodes: Nodes, both: tuple[OneNode, OneNode]) -> None:
    control = AriControl(nodes, "app")
    assert await control.held_by_our_apps() == {"n1-1.1": False, HERS: False}
    assert await control.held_by_our_apps("n2") == {HERS: False}
    both[0].away = True
    assert await control.held_by_our_apps() == {HERS: False}
    with pytest.raises(Unavailable):
        await control.held_by_our_apps("n1")


async def test_no_call_begins_at_a_node_that_is_connected_and_does_not_answer(
    nodes: Nodes, both: tuple[OneNode, OneNode]
) -> None:
    control = AriControl(nodes, "app")
    both[0].away = True
    with pytest.raises(Unavailable):
        await control.hang_up("n1-1.1")
    assert control.some_node() == "n2"
    nodes.heed(NodeLost("n2"))
    assert control.some_node() == "n1", "the only one that is there"
    nodes.heed(Reconnected("n2"))
    both[0].away = False
    await control.held_by_our_apps("n1")
    assert control.some_node() == "n1"
