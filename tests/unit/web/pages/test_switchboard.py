"""The attendant console: what it shows, what its keys do, and how a refusal is told in place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanvisa.calls.live_ports import LiveCall, LiveParty
from hanvisa.web.pages.switchboard.parts import PARTS
from unit.web.pages.visiting import Visitor
from unit.web.town import NOW, Town, id_of

OLLE = id_of("olle")
CALL = LiveCall(
    id="hv-k-1",
    caller=LiveParty("+46980319244", None),
    other=LiveParty("200", OLLE),
    dialled="+46980319200",
    stage="Talking",
    operator=OLLE,
    organisation=id_of("Hällefors"),
    held=False,
    confidential=False,
    threat=False,
    since=NOW,
)
WAITS = replace(CALL, id="hv-k-2", caller=LiveParty("+46980319245", None), other=None, stage="AtSwitchboard")


@pytest.fixture
async def olle(town: Town) -> Visitor:
    """An operator who has signed in."""
    olle = await Visitor.known(town, "olle", {"role": "operator"})
    await olle.signs_in()
    return olle


async def test_the_console_shows_who_waits_whom_one_has_and_who_is_parked(olle: Visitor, town: Town) -> None:
    parked = replace(CALL, id="hv-k-3", other=None, stage="Parked", parked_for=id_of("anna"), held=True)
    town.live.up = [CALL, WAITS, parked]
    page = await olle.page("/switchboard")
    assert all(f'id="part-{name}"' in page for name in PARTS)
    assert 'id="answer-hv-k-2"' in page
    assert 'id="hold-hv-k-1"' in page
    assert "för Anna Berg" in page
    assert "Hällefors kommun" in page
    assert "0980-31 92 45" in page
