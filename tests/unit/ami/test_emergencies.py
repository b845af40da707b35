"""Calls to 112 in the manager's events."""

from __future__ import annotations

import pytest

from hanvisa.ami.emergencies import dialled_by

DIALLED = {
    "Event": "DialBegin",
    "Channel": "PJSIP/hallefors-207-0000001a",
    "Context": "emergency",
    "Exten": "112",
    "DestChannel": "PJSIP/carrier-0000001b",
    "DialString": "112@carrier",
}


@pytest.mark.parametrize(
    ("more", "account"),
    [
        ({}, "hallefors-207"),
        ({"Context": "fallback-number"}, ""),
        ({"Context": "from-phone"}, ""),
    ],
)
def test_whose_phone_it_is(more: dict[str, str], account: str) -> None:
    assert dialled_by({**DIALLED, **more}) == account


def test_a_call_that_ari_dials_has_no_caller_in_it() -> None:
    assert dialled_by({"Event": "DialBegin", "DestChannel": "PJSIP/carrier-0000001b"}) == ""
