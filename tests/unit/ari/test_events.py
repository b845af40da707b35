"""Events as Asterisk sends them (shortened), and the signals that calls are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hanvisa.ari.events import DECODERS, decode
from hanvisa.ari.stream import _understood
from hanvisa.calls.signals import (
    Answered,
    Channel,
    Entered,
    HungUp,
    Key,
    Played,
    Redirected,
    TransferRequested,
)
from hanvisa.config import Settings
from hanvisa.lab.asterisk import find_root

CHANNEL = {
    "id": "1795460672.0",
    "name": "PJSIP/hallefors-201-0000002a",
    "state": "Up",
    "caller": {"name": "Anna", "number": "201"},
    "dialplan": {"exten": "+46980319201"},
}
SEEN = Channel("1795460672.0", "hallefors-201", "201", "+46980319201", up=True)


def transfer(**refer_to: Any) -> dict[str, Any]:
    return {
        "type": "ChannelTransfer",
        "refer_to": {"requested_destination": {}, **refer_to},
        "referred_by": {"source_channel": CHANNEL},
    }


@pytest.mark.parametrize(
    ("event", "signal"),
    [
        ({"type": "StasisStart", "args": ["phone"], "channel": CHANNEL}, Entered(SEEN, ("phone",))),
        (
            {
                "type": "StasisStart",
                "args": [],
                "channel": CHANNEL,
                "replace_channel": {**CHANNEL, "id": "old"},
            },
            Entered(SEEN, (), Channel("old", "hallefors-201", "201", "+46980319201", up=True)),
        ),
        (
            {"type": "ChannelDestroyed", "channel": CHANNEL, "cause": 23, "tech_cause": 302, "cause_txt": ""},
            HungUp(SEEN.id, 23, 302),
        ),
        ({"type": "ChannelDestroyed", "channel": CHANNEL, "cause": 16, "cause_txt": ""}, HungUp(SEEN.id, 16)),
        (
            {"type": "ChannelDtmfReceived", "channel": CHANNEL, "digit": "#", "duration_ms": 90},
            Key(SEEN.id, "#"),
        ),
        ({"type": "PlaybackFinished", "playback": {"id": "p", "state": "failed"}}, Played("p", failed=True)),
        ({"type": "Dial", "peer": CHANNEL, "dialstatus": "", "forward": "070"}, Redirected(SEEN.id, "070")),
        ({"type": "Dial", "peer": CHANNEL, "dialstatus": "RINGING"}, None),
        (transfer(requested_destination={"destination": "205"}), TransferRequested(SEEN.id, "205")),
        (transfer(), TransferRequested(SEEN.id, "")),
        (
            transfer(
                requested_destination={"protocol_id": "x"}, destination_channel={**CHANNEL, "id": "leg"}
            ),
            TransferRequested(SEEN.id, "", attended=True, other="leg"),
        ),
        ({**transfer(), "state": "channel_declined"}, None),
        ({"type": "ChannelStateChange", "channel": {**CHANNEL, "id": "hv-c-1"}}, Answered("hv-c-1")),
        ({"type": "ChannelStateChange", "channel": {**CHANNEL, "id": "hv-c-1", "state": "Ringing"}}, None),
        ({"type": "ChannelStateChange", "channel": CHANNEL}, None),
        ({"type": "ChannelVarset", "variable": "x"}, None),
    ],
)
def test_an_event_becomes_its_signal(event: dict[str, Any], signal: object) -> None:
    assert decode(event) == signal


@pytest.mark.parametrize(
    "text", ["", "nonsense", "[]", '{"type": "StasisStart"}', '{"type": "Dial", "forward": "1"}', "{}"]
)
def test_what_cannot_be_understood_does_not_end_the_reading(text: str) -> None:
    assert _understood(text) is None


def test_the_names_are_asterisks_own() -> None:
    root = find_root(Settings())
    description = Path(f"{root or ''}/usr/share/asterisk/rest-api/events.json")
    models = json.loads(description.read_text())["models"]
    assert set(DECODERS) <= set(models)
    used = {
        "StasisStart": {"args", "channel", "replace_channel"},
        "ChannelDestroyed": {"channel", "cause", "tech_cause"},
        "ChannelDtmfReceived": {"channel", "digit"},
        "PlaybackFinished": {"playback"},
        "Dial": {"peer", "forward"},
        "ChannelTransfer": {"state", "refer_to", "referred_by"},
        "ReferTo": {"requested_destination", "destination_channel"},
        "RequiredDestination": {"destination", "protocol_id"},
        "ReferredBy": {"source_channel"},
    }
    for name, fields in used.items():
        assert fields <= set(models[name]["properties"]), name
