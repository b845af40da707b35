"""Asterisk's events (names and fields as in its own description, ``rest-api/events.json``) made into signals.

One function an event name; an event without one is of no interest to a call.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
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
from hanvisa.ids import OUR_IDS

Json = dict[str, Any]


def decode(event: Json) -> Signal | None:
    """The signal that the event is, or None when no call cares.

    KeyError, TypeError, ValueError or AttributeError when it can't be understood.
    """
    make = DECODERS.get(event["type"])
    return make(event) if make is not None else None


def text(value: object) -> str:
    """The string that it must be: nothing else is ever told to a call. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no string")
    return value


def number(value: object) -> int:
    """A cause or a status. Raises TypeError."""
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no number")
    return value


def moment(value: object) -> datetime:
    """As Asterisk writes one: ``2026-11-27T20:42:49.397+0000``. Raises TypeError or ValueError."""
    when = datetime.fromisoformat(text(value))
    if when.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return when


def channel(fields: Json) -> Channel:
    """ARI's Channel. Its name is ``PJSIP/<account>-<hex>``."""
    technology_and_account = text(fields["name"]).rpartition("-")[0]
    return Channel(
        id=text(fields["id"]),
        account=technology_and_account.partition("/")[2],
        caller_number=text(fields["caller"]["number"]),
        dialled=text(fields["dialplan"]["exten"]),
        up=fields["state"] == "Up",
    )


def _stasis_start(event: Json) -> Signal:
    replaced = event.get("replace_channel")
    args = tuple(map(text, event["args"]))
    return Entered(channel(event["channel"]), args, channel(replaced) if replaced else None)


def _answered(event: Json) -> Signal | None:
    # Who rings in is answered by us: no call need be told.
    is_rung = _id(event).startswith(OUR_IDS)
    return Answered(_id(event)) if is_rung and event["channel"]["state"] == "Up" else None


def _dial(event: Json) -> Signal | None:
    forward = event.get("forward")
    return Redirected(text(event["peer"]["id"]), text(forward)) if forward else None


def _transfer(event: Json) -> Signal | None:
    # Our own answers come back as events that carry a state: only one without is a request.
    if event.get("state"):
        return None
    refer_to = event["refer_to"]
    destination = refer_to["requested_destination"]
    other = refer_to.get("destination_channel")
    return TransferRequested(
        channel=text(event["referred_by"]["source_channel"]["id"]),
        target=text(destination.get("destination") or ""),
        attended=bool(destination.get("protocol_id")) or other is not None,
        other=text(other["id"]) if other else None,
    )


def _id(event: Json) -> str:
    return text(event["channel"]["id"])


DECODERS: dict[str, Callable[[Json], Signal | None]] = {
    "CallBroadcast": lambda e: Offered(
        channel(e["channel"]), moment(e["channel"]["creationtime"]), moment(e["timestamp"])
    ),
    "StasisStart": _stasis_start,
    "ChannelStateChange": _answered,
    "StasisEnd": lambda e: HungUp(_id(e)),
    "ChannelDestroyed": lambda e: HungUp(
        _id(e), number(e["cause"] or NORMAL), number(e.get("tech_cause") or 0)
    ),
    "ChannelDtmfReceived": lambda e: Key(_id(e), text(e["digit"])),
    "PlaybackFinished": lambda e: Played(text(e["playback"]["id"]), e["playback"]["state"] == "failed"),
    "RecordingFinished": lambda e: Recorded(text(e["recording"]["name"])),
    "RecordingFailed": lambda e: Recorded(text(e["recording"]["name"])),
    "Dial": _dial,
    "ChannelTransfer": _transfer,
    "ChannelHold": lambda e: Held(_id(e)),
    "ChannelUnhold": lambda e: Unheld(_id(e)),
}
