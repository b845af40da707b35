"""Phones that are gone, in the manager's events."""

from __future__ import annotations

import pytest

from hanvisa.ami.losses import lost_by

LOST = {
    "Event": "PeerStatus",
    "ChannelType": "PJSIP",
    "Peer": "PJSIP/hallefors-290",
    "PeerStatus": "Unreachable",
}


@pytest.mark.parametrize(
    ("more", "account"), [({}, "hallefors-290"), ({"PeerStatus": "Reachable"}, ""), ({"Peer": ""}, "")]
)
def test_whose_phone_is_gone(more: dict[str, str], account: str) -> None:
    assert lost_by({**LOST, **more}) == account
