"""What rules say of a limit of one day: of one as of one, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from hanvisa.policy.extracts import Account, RequestFacts, decide_request
from hanvisa.policy.facts import Person
from hanvisa.policy.forwarding import ForwardingFacts, ForwardingLimits, decide_forwarding
from hanvisa.policy.model import Decision
from hanvisa.policy.numbers import NumberKind, Reading

AT = datetime(2026, 8, 3, 8, tzinfo=UTC)
MOBILE = Reading(NumberKind.MOBILE, "+46701740605")
ANNA = Person(uuid4(), "Anna", "Berg", uuid4(), uuid4(), uuid4())


def forwarded_for(days: int, limits: ForwardingLimits) -> Decision:
    return decide_forwarding(ForwardingFacts(ANNA, MOBILE, AT, AT + timedelta(days=days), AT, limits=limits))


@pytest.mark.parametrize(
    ("refused", "sv", "en"),
    [
        (forwarded_for(3, ForwardingLimits(longest_days=1)), "högst 1 dag (M3)", "last 1 day at most"),
        (forwarded_for(3, ForwardingLimits(longest_days=2)), "högst 2 dagar (M3)", "last 2 days at most"),
        (forwarded_for(3, ForwardingLimits(days_a_month=1)), "har 1 dag för", "has 1 day for"),
        (
            decide_request(
                RequestFacts(
                    Account(uuid4(), uuid4()), ANNA.id, AT - timedelta(days=3), AT, AT, timedelta(days=1)
                )
            ),
            "högst 1 dag (F2)",
            "cover 1 day at most",
        ),
    ],
)
def test_one_day_is_told_as_one(refused: Decision, sv: str, en: str) -> None:
    assert sv in refused.because.sv
    assert en in refused.because.en
