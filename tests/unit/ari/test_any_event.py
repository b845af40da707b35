"""Whatever comes over the event stream, no reading and no call ends by it: torn, incomplete, of odd values."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanvisa.ari.events import DECODERS
from hanvisa.ari.stream import _understood
from hanvisa.calls.signals import Channel, Signal
from unit.calls.fast_time import run_fast
from unit.calls.scene import MAIN, Scene
from unit.calls.test_calls import operator_has_caller

UNTIMED = settings(deadline=None)
ODD_TEXT = st.sampled_from(
    ("", "\0", "a,b", "${SHELL(id)}", "x\r\nX: y", "\ud800", "c", "channel-1", "*", "7" * 5000)
)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | ODD_TEXT
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(ODD_TEXT, inner, max_size=2)
)


def mostly(right: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return right | right | right | anything


a_channel = st.fixed_dictionaries(
    {},
    optional={
        "id": mostly(st.sampled_from(("channel-1", "channel-2", "gone"))),
        "name": mostly(st.sampled_from(("PJSIP/olle-00000001", "PJSIP/carrier-2", "Local/x", ""))),
        "state": mostly(st.sampled_from(("Up", "Ringing"))),
        "caller": mostly(st.fixed_dictionaries({"number": mostly(ODD_TEXT)})),
        "dialplan": mostly(st.fixed_dictionaries({"exten": mostly(ODD_TEXT | st.just(MAIN))})),
    },
)
events = st.fixed_dictionaries(
    {"type": mostly(st.sampled_from(sorted(DECODERS)))},
    optional={
        "channel": mostly(a_channel),
        "peer": mostly(a_channel),
        "replace_channel": mostly(a_channel),
        "args": mostly(
            st.lists(mostly(st.sampled_from(("carrier", "phone", "rung", "adopted"))), max_size=2)
        ),
        "digit": mostly(st.sampled_from("0123456789*#")),
        "cause": mostly(st.integers(0, 127)),
        "tech_cause": mostly(st.integers(0, 699)),
        "forward": mostly(ODD_TEXT),
        "playback": mostly(
            st.fixed_dictionaries({"id": mostly(st.just("hv-play-channel-1")), "state": mostly(ODD_TEXT)})
        ),
        "recording": mostly(st.fixed_dictionaries({"name": mostly(st.just("hv-rec-channel-1"))})),
        "refer_to": mostly(
            st.fixed_dictionaries(
                {
                    "requested_destination": mostly(
                        st.fixed_dictionaries({}, optional={"destination": mostly(ODD_TEXT)})
                    )
                },
                optional={"destination_channel": mostly(a_channel)},
            )
        ),
        "referred_by": mostly(st.fixed_dictionaries({"source_channel": mostly(a_channel)})),
    },
)


@UNTIMED
@given(events)
def test_what_is_understood_has_the_types_that_calls_rely_on(event: dict[str, Any]) -> None:
    signal = _understood(json.dumps(event))
    if signal is not None:
        assert_typed(signal)


@UNTIMED
@given(events, st.data())
def test_a_torn_event_is_passed_over(event: dict[str, Any], data: st.DataObject) -> None:
    whole = json.dumps(event)
    torn = whole[: data.draw(st.integers(0, len(whole) - 1))]
    assert _understood(torn) is None


@UNTIMED
@given(anything)
def test_what_is_no_event_is_passed_over(value: Any) -> None:
    assert _understood(json.dumps(value)) is None


@pytest.mark.parametrize("text", ["[" * 100_000, '{"type":' * 100_000])
def test_nor_what_is_too_deep(text: str) -> None:
    assert _understood(text) is None


@settings(deadline=None, max_examples=25)
@given(st.lists(events, min_size=5, max_size=20))
def test_no_call_ends_by_it_and_the_next_is_served(odd: list[dict[str, Any]]) -> None:
    async def served() -> None:
        async with Scene() as scene:
            caller, _ = await operator_has_caller(scene)
            for event in odd:
                # What hangs up, moves or transfers this call's own channels may.
                signal = _understood(json.dumps(event).replace("channel-", "another-"))
                if signal is not None:
                    scene.tell(signal)
            another = scene.rings_in(MAIN)
            await scene.hears(another, "Greeting")
            assert scene.house.live.of_channel(caller) is not None

    run_fast(served())


def assert_typed(signal: Signal | Channel) -> None:
    for field in fields(signal):
        value = getattr(signal, field.name)
        if isinstance(value, Channel):
            assert_typed(value)
        elif isinstance(value, tuple):
            assert all(isinstance(one, str) for one in value)
        else:
            assert value is None or isinstance(value, str | int)
