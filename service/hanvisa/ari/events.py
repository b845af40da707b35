"""Asterisk's events (names and fields as in its own description, ``rest-api/events.json``) made into signals.

One function an event name; an event without one is of no interest to a call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hanvisa.calls.signals import (
    NORMAL,
    Answered,
    Channel,
    Entered,
    Held,
    HungUp,
    Key,
    Offered,
    Played,
    Recorded,
    Redirected,
    Signal,
    TransferRequested,
    Unheld,
)

Json = dict[str, Any]


def decode(event: Json) -> Signal | None:
    """The signal that the event is, or None when no call cares. KeyError or TypeError when it can't be understood."""
    make = DECODERS.get(event["type"])
    return make(event) if make is not None else None


def channel(fields: Json) -> Channel:
    """ARI's Channel. Its name is ``PJSIP/<account>-<hex>``."""
    technology_and_account = fields["name"].rpartition("-")[0]
    return Channel(
        id=fields["id"],
        account=technology_and_account.partition("/")[2],
        caller_number=fields["caller"]["number"],
        dialled=fields["dialplan"]["exten"],
        up=fields["state"] == "Up",
    )


def _stasis_start(event: Json) -> Signal:
    replaced = event.get("replace_channel")
    return Entered(channel(event["channel"]), tuple(event["args"]), channel(replaced) if replaced else None)


def _dial(event: Json) -> Signal | None:
    forward = event.get("forward")
    return Redirected(event["peer"]["id"], forward) if forward else None


def _transfer(event: Json) -> Signal | None:
    # Our own answers come back as events that carry a state: only one without is a request.
    if event.get("state"):
        return None
    refer_to = event["refer_to"]
    destination = refer_to["requested_destination"]
    other = refer_to.get("destination_channel")
    return TransferRequested(
        channel=event["referred_by"]["source_channel"]["id"],
        target=destination.get("destination") or "",
        attended=bool(destination.get("protocol_id")) or other is not None,
        other=other["id"] if other else None,
    )


DECODERS: dict[str, Callable[[Json], Signal | None]] = {
    "CallBroadcast": lambda e: Offered(channel(e["channel"])),
    "StasisStart": _stasis_start,
    "ChannelStateChange": lambda e: Answered(e["channel"]["id"]) if e["channel"]["state"] == "Up" else None,
    "StasisEnd": lambda e: HungUp(e["channel"]["id"]),
    "ChannelDestroyed": lambda e: HungUp(e["channel"]["id"], e["cause"] or NORMAL, e.get("tech_cause") or 0),
    "ChannelDtmfReceived": lambda e: Key(e["channel"]["id"], e["digit"]),
    "PlaybackFinished": lambda e: Played(e["playback"]["id"], e["playback"]["state"] == "failed"),
    "RecordingFinished": lambda e: Recorded(e["recording"]["name"]),
    "RecordingFailed": lambda e: Recorded(e["recording"]["name"]),
    "Dial": _dial,
    "ChannelTransfer": _transfer,
    "ChannelHold": lambda e: Held(e["channel"]["id"]),
    "ChannelUnhold": lambda e: Unheld(e["channel"]["id"]),
}
